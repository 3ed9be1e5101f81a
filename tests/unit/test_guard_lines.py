"""Files that others have written: whatever stands on a line is said at that line, and nothing is raised."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest

from firmware_bridge.drives import catalogue
from safety.guard import files, ledger_file, listener, mark, table, toml_lines
from safety.guard.dose import Dose
from safety.guard.ledger_file import DEBIT, LOST, Entry
from tests import house
from tests.safety_rig import session_terms
from tests.unit.test_guard_table_file import blvr_table, errors

EXAMPLE = (house.ROOT / "install/table.toml.example").read_bytes()
FIRST = ledger_file.chained("", Entry(DEBIT, "a", 1, 60_000, 1_000, 1_700_000_000))
SECOND = FIRST._replace(session=2)._asdict()


@pytest.mark.parametrize(
    "line",
    [
        b"", b"7", b"null", b'"debit"', b"[]", b"[1]", b"{}", b"\xff", b"{", b"[" * 100_000,
        json.dumps({**SECOND, "why": "more"}).encode(), json.dumps({**SECOND, "ms": 60_000.0}).encode(),
        json.dumps({**SECOND, "ms": True}).encode(), json.dumps({**SECOND, "head": None}).encode(),
        json.dumps([*SECOND.values()]).encode(), json.dumps(SECOND).encode(),
    ],
    ids=repr,
)  # fmt: skip
def test_a_line_of_the_ledger_that_is_none_is_told_and_those_before_it_stay(
    tmp_path: Path, line: bytes
) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger_file.append(path, FIRST)
    with path.open("ab") as file:
        file.write(line + b"\n")
    ledger_file.append(path, ledger_file.chained(FIRST.head, FIRST))
    assert ledger_file.read(path) == ([FIRST], "has been changed or cut at line 2")


def test_a_ledger_that_is_begun_anew_says_why_on_its_first_line(tmp_path: Path) -> None:
    """It is nobody's session and no time: what was lost stands in the place of a rider."""
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"rubbish\n")
    dose = Dose(path, lambda: 1_700_000_000, "boot", "", False)
    dose.tick(1_000)
    lost = Entry(LOST, "ledger.jsonl has been changed or cut at line 1", 0, 0, 0, 1_700_000_000)
    assert ledger_file.read(path) == ([ledger_file.chained("", lost)], None)
    assert (tmp_path / "ledger.bad").read_bytes() == b"rubbish\n"
    assert (dose.trouble, dose.lost) == (None, lost.rider)


@pytest.mark.parametrize("stays", ["", "ledger.jsonl", "ledger.head", "guard.state"])
def test_a_folder_is_blank_where_nothing_says_that_anybody_ever_rode(quick: Path, stays: str) -> None:
    path = quick / "ledger.jsonl"
    Dose(path, lambda: 1_700_000_000, "boot", "", False).debit("a", 1, 60_000, 1_000)
    for one in list(quick.iterdir()):
        if one.name != stays:
            one.unlink()
    assert Dose(path, lambda: 1_700_000_000, "boot", "", False).blank == (not stays)


def test_five_ledgers_that_were_not_to_be_believed_are_kept_and_the_newest(quick: Path) -> None:
    """The first ones tell what was done to it; somebody who does it again and again fills no disk."""
    path = quick / "ledger.jsonl"
    for number in range(1, 8):
        path.write_bytes(b"%d\n" % number)
        Dose(path, lambda: 1_700_000_000, "boot", "", False).tick(1_000)
    kept = {one.name: one.read_bytes() for one in quick.glob("ledger.bad*")}
    names = ("ledger.bad", "ledger.bad2", "ledger.bad3", "ledger.bad4", "ledger.bad5")
    assert kept == dict(zip(names, (b"1\n", b"2\n", b"3\n", b"4\n", b"7\n"), strict=True))


def test_a_drive_that_cannot_be_loaded_is_said_at_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = metadata.EntryPoint("elsewhere", "no_such_package:ENTRY", catalogue.GROUP)
    monkeypatch.setattr(metadata, "entry_points", lambda **asked: [broken])
    data = EXAMPLE.replace(b'\ntype = "node"', b'\ntype = "elsewhere"', 1)
    with pytest.raises(toml_lines.TomlRefused) as refused:
        table.parse(data, "mine.toml")
    number = data.splitlines().index(b'type = "elsewhere"') + 1
    assert refused.value.lines[0].startswith(f"mine.toml:{number}: [drive].type: ")


def test_a_wire_that_is_missing_hides_no_other_that_is_used_twice() -> None:
    shown = blvr_table().split(b"[inclinometer]")
    without = shown[0] + b"[inputs]" + shown[1].split(b"[inputs]", 1)[1]
    data = without.replace(
        b"/dev/serial/by-id/usb-Keel_io-if00", b"/dev/serial/by-id/usb-FTDI_RS485-if00-port0"
    )
    text = errors(data)
    assert "BLV-R has no inclinometer; add a section [inclinometer]" in text
    assert "is already the port of [drive]; one wire each" in text


def test_why_no_socket_can_be_bound_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too long"):
        listener.listen(tmp_path / ("x" * 200))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("gone", ["terms", "table_sha256", "rider", "used_ms", "ledger_head"])
def test_a_mark_that_is_sealed_without_a_part_is_none(tmp_path: Path, gone: str) -> None:
    path = tmp_path / "mark.json"
    mark.write(path, mark.Mark(session_terms(), "ab" * 32, "a", 5, "head"))
    content = files.read_sealed(path)
    assert content is not None
    del content[gone]
    files.seal(path, content, durable=False)
    assert mark.read(path) is None


def test_a_file_of_brackets_without_end_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(b"[" * 100_000)
    assert files.read(tmp_path / "x.json") is None
    assert files.read_sealed(tmp_path / "x.json") is None

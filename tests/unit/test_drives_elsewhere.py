"""Drives of other packages: loaded when the table file names them, never otherwise. And the drives' page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from controller.cli import COMMANDS
from controller.command_tree import run
from controller.commands import check
from controller.exit_codes import ExitCode
from firmware_bridge.drives import catalogue
from firmware_bridge.link.memory import memory_pair
from hil import demo_table, drives_page
from safety.guard import __main__ as guard
from safety.guard import table
from safety.guard.toml_lines import TomlRefused
from tests import house

PACKAGE = '''
"""A drive of another package."""
from dataclasses import dataclass
from firmware_bridge import keys
from firmware_bridge.drives.catalogue import Entry
from firmware_bridge.drives.unfinished.driver import UnfinishedDrive
from firmware_bridge.drives.unfinished.facts import FACTS

@dataclass(frozen=True, slots=True)
class AcmeConfig:
    port: str = keys.port()
    baud: int = keys.baud(9_600)
    parity: str = keys.parity("none")
    shoe_size: int = keys.whole("of the installer", "", 30, 50, 42)

def make(config, link, angles):
    return UnfinishedDrive(FACTS["linak"], link)

ENTRY = Entry("Acme servo", AcmeConfig, "keel_acme:make")
'''
BROKEN = {
    "typeless": 'raise TypeError("unsupported operand")',
    "leaves": "raise SystemExit(3)",
    "half": "import keel_no_such_module",
    "unmade": 'from keel_acme import AcmeConfig, Entry\nENTRY = Entry("X", AcmeConfig, "keel_gone:make")',
    "unnamed": 'from keel_acme import AcmeConfig, Entry\nENTRY = Entry("X", AcmeConfig, "keel_acme:gone")',
    "shapeless": 'from keel_acme import Entry\nENTRY = Entry("X", int, "keel_acme:make")',
}
POINTS = "[keel.drives]\nacme = keel_acme:ENTRY\nbroken = keel_acme:AcmeConfig\nmissing = keel_acme:NOTHING\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with entry points, as pip installs one."""
    (tmp_path / "keel_acme.py").write_text(PACKAGE)
    info = tmp_path / "keel_acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: keel-acme\nVersion: 1.0\n")
    for name, body in BROKEN.items():
        (tmp_path / f"keel_{name}.py").write_text(body)
        monkeypatch.delitem(sys.modules, f"keel_{name}", raising=False)
    more = "".join(f"{name} = keel_{name}:ENTRY\n" for name in BROKEN)
    (info / "entry_points.txt").write_text(POINTS + more)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(catalogue, "_others", {})
    monkeypatch.delitem(sys.modules, "keel_acme", raising=False)


def text(kind: str, keys: str = "") -> bytes:
    ports = {name: Path(f"/dev/{name}") for name in ("drive", "inclinometer", "inputs")}
    found = demo_table.text("blvr", "a1", ports).replace('parity = "none"\n', keys, 1)
    return found.replace('type = "blvr"', f'type = "{kind}"').encode()


@pytest.mark.usefixtures("installed")
def test_a_drive_of_another_package_is_loaded_when_it_is_named() -> None:
    table.parse(text("blvr", 'parity = "none"\n'))
    assert "keel_acme" not in sys.modules
    machine = table.parse(text("acme", "shoe_size = 44\n"))
    config = machine.devices.drive
    assert type(config).__name__ == "AcmeConfig"
    assert catalogue.name_of(config) == "acme"
    drive = catalogue.make(config, memory_pair()[0], catalogue.Angles(lambda: None, lambda: None))
    assert not drive.arm(0).armed


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("kind", "keys", "words"),
    [
        ("acme", "shoe_size = 99\n", "[drive].shoe_size: 99 is too high; allowed 30 to 50"),
        ("broken", "", "[drive].type: cannot be loaded: keel_acme:AcmeConfig is a type"),
        ("missing", "", "[drive].type: cannot be loaded: "),
        ("nowhere", "", '[drive].type: "nowhere" is none of them'),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_line(kind: str, keys: str, words: str) -> None:
    with pytest.raises(TomlRefused) as refused:
        table.parse(text(kind, keys))
    line = next(one for one in refused.value.lines if words in one)
    assert line.startswith("table.toml:")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("typeless", "keel_typeless:ENTRY of keel-acme: TypeError: unsupported operand"),
        ("leaves", "SystemExit: 3"),
        ("half", "ModuleNotFoundError: No module named 'keel_no_such_module'"),
        ("unmade", "ModuleNotFoundError: No module named 'keel_gone'"),
        ("unnamed", "has no attribute 'gone'"),
        ("shapeless", "keel_shapeless:ENTRY of keel-acme: "),
        ("missing", "has no attribute 'NOTHING'"),
    ],
)
def test_one_that_cannot_be_loaded_is_a_line_with_a_way_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, words: str
) -> None:
    """For `keel check` and for `keel guard`, both of which read the file so."""
    file = tmp_path / "table.toml"
    file.write_bytes(text(kind))
    with pytest.raises(SystemExit) as leaving:
        run(COMMANDS, ["check", str(file)])
    assert leaving.value.code == ExitCode.CONFIG
    err = capsys.readouterr().err
    line = text(kind)[: text(kind).index(b"type = ")].count(b"\n") + 1
    assert err.startswith(f"table.toml:{line}: [drive].type: cannot be loaded: ")
    assert words in err
    assert "mend or reinstall its package, or name another drive" in err
    assert kind not in catalogue.known()
    folders = [f"--{name}-dir={tmp_path / name}" for name in ("run", "state")]
    assert guard.main([f"--table={file}", *folders]) == guard.CONFIG
    assert words in capsys.readouterr().err


@pytest.mark.usefixtures("installed")
def test_one_whose_driver_breaks_when_it_is_made_is_a_line_too(tmp_path: Path) -> None:
    (tmp_path / "keel_acme.py").write_text(
        PACKAGE.replace("return Unfinished", 'return 1 + "" or Unfinished')
    )
    data = text("acme")
    with pytest.raises(TomlRefused) as refused:
        check.check_lines(data, "table.toml", table.parse(data))
    assert '[drive].type: the driver of "acme" cannot be made: TypeError' in refused.value.lines[0]


@pytest.mark.parametrize(
    ("kind", "own", "others"), [("blvr", "steps_per_degree", "compact"), ("jrk", "compact", "map")]
)
def test_no_such_key_lists_the_keys_of_this_drive_only(kind: str, own: str, others: str) -> None:
    ports = {name: Path(f"/dev/{name}") for name in ("drive", "inclinometer", "inputs")}
    wrong = demo_table.text(kind, "a1", ports).replace("[inclinometer]", "shoe_zqx = 1\n\n[inclinometer]", 1)
    with pytest.raises(TomlRefused) as refused:
        table.parse(wrong.encode())
    (line,) = refused.value.lines
    assert "[drive].shoe_zqx: there is no such key; allowed: type, port, baud" in line
    assert own in line
    assert f"{others}," not in f"{line},"


def test_a_key_of_another_drive_is_still_said_to_be_one() -> None:
    with pytest.raises(TomlRefused) as refused:
        table.parse(text("blvr", 'parity = "none"\ncompact = true\n'))
    assert 'belongs to type "jrk", but type is "blvr"' in refused.value.lines[0]


@pytest.mark.parametrize("name", sorted(catalogue.UNFINISHED))
def test_an_unfinished_drive_may_stand_in_the_table_file(name: str) -> None:
    assert catalogue.name_of(table.parse(text(name)).devices.drive) == name


def test_the_page_is_made_from_the_code() -> None:
    written = (house.ROOT / "docs/reference/drives.md").read_text(encoding="utf-8")
    assert written == drives_page.page(), "python -m hil.drives_page > docs/reference/drives.md"


def test_every_unfinished_drive_stands_on_the_page() -> None:
    page = drives_page.page()
    for name in (*catalogue.DRIVES, *catalogue.UNFINISHED):
        assert f"| `{name}` |" in page

"""The dose ledger: rolling 24 hours, debited before, given back after; never more, whatever is done to it."""

from __future__ import annotations

import json
import os
import resource
import signal
from pathlib import Path

import pytest

from safety.guard import table
from safety.guard.dose import DAY_MS, Dose, Refused
from tests import house

TABLE = table.parse((house.ROOT / "install/table.toml.example").read_bytes())
BEGINNER, INTERMEDIATE = 0, 1
MINUTE_MS = 60_000
HOUR_S = 3_600


class Calendar:
    def __init__(self) -> None:
        self.wall_s = 1_700_000_000

    def __call__(self) -> int:
        return self.wall_s


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


def ledger(folder: Path, calendar: Calendar, boot: str = "one", copy: str = "", counts: bool = True) -> Dose:
    return Dose(folder / "ledger.jsonl", calendar, boot, copy, counts)


def left(dose: Dose, now_ms: int = 0, rider: str = "a", tier: int = INTERMEDIATE) -> int | Refused:
    return dose.left(rider, tier, TABLE, now_ms)


def test_a_fresh_ledger_leaves_the_tiers_day_to_everybody(tmp_path: Path, calendar: Calendar) -> None:
    dose = ledger(tmp_path, calendar)
    assert left(dose, tier=BEGINNER) == 5 * MINUTE_MS
    assert left(dose) == 10 * MINUTE_MS


def test_debit_give_back_and_a_day_later(tmp_path: Path, calendar: Calendar) -> None:
    dose = ledger(tmp_path, calendar)
    dose.debit("a", 1, 4 * MINUTE_MS, 1_000)
    assert left(dose, 2_000) == 6 * MINUTE_MS
    assert left(dose, 2_000, "b") == 10 * MINUTE_MS
    dose.give_back("a", 1, 3 * MINUTE_MS, 3_000)
    assert left(dose, 4_000) == 9 * MINUTE_MS
    assert left(dose, DAY_MS + 999) == 9 * MINUTE_MS
    assert left(dose, DAY_MS + 3_001) == 10 * MINUTE_MS


@pytest.mark.parametrize(("ms", "kind", "written_ms"), [
    (3_000, "back", 3_000), (4_000, "back", 4_000), (4_001, "back", 4_000), (0, "back", 0), (-1, "over", 1),
])  # fmt: skip
def test_a_session_is_closed_once_by_no_more_than_it_was_given(
    tmp_path: Path, calendar: Calendar, ms: int, kind: str, written_ms: int
) -> None:
    dose = ledger(tmp_path, calendar)
    dose.debit("a", 1, 4_000, 1_000)
    head = dose.give_back("a", 1, ms, 2_000)
    written = (tmp_path / "ledger.jsonl").read_text().splitlines()
    assert [json.loads(written[-1])[name] for name in ("kind", "ms", "head")] == [kind, written_ms, head]
    for again_ms in (ms, 1_000, -1_000):
        assert dose.give_back("a", 1, again_ms, 3_000) == head
    assert (tmp_path / "ledger.jsonl").read_text().splitlines() == written


def test_a_debit_waits_for_the_disk_with_each_file_that_tells_of_it(
    tmp_path: Path, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    dose = ledger(tmp_path, calendar)
    forced: list[str] = []
    usual = os.fsync

    def fsync(descriptor: int) -> None:
        forced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        usual(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    dose.debit("a", 1, 4_000, 1_000)
    assert set(forced) == {"ledger.jsonl", "ledger.head.new", "guard.state.new", tmp_path.name}
    forced.clear()
    dose.save(2_000, durable=False)
    assert forced == []


def test_sessions_of_a_day_are_counted_but_not_those_given_back_whole(
    tmp_path: Path, calendar: Calendar
) -> None:
    dose = ledger(tmp_path, calendar)
    for session in (1, 2, 3):
        dose.debit("a", session, 1_000, session)
        dose.give_back("a", session, 1_000 if session == 2 else 500, session)
    assert isinstance(left(dose, 10), Refused)
    assert left(dose, 10, "b") == 10 * MINUTE_MS


@pytest.mark.parametrize("jump_s", [-HOUR_S * 100_000, -1, HOUR_S * 30, HOUR_S * 100_000])
def test_a_calendar_that_jumps_gives_nothing_while_the_machine_runs(
    tmp_path: Path, calendar: Calendar, jump_s: int
) -> None:
    dose = ledger(tmp_path, calendar)
    dose.debit("a", 1, 4 * MINUTE_MS, 1_000)
    calendar.wall_s += jump_s
    assert left(dose, 2_000) == 6 * MINUTE_MS


@pytest.mark.parametrize(
    ("passed_s", "up_ms", "counts", "wanted_min"),
    [
        (25 * HOUR_S, 10_000, True, 10),
        (23 * HOUR_S, 10_000, True, 6),
        (25 * HOUR_S, 10_000, False, 6),  # no clock ran while it was off
        (25 * HOUR_S, DAY_MS, False, 10),  # but it has been on for a day since
        (-500 * HOUR_S, 10_000, True, 6),
    ],
)
def test_off_time_counts_only_with_a_clock_that_went_on(
    tmp_path: Path, calendar: Calendar, passed_s: int, up_ms: int, counts: bool, wanted_min: int
) -> None:
    ledger(tmp_path, calendar).debit("a", 1, 4 * MINUTE_MS, 1_000)
    calendar.wall_s += passed_s
    assert left(ledger(tmp_path, calendar, "two", counts=counts), up_ms) == wanted_min * MINUTE_MS


def broken(folder: Path, how: str) -> str:
    """Do something to the files; the head copy that the mark holds."""
    path, copy = folder / "ledger.jsonl", folder / "ledger.head"
    data = path.read_bytes()
    head = str(json.loads(data.splitlines()[-1])["head"])
    if how == "removed":
        path.unlink()
    elif how == "both removed":
        path.unlink()
        copy.unlink()
    elif how == "rolled back":
        path.write_bytes(data.splitlines(keepends=True)[0])
    elif how == "both rolled back":
        first = data.splitlines(keepends=True)[0]
        path.write_bytes(first)
        copy.write_text(json.dumps({"head": json.loads(first)["head"]}))
    elif how == "changed":
        path.write_bytes(data.replace(b'"ms":240000', b'"ms":240'))
    elif how == "line removed":
        path.write_bytes(data.splitlines(keepends=True)[1])
    elif how == "rubbish":
        path.write_bytes(b"\0\xff\n" + data)
    return head


@pytest.mark.parametrize(
    "how",
    ["removed", "both removed", "rolled back", "both rolled back", "changed", "line removed", "rubbish"],
)
def test_a_lost_or_changed_ledger_leaves_nothing_for_a_day(
    tmp_path: Path, calendar: Calendar, how: str
) -> None:
    dose = ledger(tmp_path, calendar)
    dose.debit("a", 1, 4 * MINUTE_MS, 1_000)
    dose.debit("a", 2, 1 * MINUTE_MS, 2_000)
    head = broken(tmp_path, how)
    for _ in range(2):  # the second time from what the first has written
        dose = ledger(tmp_path, calendar, copy=head)
        found = left(dose, 3_000, "b")
        assert isinstance(found, Refused)
        assert found.why.startswith("ledger.jsonl ")
        assert "no dose for anybody for 24 h 0 min; leave the machine on" in found.why
        assert len(found.why.encode()) <= 160  # as long as an answer of the guard may be
        head = dose.head
    assert left(dose, 3_000 + DAY_MS, "b") == 10 * MINUTE_MS


def test_a_debit_that_power_cut_in_half_never_happened(tmp_path: Path, calendar: Calendar) -> None:
    dose = ledger(tmp_path, calendar)
    dose.debit("a", 1, 4 * MINUTE_MS, 1_000)
    with (tmp_path / "ledger.jsonl").open("ab") as file:
        file.write(b'{"kind":"debit","rider":"a","sess')
    again = ledger(tmp_path, calendar)
    assert left(again, 2_000) == 6 * MINUTE_MS
    again.debit("a", 2, 1 * MINUTE_MS, 3_000)
    assert left(ledger(tmp_path, calendar), 4_000) == Refused(
        "2 sessions in 24 h; allowed 2; come again in 24 h 0 min"
    )


def test_a_full_disk_refuses_the_debit_and_leaves_the_ledger_whole(
    tmp_path: Path, calendar: Calendar
) -> None:
    dose = ledger(tmp_path, calendar)
    dose.debit("a", 1, 4 * MINUTE_MS, 1_000)
    size = (tmp_path / "ledger.jsonl").stat().st_size
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, was[1]))
        with pytest.raises(OSError, match="File too large"):
            dose.debit("a", 2, 1 * MINUTE_MS, 2_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        signal.signal(signal.SIGXFSZ, handler)
    assert (tmp_path / "ledger.jsonl").stat().st_size == size
    assert left(dose, 3_000) == left(ledger(tmp_path, calendar), 3_000) == 6 * MINUTE_MS

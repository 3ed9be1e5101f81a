"""Whatever is done to the files or to the calendar, never a head-down minute is gained. All generated."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from safety.guard.dose import DAY_MS, Refused
from safety.guard.spent import same_rider
from safety.guard.store import InUse, Store
from tests.dose_machine import FULL_MS, HOUR_MS, MINUTE_MS, NAMES, TABLE, TIER, YEAR_S, Machine


@pytest.fixture
def machine(quick: Path) -> Machine:
    return Machine(quick)


def kept(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in NAMES}


def put(folder: Path, files: dict[str, bytes | None]) -> None:
    for name, data in files.items():
        if data is None:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).write_bytes(data)


def check_nothing_gained(machine: Machine, most_ms: int, what: object) -> None:
    for _ in range(2):  # the second time from what the first has written
        machine.start()
        assert machine.left() <= most_ms, what


def spoilt(data: bytes) -> Iterator[tuple[str, bytes]]:
    for place in range(len(data)):
        yield f"cut at {place}", data[:place]
        yield f"bit in {place}", data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        yield f"digit in {place}", data[:place] + b"9" + data[place + 1 :]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_or_changed_at_any_byte_gains_nothing(machine: Machine, name: str) -> None:
    machine.ride(4 * MINUTE_MS, 1)
    whole = kept(machine.folder)
    left_ms = machine.left()
    assert left_ms == FULL_MS - 4 * MINUTE_MS
    for what, data in spoilt(whole[name]):
        put(machine.folder, {**whole, name: data})
        check_nothing_gained(machine, left_ms, what)


@pytest.mark.parametrize(
    "gone", [names for size in (1, 2) for names in itertools.combinations(NAMES, size)] + [NAMES]
)
def test_files_taken_away_gain_nothing(machine: Machine, gone: tuple[str, ...]) -> None:
    machine.ride(4 * MINUTE_MS, 1)
    left_ms = machine.left()
    put(machine.folder, dict.fromkeys(gone))
    check_nothing_gained(machine, left_ms, gone)


@pytest.mark.parametrize("restored", [("ledger.jsonl",), ("ledger.jsonl", "ledger.head"), NAMES[::2]])
def test_an_older_copy_gains_nothing(machine: Machine, restored: tuple[str, ...]) -> None:
    copies = [kept_or_none(machine.folder)]
    for session in (1, 2):
        machine.ride(MINUTE_MS, session)
        copies.append(kept_or_none(machine.folder))
        machine.passes(4 * HOUR_MS)
    left_ms = machine.left()
    newest = kept_or_none(machine.folder)
    for number, copy in enumerate(copies):
        put(machine.folder, {**newest, **{name: copy[name] for name in restored}})
        check_nothing_gained(machine, left_ms, number)


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("reboot", [False, True])
@pytest.mark.parametrize("back_s", [0, YEAR_S])
def test_an_older_time_of_the_ledger_gains_nothing_however_often_it_is_put_back(
    machine: Machine, counts: bool, reboot: bool, back_s: int
) -> None:
    """Seen: the hours since that copy counted twice, and once more each time it was put back."""
    machine.counts = counts
    machine.start()
    machine.ride(4 * MINUTE_MS, 1)
    old = (machine.folder / "guard.state").read_bytes()
    machine.wall_s -= back_s
    if reboot:
        machine.reboots()
    machine.passes(12 * HOUR_MS)
    machine.ride(5 * MINUTE_MS, 2)
    machine.wall_s += back_s
    for number in range(4):
        (machine.folder / "guard.state").write_bytes(old)
        machine.start()
        assert machine.left() == 0, number  # two sessions in 24 h
        machine.reboots() if number % 2 else machine.passes(MINUTE_MS)


@pytest.mark.parametrize("taken", NAMES[1:])
@pytest.mark.parametrize("how", ["away", "emptied", "of the first day"])
def test_an_older_ledger_without_the_copy_that_would_tell_gains_nothing(
    machine: Machine, taken: str, how: str
) -> None:
    """Seen: ledger and ledger.head put back together, guard.state taken away, and the day began anew."""
    first = kept_or_none(machine.folder)
    machine.ride(MINUTE_MS, 1)
    machine.passes(4 * HOUR_MS)
    before = kept_or_none(machine.folder)
    machine.ride(MINUTE_MS, 2)
    left_ms = machine.left()
    instead = {"away": None, "emptied": b"{}\n", "of the first day": first[taken]}[how]
    put(machine.folder, {**before, taken: instead})
    check_nothing_gained(machine, left_ms, how)
    assert machine.dose.lost == f"ledger.jsonl has lost its copy in {taken}"


def kept_or_none(folder: Path) -> dict[str, bytes | None]:
    return {n: (folder / n).read_bytes() if (folder / n).exists() else None for n in NAMES}


def test_everything_rolled_back_together_is_told_by_a_copy_elsewhere(machine: Machine) -> None:
    before = kept_or_none(machine.folder)
    machine.ride(MINUTE_MS, 1)
    elsewhere = machine.dose.head[:16]  # as the node keeps it
    put(machine.folder, before)
    machine.start()
    machine.dose.compare(elsewhere, "the node")
    found = machine.dose.left("a", TIER, TABLE, machine.now_ms)
    assert isinstance(found, Refused)
    assert found.why.startswith("ledger.jsonl is missing: no dose")


def test_a_copy_elsewhere_that_is_only_behind_costs_nothing(machine: Machine) -> None:
    machine.ride(MINUTE_MS, 1)
    behind = machine.dose.head[:16]
    machine.ride(MINUTE_MS, 2)
    machine.start().compare(behind, "the node")
    assert machine.dose.trouble is None
    machine.dose.compare("", "a fresh node")
    assert machine.dose.trouble is None


def test_a_mark_found_again_gives_nothing_back_again(machine: Machine) -> None:
    machine.dose.debit("a", 1, 5 * MINUTE_MS, machine.now_ms)
    for _ in range(3):
        machine.dose.give_back("a", 1, 3 * MINUTE_MS, machine.now_ms)
        machine.start()
    assert machine.left() == FULL_MS - 2 * MINUTE_MS
    machine.dose.give_back("a", 9, 3 * MINUTE_MS, machine.now_ms)  # never debited
    assert machine.left() == FULL_MS - 2 * MINUTE_MS


def test_the_same_number_twice_is_two_sessions(machine: Machine) -> None:
    machine.ride(MINUTE_MS, 7)
    machine.ride(MINUTE_MS, 7)
    assert [one.ms for one in machine.dose.spent("a")] == [MINUTE_MS, MINUTE_MS]


@pytest.mark.parametrize("other", ["A", " a", "a ", "\u200aa", "ａ"])
def test_one_person_stays_one_however_the_name_is_written(machine: Machine, other: str) -> None:
    machine.ride(4 * MINUTE_MS, 1)
    assert machine.left(other) == FULL_MS - 4 * MINUTE_MS
    assert same_rider("A\u030ase", "åse")
    assert not same_rider("a b", "ab")


def test_two_guards_share_no_folder(tmp_path: Path) -> None:
    one = Store(tmp_path, "ab", lambda: 0, 0, "boot")
    with pytest.raises(InUse, match="another guard uses this folder"):
        Store(tmp_path, "ab", lambda: 0, 0, "boot")
    one.close()
    Store(tmp_path, "ab", lambda: 0, 0, "boot").close()


def test_a_store_whose_ledger_files_are_all_gone_knows_that_it_is_no_new_one(tmp_path: Path) -> None:
    store = Store(tmp_path, "ab", lambda: 0, 0, "boot")
    store.events.write(0, "start")
    assert store.dose.left("a", TIER, TABLE, 0) == FULL_MS
    store.close()
    for name in NAMES:
        (tmp_path / name).unlink(missing_ok=True)
    store = Store(tmp_path, "ab", lambda: 0, 0, "boot")
    assert isinstance(store.dose.left("a", TIER, TABLE, 0), Refused)
    store.close()


def test_what_was_wrong_is_kept_and_a_day_later_all_is_well(machine: Machine) -> None:
    machine.ride(4 * MINUTE_MS, 1)
    path = machine.folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"240000", b"140000").replace(b"241000", b"141000"))
    machine.start()
    assert machine.left() == 0
    assert (machine.folder / "ledger.bad").exists()
    assert json.loads(path.read_text())["rider"] == "ledger.jsonl has been changed or cut at line 1"
    machine.passes(DAY_MS - 1)
    assert machine.left() == 0
    machine.passes(2)
    assert machine.left() == FULL_MS

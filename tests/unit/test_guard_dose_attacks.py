"""Whatever is done to the files or to the calendar, never a head-down minute is gained. All generated."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safety.guard import table
from safety.guard.dose import DAY_MS, Dose, Refused, same_rider
from safety.guard.store import InUse, Store
from tests import house

TABLE = table.parse((house.ROOT / "install/table.toml.example").read_bytes())
FULL_MS = 600_000  # of the tier below
TIER = 1
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
YEAR_S = 365 * 86_400
NAMES = ("ledger.jsonl", "ledger.head", "guard.state")


class Machine:
    """A machine with its calendar; the guard on it is started and killed at will."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts = True
        self.wall_s = 1_800_000_000
        self.now_ms = 50_000
        self.boots = 1
        self.boot_known = True
        self.dose = self.start(used_before=False)
        self.passes(100 * HOUR_MS)

    def start(self, used_before: bool = True) -> Dose:
        self.dose = Dose(
            self.folder / "ledger.jsonl",
            lambda: self.wall_s,
            f"boot {self.boots}" if self.boot_known else "",
            "",
            self.counts,
            used_before,
        )
        return self.dose

    def passes(self, ms: int, alive: bool = True) -> None:
        """Time, with the guard ticking every second of the last minutes or not."""
        self.now_ms += ms
        self.wall_s += ms // 1_000
        if alive:
            self.dose.tick(self.now_ms)

    def reboots(self, off_s: int = 0) -> None:
        self.boots += 1
        self.now_ms = 20_000
        self.wall_s += off_s
        self.start()

    def left(self, rider: str = "a") -> int:
        found = self.dose.left(rider, TIER, TABLE, self.now_ms)
        return 0 if isinstance(found, Refused) else found

    def ride(self, used_ms: int, session: int) -> None:
        self.dose.debit("a", session, used_ms + 1_000, self.now_ms)
        self.passes(1_000)
        self.dose.give_back("a", session, 1_000, self.now_ms)


@pytest.fixture
def machine(quick: Path) -> Machine:
    return Machine(quick)


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder that makes files durable for nothing."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


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


@pytest.mark.parametrize("jump_s", [-YEAR_S, -86_400, -3_600, 3_600, 86_400, YEAR_S])
@pytest.mark.parametrize("back_again", ["no", "seen", "while no guard runs"])
@pytest.mark.parametrize("reboot", [False, True])
@pytest.mark.parametrize("stateless", [False, True])
def test_a_calendar_put_elsewhere_gains_nothing(
    machine: Machine, jump_s: int, back_again: str, reboot: bool, stateless: bool
) -> None:
    machine.ride(4 * MINUTE_MS, 1)
    left_ms = machine.left()
    machine.wall_s += jump_s
    machine.passes(61_000)
    assert machine.left() == left_ms
    if stateless:
        (machine.folder / "guard.state").unlink()
    if reboot:
        machine.reboots(60)
        machine.passes(1_000)
        assert machine.left() == left_ms
    if back_again != "no":
        machine.wall_s -= jump_s
        machine.passes(1_000, alive=back_again == "seen")
        machine.reboots(60)
    assert machine.left() == left_ms


@pytest.mark.parametrize("moves", list(itertools.product([-YEAR_S, 0, YEAR_S], repeat=3)))
def test_years_back_and_forth_over_restarts_gain_nothing(machine: Machine, moves: tuple[int, ...]) -> None:
    machine.ride(4 * MINUTE_MS, 1)
    for move_s in moves:
        machine.wall_s += move_s
        machine.passes(61_000)
        machine.start()
        machine.passes(2_000)
        machine.reboots(30)
        machine.passes(2_000)
        assert machine.left() == FULL_MS - 4 * MINUTE_MS, moves


def test_a_session_ridden_under_a_false_date_stays_when_the_date_is_put_right(machine: Machine) -> None:
    machine.ride(MINUTE_MS, 1)
    machine.wall_s -= YEAR_S
    machine.passes(4 * HOUR_MS)
    machine.ride(MINUTE_MS, 2)
    machine.wall_s += YEAR_S
    machine.reboots(60)
    assert machine.left() == 0  # two sessions in 24 h
    assert [one.ms for one in machine.dose.spent("a")] == [MINUTE_MS, MINUTE_MS]


@pytest.mark.parametrize("boot_known", [False, True])
def test_a_calendar_put_forward_while_no_guard_runs_gains_nothing(machine: Machine, boot_known: bool) -> None:
    machine.boot_known = boot_known
    machine.start()
    machine.ride(4 * MINUTE_MS, 1)
    machine.wall_s += YEAR_S
    machine.start()
    assert machine.left() == FULL_MS - 4 * MINUTE_MS


def test_a_machine_that_was_off_for_a_day_gives_a_day_back(machine: Machine) -> None:
    machine.ride(4 * MINUTE_MS, 1)
    machine.reboots(86_399)
    assert machine.left() == FULL_MS - 4 * MINUTE_MS
    machine.reboots(2)
    assert machine.left() == FULL_MS


def test_without_a_calendar_only_the_time_that_it_is_on_counts(machine: Machine) -> None:
    machine.counts = False
    machine.ride(4 * MINUTE_MS, 1)
    for _ in range(4):
        machine.passes(5 * HOUR_MS)
        machine.reboots(YEAR_S)
    assert machine.left() == FULL_MS - 4 * MINUTE_MS
    machine.passes(4 * HOUR_MS)
    assert machine.left() == FULL_MS


def test_a_calendar_set_by_the_network_late_counts_from_then(machine: Machine) -> None:
    machine.ride(4 * MINUTE_MS, 1)
    machine.counts = False
    machine.wall_s -= 30 * 86_400  # no RTC: it begins with an old date
    machine.reboots()
    machine.passes(120_000)
    assert machine.left() == FULL_MS - 4 * MINUTE_MS
    machine.counts = True
    machine.wall_s += 32 * 86_400
    machine.start()
    assert machine.left() == FULL_MS


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


ACTS = st.one_of(
    st.tuples(st.just("ride"), st.integers(1, 5)),
    st.tuples(st.just("wait"), st.integers(1, 30 * 60)),
    st.tuples(st.just("calendar"), st.sampled_from([-YEAR_S, -86_400, 86_400, YEAR_S])),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("reboot"), st.integers(0, 600)),
    st.tuples(st.just("remove"), st.sampled_from(range(3))),
    st.tuples(st.just("restore"), st.integers(0, 7)),
    st.tuples(st.just("cut"), st.integers(0, 400)),
)


def turn_the_calendar(machine: Machine, seconds: int) -> None:
    machine.wall_s += seconds
    machine.passes(2_000)


def restore_or_keep(machine: Machine, number: int) -> None:
    """One file of an older day."""
    name = NAMES[number % 3]
    old, now = machine.folder / f"old{number}", machine.folder / name
    if old.exists():
        shutil.copy(old, now)
    elif now.exists():
        shutil.copy(now, old)


def cut(machine: Machine, size: int) -> None:
    path = machine.folder / NAMES[size % 3]
    if path.exists():
        path.write_bytes(path.read_bytes()[:size])


DEEDS: dict[str, Callable[[Machine, int], object]] = {
    "wait": lambda machine, seconds: machine.passes(seconds * 1_000),
    "calendar": turn_the_calendar,
    "restart": lambda machine, _: machine.start(),
    "reboot": lambda machine, seconds: machine.reboots(seconds),
    "remove": lambda machine, number: put(machine.folder, {NAMES[number]: None}),
    "restore": restore_or_keep,
    "cut": cut,
}


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(ACTS, max_size=12))
def test_nothing_that_is_done_in_one_day_gains_a_minute(quick: Path, acts: list[tuple[str, int]]) -> None:
    folder = Path(tempfile.mkdtemp(dir=quick))
    machine = Machine(folder)
    used_ms = 0
    for session, (what, value) in enumerate(acts, 1):
        if what == "ride" and machine.left() >= value * MINUTE_MS + 1_000:
            machine.ride(value * MINUTE_MS, session)
            used_ms += value * MINUTE_MS
        elif what != "ride":
            DEEDS[what](machine, value)
            machine.start()
    assert machine.left() <= FULL_MS - used_ms

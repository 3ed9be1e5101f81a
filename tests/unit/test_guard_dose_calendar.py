"""A calendar put back, forward, and right again, over restarts: never a head-down minute is gained."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from safety.guard.dose import BEHIND, Refused
from safety.guard.dose_clock import DoseClock
from tests.dose_machine import BOOTED_MS, FULL_MS, HOUR_MS, MINUTE_MS, TABLE, TIER, YEAR_S, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


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
        left_ms = 0 if reboot or back_again != "no" else left_ms  # from the next start on
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


@pytest.mark.parametrize("jump_s", [86_400, 20 * 86_400])
@pytest.mark.parametrize("alive_ms", [1_000, 2_000, 30_000])
def test_a_calendar_put_forward_gains_nothing_by_a_power_cut_right_after_it(
    machine: Machine, jump_s: int, alive_ms: int
) -> None:
    """It is written down within a second, not with the minute: else it would count as time switched off."""
    machine.passes(1_000 * HOUR_MS)
    machine.ride(4 * MINUTE_MS, 1)
    machine.passes(5 * MINUTE_MS)
    machine.wall_s += jump_s
    machine.passes(alive_ms)
    machine.reboots(60)
    machine.passes(1_000)
    assert machine.left() == FULL_MS - 4 * MINUTE_MS


@pytest.mark.parametrize(("ahead_s", "jumped"), [(-YEAR_S, False), (0, False), (2, False), (3, True)])
@pytest.mark.parametrize("at_ms", [0, 100 * HOUR_MS])
def test_a_jump_is_more_than_two_seconds_ahead(ahead_s: int, jumped: bool, at_ms: int) -> None:
    wall_s = 1_800_000_000
    clock = DoseClock(None, "boot", lambda: wall_s, lambda: True)
    assert not clock.behind(0), "nothing is known yet"
    wall_s += at_ms // 1_000
    clock.now(at_ms)
    clock.settle()
    for passed_s in (0, 50):
        assert not clock.jumped(at_ms + passed_s * 1_000)
        wall_s += 50
    wall_s += ahead_s
    assert clock.jumped(at_ms + 100_000) == jumped


def test_a_machine_that_was_off_for_a_day_gives_a_day_back(machine: Machine) -> None:
    machine.ride(4 * MINUTE_MS, 1)
    machine.reboots(86_399 - BOOTED_MS // 1_000)
    assert machine.left() == FULL_MS - 4 * MINUTE_MS
    machine.reboots()
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


@pytest.mark.parametrize(
    ("back_s", "said"), [(0, False), (-86_400, False), (60, False), (61, True), (YEAR_S, True)]
)
def test_a_refusal_says_that_a_date_put_back_does_not_count(
    machine: Machine, back_s: int, said: bool
) -> None:
    machine.ride(MINUTE_MS, 1)
    machine.passes(HOUR_MS)
    machine.wall_s -= back_s
    machine.passes(2_000)
    apart = str(machine.dose.why_not("a", 0, 1_500, machine.now_ms))
    machine.ride(MINUTE_MS, 2)
    counted = machine.dose.left("a", TIER, TABLE, machine.now_ms)
    assert isinstance(counted, Refused)
    assert counted.why.startswith("2 sessions in 24 h; allowed 2; come again in 23 h 0 min")
    assert [why.endswith(BEHIND) for why in (apart, counted.why)] == [said, said]
    assert max(len(why.encode()) for why in (apart, counted.why)) <= 160
    assert machine.dose.why_not("b", 0, 1_500, machine.now_ms) is None


def test_a_moment_that_was_there_already_is_not_there_again() -> None:
    """The ledger's time only grows; a late look at an earlier tick does not make the later ones longer."""
    clock = DoseClock(None, "one", lambda: 1_700_000_000, lambda: False)
    began = clock.now(1_000)
    assert [clock.now(now_ms) - began for now_ms in (2_000, 1_500, 2_000, 2_001)] == [1_000] * 3 + [1_001]

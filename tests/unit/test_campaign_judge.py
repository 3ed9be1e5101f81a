"""The judge itself: what it lets pass is as small as it says. Rides are made of samples, a tick each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hil.campaign import judge_guard, judge_motion, reactions
from hil.campaign.catalogue import CATALOGUE
from hil.campaign.run import net_used_ms
from hil.campaign.trace import Ride, Sample
from safety.causes import BY_NAME
from safety.decision import ACTIVE, CUT, HOLD, INHIBITED, MODES, MOVE, READY, RETURNING, WAITING
from safety.guard.ledger_file import BACK, DEBIT, OVER, Entry, append, chained
from safety.guard.messages import REPORT_LAYOUT
from safety.guard.report import Report

QUIET: dict[str, Any] = dict.fromkeys((field.name for field in REPORT_LAYOUT.fields), 0)
# Faults under which a table may go faster than 8.8 deg/s for a moment, and some under which it may not.
MAY = ("runaway", "motor_reversed", "motor_dead", "motor_shorted", "belt_broken", "encoder_reversed")
MAY_NOT = (
    "nominal",
    "encoder_frozen",
    "inclinometer_cut",
    "brake_worn",
    "supply_lost",
    "kill_guard",
    "stall",
)


def report(**values: int) -> Report:
    return tuple({**QUIET, **values}.values())


def sample(tick: int, rate_dps: float = 0.0, said: Report | None = None) -> Sample:
    return Sample(tick * 20, 10.0, rate_dps, 0.0, False, True, True, False, False, "", said)


def ride(samples: list[Sample], fault: str = "nominal", effect_ms: int | None = None) -> Ride:
    return Ride(
        samples, fault, True, None, 12.0, effect_ms, effect_ms, False, None, False, 0, None, "node", False
    )


def fast_for(ticks: int, rate_dps: float, fault: str = "nominal", **values: int) -> list[str]:
    """What I3 says of so many ticks at a speed, among slow ones."""
    said = report(**values)
    rates = [0.0] * 5 + [rate_dps] * ticks + [0.0] * 5
    return list(
        judge_motion.speed_within_limit(ride([sample(n, r, said) for n, r in enumerate(rates)], fault))
    )


LIMITS = [(MODES[ACTIVE], ACTIVE, 3.3), (MODES[RETURNING], RETURNING, 2.2)]


@pytest.mark.parametrize(("name", "mode", "most_dps"), LIMITS)
@pytest.mark.parametrize("way", [1, -1])
def test_too_fast_for_what_is_going_on_passes_for_400_ms(
    name: str, mode: int, most_dps: float, way: int
) -> None:
    """The first and the last sample of 21 are 400 ms apart."""
    assert fast_for(21, way * (most_dps + 0.01), mode=mode) == []
    assert len(fast_for(22, way * (most_dps + 0.01), mode=mode)) == 1
    assert fast_for(500, way * most_dps, mode=mode) == []


@pytest.mark.parametrize("fault", MAY)
def test_a_drive_that_lies_or_lets_go_has_400_ms_and_not_one_tick_more(fault: str) -> None:
    assert fast_for(20, 8.81, fault) == []
    assert len(fast_for(21, 8.81, fault)) == 1
    assert len(fast_for(21, -50.0, fault)) == 1


@pytest.mark.parametrize("fault", MAY_NOT)
def test_nobody_else_passes_the_hard_speed_for_a_single_tick(fault: str) -> None:
    assert len(fast_for(1, 8.81, fault)) == 1
    assert len(fast_for(1, -8.81, fault)) == 1
    assert fast_for(1, 8.8, fault) == []


def test_whoever_may_is_in_the_list_and_nobody_more() -> None:
    assert [fault for fault in CATALOGUE if fast_for(20, 8.81, fault) == []] == [
        fault for fault in CATALOGUE if fault in MAY
    ]


def gone(process: str, late_ms: int, said: Report | None, rate_dps: float = 0.0, verb: str = "stop") -> int:
    """How much I25 has to say of a ride in which a process went at 1 s, and of the reports after its time."""
    limit_ms = {"guard": 500, "controller": 300, "station": 5_400}[process] + late_ms
    good = [sample(tick, 0.0, report(mode=ACTIVE)) for tick in range((1_000 + limit_ms) // 20 + 1)]
    bad = [sample(len(good) + tick, rate_dps, said) for tick in range(50)]
    return len(list(judge_guard.processes_are_missed(ride(good + bad, f"{verb}_{process}", 1_000))))


@pytest.mark.parametrize("verb", ["kill", "stop"])
@pytest.mark.parametrize(("process", "limit_ms"), [("controller", 300), ("station", 5_400)])
def test_a_ride_that_goes_on_without_who_is_gone_is_blamed(process: str, limit_ms: int, verb: str) -> None:
    def said(mode: int, age_ms: int) -> Report:
        return report(**{"mode": mode, f"{process}_age_ms": age_ms})

    assert gone(process, 0, said(ACTIVE, limit_ms + 1), verb=verb) == 1
    assert gone(process, 0, said(ACTIVE, limit_ms), verb=verb) == 0  # it is back, or was never gone
    assert gone(process, 0, said(RETURNING, limit_ms + 1), verb=verb) == 0


@pytest.mark.parametrize("process", ["guard", "controller", "station"])
def test_the_sample_that_is_judged_is_the_first_after_the_time(process: str) -> None:
    """One good sample more, and nothing is said of what comes after: it was noticed in time."""
    said = (
        None if process == "guard" else report(mode=ACTIVE, controller_age_ms=60_000, station_age_ms=60_000)
    )
    assert [gone(process, late_ms, said, rate_dps=1.0) for late_ms in (-20, 0, 20)] == [1, 1, 0]


@pytest.mark.parametrize("way", [1, -1])
def test_without_a_guard_nothing_moves_head_down_after_500_ms(way: int) -> None:
    """Towards park the node may be on its own return."""
    assert gone("guard", 0, None, way * 0.31) == (way > 0)
    assert gone("guard", 0, None, way * 0.3) == 0


@pytest.mark.parametrize("fault", ["slow_disk", "kill_everything", "stop", "nominal"])
def test_nobody_is_missed_who_was_there(fault: str) -> None:
    samples = [sample(tick, 1.0, report(mode=ACTIVE, controller_age_ms=60_000)) for tick in range(600)]
    assert list(judge_guard.processes_are_missed(ride(samples, fault, 1_000))) == []
    assert list(judge_guard.processes_are_missed(ride(samples, "kill_controller", None))) == []


def drifting(rate_dps: float, apart_cdeg: int, fault: str, effect_ms: int | None = 0) -> Ride:
    """A return for 4 s in which the sources come apart by so much in a second, and then are not trusted."""
    samples = []
    for tick in range(200):
        said = report(mode=RETURNING, a_cdeg=0, b_cdeg=apart_cdeg * tick // 50)
        samples.append(sample(tick, rate_dps, said))
    return ride(samples, fault, effect_ms)


@pytest.mark.parametrize(("fault", "effect_ms", "apart_cdeg", "rates"), [
    ("encoder_drift", 0, 0, (True, True, False)), ("encoder_drift", 0, 100, (False, True, False)),
    ("encoder_drift", None, 0, (False, False, False)), ("inclinometer_drift", 0, 0, (False, False, False)),
    ("nominal", 0, 0, (False, False, False)),
])  # fmt: skip
def test_a_drift_is_let_pass_until_both_have_been_3_deg_apart_for_200_ms(
    fault: str, effect_ms: int | None, apart_cdeg: int, rates: tuple[bool, bool, bool]
) -> None:
    """Design 6; no faster than it drifts at most, and the stop comes within 400 ms."""
    slow, brief, fast = rates
    assert (
        list(judge_motion.speed_within_limit(drifting(-4.19, apart_cdeg, fault, effect_ms))) == []
    ) == slow
    until = 3_180 + 400 if apart_cdeg else 4_000
    rode = drifting(-4.19, apart_cdeg, fault, effect_ms)
    stops = [one if one.t_ms <= until else one._replace(rate_dps=0.0) for one in rode.samples]
    assert (list(judge_motion.speed_within_limit(rode._replace(samples=stops))) == []) == brief
    assert (
        list(judge_motion.speed_within_limit(drifting(-4.21, apart_cdeg, fault, effect_ms))) == []
    ) == fast


@pytest.mark.parametrize(("fault", "apart_cdeg", "most_deg"), [
    ("encoder_drift", 0, 3.5), ("encoder_drift", 200, 3.3), ("encoder_drift", 2_000, 0.6),
    ("inclinometer_drift", 0, 0.5), ("nominal", 0, 0.5),
])  # fmt: skip
def test_a_drift_leads_no_further_down_than_the_sources_come_apart(
    fault: str, apart_cdeg: int, most_deg: float
) -> None:
    rode = drifting(2.0, apart_cdeg, fault)
    for way_deg, fine in ((most_deg - 0.1, True), (most_deg + 0.1, False)):
        until = 320 + way_deg / 2.0 * 1_000
        stops = [one if one.t_ms <= until else one._replace(rate_dps=0.0) for one in rode.samples]
        assert (list(judge_motion.down_ends_in_time(rode._replace(samples=stops))) == []) == fine


def shifted_for(ticks: int, apart_cdeg: int | None, fault: str, first_cause: int = 0) -> int:
    """How much is said of sources that are so far apart for so many ticks while nobody finds it."""
    before = [sample(tick, 0.0, report(mode=ACTIVE)) for tick in range(50)]
    off = tuple({**QUIET, "mode": ACTIVE, "b_cdeg": apart_cdeg, "first_cause": first_cause}.values())
    after = [sample(50 + tick, 0.0, off) for tick in range(ticks)]
    again = [sample(50 + ticks + tick, 0.0, report(mode=ACTIVE)) for tick in range(50)]
    return len(list(reactions.react(ride(before + after + again, fault, 1_000))))


@pytest.mark.parametrize("fault", ["inclinometer_shifted", "encoder_slipped"])
def test_sources_3_deg_apart_for_half_a_second_are_to_be_found(fault: str) -> None:
    for apart_cdeg in (300, -300, 800, None):
        assert shifted_for(26, apart_cdeg, fault) == 0
        assert shifted_for(27, apart_cdeg, fault) == 1
    for apart_cdeg in (299, -299, 0):
        assert shifted_for(500, apart_cdeg, fault) == 0
    stalled = BY_NAME["return_stalled"].number
    assert shifted_for(500, 299, fault, stalled) == 0, "it was over before there was anything to be found"
    assert shifted_for(500, 300, fault, stalled) == 1


@pytest.mark.parametrize(("after_ms", "said"), [(0, 0), (80, 0), (100, 1)])
def test_who_asks_for_return_in_the_time_of_a_reaction_ends_the_ride(after_ms: int, said: int) -> None:
    asked = report(mode=RETURNING, first_cause=BY_NAME["return_asked"].number)
    ticks = [sample(tick, 0.0, report(mode=ACTIVE)) for tick in range(50 + after_ms // 20)]
    ticks += [sample(len(ticks) + tick, 0.0, asked) for tick in range(50)]
    assert len(list(reactions.react(ride(ticks, "over_angle", 1_000)))) == said


@pytest.mark.parametrize(("seen", "said"), [(0, 1), (1, 0)])
def test_an_emergency_stop_must_be_seen_whoever_has_asked_for_return(seen: int, said: int) -> None:
    first, mask = BY_NAME["return_asked"].number, seen << BY_NAME["estop"].number
    ticks = [sample(tick, 0.0, report(mode=ACTIVE)) for tick in range(50)]
    ticks += [sample(tick, 0.0, report(mode=RETURNING, first_cause=first)) for tick in range(50, 53)]
    ticks += [
        sample(tick, 0.0, report(mode=RETURNING, first_cause=first, causes=mask)) for tick in range(53, 100)
    ]
    assert len(list(reactions.react(ride(ticks, "estop", 1_000)))) == said


def cuts(*said: tuple[int, int, int], angle_deg: float = 10.0) -> int:
    """What I10 says of ticks, each a mode, a command and a first cause."""
    ticks = [
        sample(n, 0.0, report(mode=mode, command=command, first_cause=cause))._replace(angle_deg=angle_deg)
        for n, (mode, command, cause) in enumerate(said)
    ]
    return len(list(judge_motion.power_is_cut_only_for_cause(ride(ticks))))


def test_a_cut_needs_a_cause_or_one_before_it_in_the_same_return() -> None:
    asked, fault = BY_NAME["return_asked"].number, BY_NAME["drive_fault"].number
    by_hand = (WAITING, MOVE, asked)
    assert cuts((RETURNING, CUT, asked)) == 1
    assert cuts((RETURNING, CUT, asked), angle_deg=0.9) == 0
    assert cuts((RETURNING, CUT, fault), by_hand, (WAITING, CUT, asked)) == 0
    for over in (ACTIVE, READY, INHIBITED):
        assert cuts((RETURNING, CUT, fault), (over, MOVE, 0), (RETURNING, CUT, asked)) == 1


def called_a_runaway(*rates_dps: float, fault: str = "stop_button") -> int:
    """What is said of a table with these rates, a tick each, called a runaway in the tick after them."""
    said = [report()] * len(rates_dps) + [report(causes=1 << BY_NAME["runaway"].number)]
    rates_dps = (*rates_dps, 0.0)  # by then the brake has acted
    ticks = [sample(n, rate, one) for n, (rate, one) in enumerate(zip(rates_dps, said, strict=True))]
    return len(list(judge_motion.who_heeds_a_stop_is_not_cut(ride(ticks, fault))))


def test_a_table_that_slows_down_is_no_runaway() -> None:
    assert called_a_runaway(2.0, *[1.5] * 14, 0.9) == 1
    assert called_a_runaway(-2.0, *[-1.5] * 14, 0.0) == 1
    assert called_a_runaway(2.0, *[1.5] * 14, 1.0) == 0
    assert called_a_runaway(1.6, *[1.5] * 14, 0.8) == 0
    assert called_a_runaway(2.0, *[1.5] * 14, 0.9, fault="encoder_late") == 0


def held_by_a_brake(ticks: int, fault: str, **values: int) -> list[str]:
    """What I21 says of a motor that pushes for so many ticks against a closed brake."""
    pushes = sample(0, 0.0, report(**values))._replace(brake_closed=True, current_a=-7.0)
    among = [sample(0)] * 3 + [pushes] * ticks + [sample(0)] * 3
    timed = [one._replace(t_ms=20 * place) for place, one in enumerate(among)]
    return list(judge_motion.the_brake_is_not_fought(ride(timed, fault)))


def test_a_brake_that_is_told_to_be_closed_is_fought_for_300_ms_at_the_most() -> None:
    for command in (MOVE, HOLD):
        assert held_by_a_brake(16, "nominal", command=command) == []
        assert len(held_by_a_brake(17, "nominal", command=command)) == 1


def test_a_brake_that_does_not_open_is_found_as_something_in_the_way() -> None:
    """And a motor that goes on holding the load beside it does not drive against it."""
    assert held_by_a_brake(101, "brake_stuck", command=MOVE, setpoint_cdps=-20) == []
    assert len(held_by_a_brake(102, "brake_stuck", command=MOVE, setpoint_cdps=-20)) == 1
    assert held_by_a_brake(500, "brake_stuck", command=MOVE, setpoint_cdps=0) == []
    assert held_by_a_brake(500, "brake_stuck", command=HOLD) == []


def test_the_pauses_are_allowed_from_where_the_guard_may_see_their_places() -> None:
    """It calls a degree off the place there, by an angle that is a little off the true one."""
    for seen_deg, beyond_deg, pause_s in ((-1.1, -1.3, 60.0), (-16.1, -16.3, 20.0)):
        longer_s = judge_guard.time_to_park_s(seen_deg) - judge_guard.time_to_park_s(beyond_deg)
        assert longer_s > pause_s - 1.0


@pytest.mark.parametrize(("kind", "net_ms"), [(BACK, 6_000), (OVER, 14_000)])
def test_the_ledger_tells_what_was_used_less_and_more_than_debited(
    tmp_path: Path, kind: str, net_ms: int
) -> None:
    """A ride beyond its allowance counted as one that gave time back."""
    head = ""
    for entry in (
        Entry(DEBIT, "r", 1, 9_000, -5, 0),
        Entry(DEBIT, "r", 2, 10_000, 5, 0),
        Entry(kind, "r", 2, 4_000, 9, 0),
    ):
        entry = chained(head, entry)
        append(tmp_path / "ledger.jsonl", entry)
        head = entry.head
    assert net_used_ms(tmp_path) == net_ms

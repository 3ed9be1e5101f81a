"""What the judge takes for the brake's, and for nothing that a guard could see."""

from __future__ import annotations

import pytest

from hil.campaign import judge_guard, judge_motion, reactions
from safety.decision import ACTIVE, HOLD, MOVE, RETURNING
from safety.observation import DRIVE_ARMED, DRIVE_FAULT
from tests.unit.test_campaign_judge import report, ride, sample


@pytest.mark.parametrize(("braked", "bridge", "rate_dps", "state", "said"), [
    (True, False, 9.0, DRIVE_ARMED, 0), (False, True, 1.1, DRIVE_ARMED, 1),
    (True, True, -1.1, DRIVE_ARMED, 1), (False, False, 1.1, DRIVE_ARMED, 1),
    (False, True, 1.0, DRIVE_ARMED, 0), (True, False, 0.0, DRIVE_FAULT, 1),
])  # fmt: skip
def test_a_bridge_that_moves_nothing_cannot_be_seen_to_drive(
    braked: bool, bridge: bool, rate_dps: float, state: int, said: int
) -> None:
    """It came to rest as the brake closed by itself: what was to be seen before and after counts together."""
    runs = [sample(tick, 2.0, report(mode=ACTIVE)) for tick in range(300)]
    quiet = report(mode=ACTIVE, drive_state=state)
    hidden = [
        one._replace(brake_closed=braked, bridge_on=bridge, rate_dps=rate_dps, report=quiet)
        for one in runs[60:250]
    ]
    for rest, late in ((runs[250:275], 0), (runs[250:277], 1)):
        found = reactions.react(ride(runs[:60] + hidden + rest, "runaway", 1_000))
        assert len(list(found)) == max(said, late)


@pytest.mark.parametrize(("rate_dps", "told_cdps", "command", "said"), [
    (-1.5, -117, MOVE, 0), (-1.5, -50, MOVE, 0), (-1.5, -48, MOVE, 1),
    (1.5, -117, MOVE, 1), (-1.5, -117, HOLD, 1),
])  # fmt: skip
def test_a_bridge_that_drives_as_fast_as_it_is_told_cannot_be_seen(
    rate_dps: float, told_cdps: int, command: int, said: int
) -> None:
    """Its speed is off by no more than design 6 calls obedience; what follows shows it."""
    told = report(mode=ACTIVE, command=command, setpoint_cdps=told_cdps)
    runs = [sample(tick, rate_dps, told)._replace(bridge_on=True) for tick in range(100)]
    assert len(list(reactions.react(ride(runs, "runaway", 1_000)))) == said


@pytest.mark.parametrize("ticks", [20, 22])
def test_a_load_beyond_the_motor_is_the_brakes(ticks: int) -> None:
    """Nothing else holds it: it may be fast until the brake has it, and a person brings it home by hand."""
    rates = [0.0] * 40 + [9.0] * ticks + [0.0] * 5
    samples = [sample(n, rate, report(mode=RETURNING)) for n, rate in enumerate(rates)]

    def fast(*overloaded: int, drive: str = "node") -> bool:
        heavy = [one._replace(overloads=n in overloaded) for n, one in enumerate(samples)]
        rode = ride(heavy)._replace(drive=drive)
        return any("at any time" in what for what in judge_motion.speed_within_limit(rode))

    assert fast()
    assert fast(20) == fast(40) == (ticks > 20), "400 ms, and as long after it"
    assert fast(19)
    assert fast(41)
    assert fast(40, drive="blvr")


@pytest.mark.parametrize(("ticks", "drive", "said"), [(5, "node", 0), (4, "node", 1), (5, "blvr", 1)])
def test_who_was_beyond_the_motor_for_100_ms_is_brought_home_by_a_person(
    ticks: int, drive: str, said: int
) -> None:
    samples = [sample(n, 0.0, report(mode=RETURNING))._replace(overloads=n < ticks) for n in range(50)]
    assert len(list(judge_guard.home_in_time(ride(samples)._replace(drive=drive)))) == said

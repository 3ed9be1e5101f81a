"""What a stream of setpoints may do, where the last unit of a long or a fast one decides."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.gate import _ACCEL_ROUND_CDPS2 as ROUND_CDPS2
from safety.gate import CONDITIONS, Ask
from safety.look import look
from safety.observation import Proposal
from safety.step import boot
from safety.stream import Stream
from safety.verdict import ALLOW, Verdict
from tests.safety_rig import FIRST_START, LIMITS, Rig, session_terms

HOLDS = {row.name: row.holds for row in CONDITIONS}
SEEN = Rig().sense()._replace(a_cdeg=1000, b_cdeg=1000)
FACTS = look(boot(LIMITS, FIRST_START), SEEN, LIMITS, 20, False)._replace(
    mode=d.ACTIVE, terms=session_terms(), cdeg=1000, cap_cdeg=3000
)
STREAM = Stream(True, 1000, 0, 20, 80, 0, 80, 0, 0, 0, 0)


def holds(name: str, stream: Stream, angle_cdeg: int, rate_cdps: int) -> bool:
    proposal = Proposal(7, 1, angle_cdeg, rate_cdps, 100)
    return HOLDS[name](Ask(proposal, stream, True, FACTS, SEEN, LIMITS, ALLOW, True, 0))


@pytest.mark.parametrize(("rate_cdps", "expected", "slack"), [(999, 1019, 42), (-999, 980, 42), (0, 1000, 3)])
def test_a_setpoint_is_where_its_rates_have_led(rate_cdps: int, expected: int, slack: int) -> None:
    """The mean of two rates over the gap, give or take two ticks of the faster one."""
    stream = STREAM._replace(rate_cdps=rate_cdps)
    for off, good in ((slack, True), (slack + 1, False), (-slack, True), (-slack - 1, False)):
        assert holds("continuous", stream, expected + off, rate_cdps) is good


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("ref_ms", "most"), [(80, 37), (959, 300), (960, 301)])
def test_a_rate_changes_by_3_deg_s2_and_a_unit(ref_ms: int, most: int, way: int) -> None:
    stream = STREAM._replace(ref_ms=ref_ms, gap_ms=20)
    assert holds("acceleration", stream, 1000, way * most)
    assert not holds("acceleration", stream, 1000, way * (most + 1))


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("window_ms", "most"), [(100, 60), (999, 599), (1_000, 600)])
def test_an_acceleration_changes_by_6_deg_s3(window_ms: int, most: int, way: int) -> None:
    stream = STREAM._replace(ref_ms=window_ms - 20, gap_ms=20)
    most += ROUND_CDPS2
    assert holds("jerk", stream._replace(accel_cdps2=way * most), 1000, 0)
    assert not holds("jerk", stream._replace(accel_cdps2=way * (most + 1)), 1000, 0)


def test_an_acceleration_is_the_change_of_a_second() -> None:
    most = 60 + ROUND_CDPS2
    stream = STREAM._replace(ref_ms=80, gap_ms=20)
    for accel, good in ((5_000 - most, True), (5_000 - most - 1, False), (5_000 + most + 1, False)):
        assert holds("jerk", stream._replace(accel_cdps2=accel), 1000, 500) is good


@pytest.mark.parametrize(("direction", "rate_cdps", "good"), [
    (0, 0, True), (0, 1, False), (0, -1, False), (1, 1, True), (1, -1, True), (2, 300, True),
])  # fmt: skip
def test_where_no_motion_is_allowed_a_stream_may_stand(direction: int, rate_cdps: int, good: bool) -> None:
    proposal = Proposal(7, 1, 1000, rate_cdps, 100)
    ask = Ask(proposal, STREAM, False, FACTS, SEEN, LIMITS, Verdict(direction, 800, 1), True, 0)
    assert HOLDS["motion"](ask) is good

"""The gate: a proposal is permitted or refused, never clamped. Each condition is one numbered row.

Still and towards park need only freshness, mode and a smooth stream; head-down needs every row (design 4).
Tolerances cover whole numbers and a tick of jitter between the two processes, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from safety.angles import BOTH as BOTH_SOURCES
from safety.decision import ACTIVE, CHECK_ASKED, CHECK_LOUD, READY, TEST
from safety.facts import Facts
from safety.limits import TICK_MS, Limits
from safety.observation import DRIVE_ARMED, Observation, Proposal
from safety.stream import WINDOW_MS, Stream
from safety.verdict import BOTH, NO_MOTION, Verdict

_ROUND_CDPS: Final = 2
_START_DOWN_CDEG: Final = 50  # a stream may start this much further down: the noise of one reading
_ACCEL_ROUND_CDPS2: Final = 40  # whole numbers and a tick of jitter over one window


class Ask(NamedTuple):
    """All a condition may look at."""

    proposal: Proposal
    stream: Stream
    down: bool
    facts: Facts
    observation: Observation
    limits: Limits
    verdict: Verdict
    tested: bool
    latched: int


Condition = Callable[[Ask], bool]


def _mode(ask: Ask) -> bool:
    return ask.facts.mode in (READY, ACTIVE, TEST)


def _session(ask: Ask) -> bool:
    terms = ask.facts.terms
    return ask.facts.mode == TEST or (terms is not None and ask.proposal.session == terms.session)


def _lease(ask: Ask) -> bool:
    return 0 < ask.proposal.lease_ms <= ask.limits.lease_ms


def _fresh(ask: Ask) -> bool:
    return ask.facts.cdeg is not None and ask.observation.drive_age_ms <= ask.limits.stale_ms


def _drive(ask: Ask) -> bool:
    return ask.observation.drive_state == DRIVE_ARMED


def _start(ask: Ask) -> bool:
    if ask.stream.live:
        return True
    cdeg = ask.facts.cdeg
    return (
        ask.proposal.rate_cdps == 0
        and cdeg is not None
        and abs(ask.proposal.angle_cdeg - cdeg) <= ask.limits.start_cdeg
    )


def _continuous(ask: Ask) -> bool:
    stream, proposal = ask.stream, ask.proposal
    if not stream.live:
        return True
    rates = stream.rate_cdps + proposal.rate_cdps
    expected = stream.angle_cdeg + rates * stream.gap_ms // 2000
    slack = 3 + max(abs(stream.rate_cdps), abs(proposal.rate_cdps)) * 2 * TICK_MS // 1000
    return abs(proposal.angle_cdeg - expected) <= slack


def _tracking(ask: Ask) -> bool:
    cdeg = ask.facts.cdeg
    return cdeg is not None and abs(ask.proposal.angle_cdeg - cdeg) <= ask.limits.tracking_cdeg


def _rate(ask: Ask) -> bool:
    rate, terms, limits = ask.proposal.rate_cdps, ask.facts.terms, ask.limits
    if ask.facts.mode == TEST or terms is None:
        return abs(rate) <= limits.test_cdps
    if rate >= 0:
        return rate <= min(terms.down_cdps, limits.hard_down_cdps) + _ROUND_CDPS
    upright = ask.proposal.angle_cdeg < limits.rest_cdeg - limits.there_cdeg
    return -rate <= (terms.upright_cdps if upright else terms.up_cdps) + _ROUND_CDPS


def _accel(ask: Ask) -> bool:
    stream = ask.stream
    if not stream.live:
        return True
    window_ms = stream.ref_ms + stream.gap_ms + TICK_MS
    most = ask.limits.hard_cdps2 * window_ms // 1000 + 1
    return abs(ask.proposal.rate_cdps - stream.ref_cdps) <= most


def _jerk(ask: Ask) -> bool:
    stream = ask.stream
    window_ms = stream.ref_ms + stream.gap_ms
    if not stream.live or window_ms < WINDOW_MS:
        return True
    accel = (ask.proposal.rate_cdps - stream.ref_cdps) * 1000 // window_ms
    most = ask.limits.hard_cdps3 * window_ms // 1000 + _ACCEL_ROUND_CDPS2
    return abs(accel - stream.accel_cdps2) <= most


def _pendant(ask: Ask) -> bool:
    now = ask.facts.buttons.now
    return now.pendant is True and now.panic is not True


def _ankles(ask: Ask) -> bool:
    now = ask.facts.buttons.now
    if ask.facts.mode == TEST:
        return now.ankle_a is False and now.ankle_b is False
    return now.ankle_a is True and now.ankle_b is True


def _sources(ask: Ask) -> bool:
    return ask.facts.angles.source == BOTH_SOURCES


def _inputs(ask: Ask) -> bool:
    return ask.facts.buttons.fresh


def _switches(ask: Ask) -> bool:
    now = ask.facts.buttons.now
    return now.estop_ok is True and now.stop is False and now.over_angle is not True


def _supply(ask: Ask) -> bool:
    return ask.facts.buttons.now.supply_ok is True


def _load(ask: Ask) -> bool:
    return ask.facts.mode == TEST or ask.facts.buttons.now.load is not False


def _tested(ask: Ask) -> bool:
    return ask.tested or ask.facts.mode == TEST


def _unlatched(ask: Ask) -> bool:
    return not ask.latched


def _dose(ask: Ask) -> bool:
    terms = ask.facts.terms
    return ask.facts.mode == TEST or (terms is not None and ask.facts.session.used_ms < terms.allowance_ms)


def _bouts(ask: Ask) -> bool:
    terms, session = ask.facts.terms, ask.facts.session
    if ask.facts.mode == TEST or session.in_bout or ask.proposal.angle_cdeg <= ask.limits.inverted_cdeg:
        return True
    return terms is not None and session.bout < terms.bouts_max


def _check_in(ask: Ask) -> bool:
    check = ask.facts.check
    return check.phase != CHECK_LOUD and (
        check.phase != CHECK_ASKED or check.age_ms <= ask.limits.ask_grace_ms
    )


def _cap(ask: Ask) -> bool:
    rate = ask.proposal.rate_cdps
    return ask.proposal.angle_cdeg + rate * rate // (2 * ask.limits.stop_cdps2) <= ask.facts.cap_cdeg


def _proof(ask: Ask) -> bool:
    return ask.facts.proof.proved or ask.proposal.angle_cdeg <= ask.limits.proof_cdeg


def _window(ask: Ask) -> bool:
    off_park = abs(ask.proposal.angle_cdeg - ask.limits.park_cdeg)
    return ask.facts.mode != TEST or off_park <= ask.limits.at_park_cdeg


def _park(ask: Ask) -> bool:
    """Below park there is only the lower stop."""
    rate, limits = ask.proposal.rate_cdps, ask.limits
    return rate >= 0 or ask.proposal.angle_cdeg >= limits.park_cdeg - limits.there_cdeg


def _verdict(ask: Ask) -> bool:
    return ask.verdict.direction == BOTH


def _permit_motion(ask: Ask) -> bool:
    return ask.verdict.direction != NO_MOTION or ask.proposal.rate_cdps == 0


class Row(NamedTuple):
    """One condition. `number` is what a refusal reports; it never changes once given."""

    number: int
    name: str
    head_down_only: bool
    holds: Condition


CONDITIONS: Final = (
    Row(1, "mode", False, _mode),
    Row(2, "session", False, _session),
    Row(3, "lease", False, _lease),
    Row(4, "fresh", False, _fresh),
    Row(5, "drive", False, _drive),
    Row(6, "motion", False, _permit_motion),
    Row(7, "start", False, _start),
    Row(8, "continuous", False, _continuous),
    Row(9, "tracking", False, _tracking),
    Row(10, "rate", False, _rate),
    Row(11, "acceleration", False, _accel),
    Row(12, "jerk", False, _jerk),
    Row(13, "test_window", False, _window),
    Row(14, "pendant", True, _pendant),
    Row(15, "ankles", True, _ankles),
    Row(16, "sources", True, _sources),
    Row(17, "inputs", True, _inputs),
    Row(18, "switches", True, _switches),
    Row(19, "supply", True, _supply),
    Row(20, "load", True, _load),
    Row(21, "tested", True, _tested),
    Row(22, "latch", True, _unlatched),
    Row(23, "dose", True, _dose),
    Row(24, "bouts", True, _bouts),
    Row(25, "check_in", True, _check_in),
    Row(26, "cap", True, _cap),
    Row(27, "verdict", True, _verdict),
    Row(28, "park", False, _park),
    Row(29, "proof", True, _proof),
)
NAMES: Final = {row.number: row.name for row in CONDITIONS}


def goes_down(proposal: Proposal, stream: Stream, cdeg: int | None) -> bool:
    """Head-down is any growing angle, whatever the rate says."""
    if proposal.rate_cdps > 0 or cdeg is None:
        return True
    return proposal.angle_cdeg > (stream.angle_cdeg if stream.live else cdeg + _START_DOWN_CDEG)


def refusal(ask: Ask) -> int:
    """The number of the first condition that does not hold, 0 = permitted."""
    down = ask.down
    for row in CONDITIONS:
        if (down or not row.head_down_only) and not row.holds(ask):
            return row.number
    return 0

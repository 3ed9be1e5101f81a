"""What may go head-down, said once more and apart from the gate (I1, I5, I16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hil.verification.coarse import LIMITS, PARK_CDEG, TICK_MS
from safety.decision import ACTIVE, CHECK_LOUD, MOVE, READY, TEST
from safety.observation import DRIVE_ARMED, ORDER_STOP, Observation

if TYPE_CHECKING:
    from hil.verification.oracle import Tick

# What every proposal needs, by the numbers of the page: mode to test_window, and park.
ALL_WAYS: Final = frozenset({*range(1, 14), 28})
_JITTER_MS: Final = 20
_JITTER_CDEG: Final = 90  # a tick of jitter at full speed, and a whole number


def by_proposal(tick: Tick) -> bool:
    """Whether this tick's command is this tick's proposal."""
    asked, done = tick.seen.proposal, tick.decision
    if asked is None or done.command != MOVE:
        return False
    return (asked.angle_cdeg, asked.rate_cdps) == (done.angle_cdeg, done.rate_cdps)


def refused_for_nothing(tick: Tick) -> str | None:
    """Stillness and the way to park need no permit of head-down motion."""
    asked, stream, number = tick.seen.proposal, tick.before.stream, tick.decision.refusal
    live = stream.live and stream.lease_ms > TICK_MS
    if not number or asked is None or not live or number in ALL_WAYS:
        return None
    if asked.rate_cdps > 0 or asked.angle_cdeg > stream.angle_cdeg or tick.decision.trusted_cdeg is None:
        return None
    return f"towards park refused by condition {number}, of head-down motion"


def lacking(tick: Tick) -> str | None:
    """Why this tick's motion should not be, None = it may be."""
    decision = tick.decision
    if decision.command != MOVE or decision.mode not in (READY, ACTIVE, TEST):
        return None
    down = _goes_down(tick)
    return _unfit(tick) or _leap(tick) or (_permit(tick) if down else None)


def _goes_down(tick: Tick) -> bool:
    decision, before = tick.decision, tick.before.stream
    start = before.angle_cdeg if before.live and before.lease_ms > TICK_MS else None
    if decision.rate_cdps > 0:
        return True
    if start is None:
        cdeg = decision.trusted_cdeg
        return cdeg is None or decision.angle_cdeg > cdeg + 50
    return decision.angle_cdeg > start


def _unfit(tick: Tick) -> str | None:
    """What every motion needs, towards park too."""
    seen, decision = tick.seen, tick.decision
    leased = tick.before.stream.live and tick.before.stream.lease_ms > TICK_MS
    if seen.proposal is None and not leased:
        return "moves without a lease"
    if seen.proposal is not None:
        if not by_proposal(tick):
            return "I16 moves, and not as asked"
        if decision.mode != TEST and (
            tick.state.terms is None or seen.proposal.session != tick.state.terms.session
        ):
            return "another session moves it"
        if not 0 < seen.proposal.lease_ms <= LIMITS.lease_ms:
            return f"lease of {seen.proposal.lease_ms} ms"
    if decision.mode == TEST and (seen.inputs.stop is not False or seen.orders & ORDER_STOP):
        return "a test of the day moves under STOP"
    if seen.drive_state != DRIVE_ARMED or seen.drive_age_ms > LIMITS.stale_ms:
        return "moves a drive that is not there" if seen.proposal is not None else None
    if decision.direction == 0 and decision.rate_cdps:
        return "moves against the verdict"
    return None


def _leap(tick: Tick) -> str | None:
    """The stream is smooth, near the table, inside its speeds and places."""
    decision, stream = tick.decision, tick.before.stream
    if tick.seen.proposal is None:
        return None
    angle, rate, cdeg = decision.angle_cdeg, decision.rate_cdps, decision.trusted_cdeg
    live = stream.live and stream.lease_ms > TICK_MS
    if cdeg is None or abs(angle - cdeg) > LIMITS.tracking_cdeg:
        return f"asked for {angle} while at {cdeg}"
    if not live and (rate or abs(angle - cdeg) > LIMITS.start_cdeg):
        return "a stream begins in motion"
    gap_ms = min(stream.gap_ms + TICK_MS, 10_000)
    if live and abs(angle - stream.angle_cdeg - (rate + stream.rate_cdps) * gap_ms // 2_000) > _JITTER_CDEG:
        return "a stream leaps"
    if live and abs(rate - stream.rate_cdps) > LIMITS.hard_cdps2 * (gap_ms + _JITTER_MS) // 1_000 + 1:
        return "a stream jerks"
    if decision.mode == TEST:
        slow, near = abs(rate) <= LIMITS.test_cdps, abs(angle - PARK_CDEG) <= LIMITS.at_park_cdeg
        return None if slow and near else f"TEST at {angle} with {rate}"
    return _too_fast(tick, angle, rate)


def _too_fast(tick: Tick, angle: int, rate: int) -> str | None:
    terms = tick.state.terms
    if terms is None:
        return "no terms"
    up = terms.upright_cdps if angle < LIMITS.rest_cdeg - LIMITS.there_cdeg else terms.up_cdps
    if rate > min(terms.down_cdps, LIMITS.hard_down_cdps) + 2 or -rate > up + 2:
        return f"rate {rate}"
    if rate < 0 and angle < PARK_CDEG - LIMITS.there_cdeg:
        return "goes below park"
    if angle + rate * abs(rate) // (2 * LIMITS.stop_cdps2) > terms.cap_cdeg and rate >= 0:
        return f"I1 {angle} with {rate} ends past the cap"
    return None


def _permit(tick: Tick) -> str | None:
    """I5: each permit of head-down motion, from what was seen in this tick."""
    seen, now, decision = tick.seen, tick.seen.inputs, tick.decision
    test = decision.mode == TEST
    needs = {
        "mode": decision.mode in (READY, ACTIVE, TEST),
        "pendant": now.pendant is True,
        "ankles": (now.ankle_a, now.ankle_b) == ((False, False) if test else (True, True)),
        "e-stop": now.estop_ok is True,
        "stop": now.stop is False,
        "over-angle": now.over_angle is not True,
        "supply": now.supply_ok is True,
        "load": test or now.load is not False,
        "latch": not decision.latched_cause,
        "tested": test or decision.tested,
        "dose": test or decision.dose_left_ms > 0,
        "verdict": decision.direction == 2,
        "check-in": decision.check_in != CHECK_LOUD,
        "ages": max(seen.a_age_ms, seen.b_age_ms, seen.inputs_age_ms, seen.drive_age_ms) <= LIMITS.stale_ms,
        "controller": seen.controller_age_ms <= LIMITS.controller_lost_ms,
        "late": tick.before.mode == READY or seen.late_ms <= LIMITS.late_ms,
        "bouts": test or _bouts(tick),
        "sources": _agree(seen) or decision.rate_cdps == 0,
    }  # fmt: skip
    missing = [name for name, there in needs.items() if not there]
    return f"I5 head-down without {', '.join(missing)}" if missing else None


def _agree(seen: Observation) -> bool:
    return seen.a_cdeg is not None and seen.b_cdeg is not None


def _bouts(tick: Tick) -> bool:
    """No bout beyond the last begins."""
    session, terms = tick.state.session, tick.state.terms
    above = tick.decision.angle_cdeg > LIMITS.inverted_cdeg
    return terms is not None and (session.in_bout or not above or session.bout < terms.bouts_max)

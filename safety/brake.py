"""The brake test of the day: torque off beside park, nobody on the table: does it hold? (HZ-23)

It begins where the direction test has come up and stands, so that a table without a brake has room to sink.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.limits import Limits
from safety.observation import AGE_MAX_MS, DRIVE_ARMED, Inputs, Observation

# Phases.
UNTRIED: Final = 0
TORQUE_OFF: Final = 1
TORQUE_BACK: Final = 2  # it held; the drive is armed anew
HELD: Final = 3


class Brake(NamedTuple):
    """How far the test has come."""

    phase: int
    phase_ms: int
    a_held: int | None  # where the table stood when the torque was taken away
    b_held: int | None
    slips: bool
    torque_stays: bool  # the drive was told to let go and did not


NOT_TRIED: Final = Brake(UNTRIED, 0, None, None, False, False)


def empty(now: Inputs) -> bool:
    """As the tests of the day want it: nobody on the table, the pendant held, nothing pressed."""
    off = now.ankle_a is False and now.ankle_b is False and now.load is not True
    return off and now.pendant is True and now.stop is False and now.estop_ok is True


def braked(
    was: Brake, stands: bool, now: Inputs, observation: Observation, limits: Limits, dt_ms: int
) -> Brake:
    """One tick; `stands`: the table has come up and stands. Whoever comes to it has the torque back."""
    if was.phase == HELD:
        return was
    if was.phase == UNTRIED:
        begins = stands and empty(now)
        return Brake(TORQUE_OFF, 0, observation.a_cdeg, observation.b_cdeg, False, False) if begins else was
    phase_ms = min(was.phase_ms + dt_ms, AGE_MAX_MS)
    armed, off = observation.drive_state == DRIVE_ARMED, was.phase == TORQUE_OFF
    relay_on = now.enabled is True
    slips = was.slips or _sank(was.a_held, observation.a_cdeg, limits)
    slips = slips or _sank(was.b_held, observation.b_cdeg, limits)
    stays = was.torque_stays or (off and phase_ms >= limits.torque_off_ms and (armed or relay_on))
    if slips or stays:
        return was._replace(phase_ms=phase_ms, slips=slips, torque_stays=stays)
    if not empty(now):
        return NOT_TRIED
    phase = was.phase
    if off and phase_ms >= limits.brake_ms:
        phase = TORQUE_BACK
    elif not off and armed:
        phase = HELD
    return was._replace(phase=phase, phase_ms=phase_ms)


def _sank(held: int | None, cdeg: int | None, limits: Limits) -> bool:
    """An angle that is not known says nothing; the rules about angles do."""
    return held is not None and cdeg is not None and abs(cdeg - held) > limits.brake_slip_cdeg

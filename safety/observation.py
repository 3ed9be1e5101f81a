"""What the rules see in one tick: plain integers, None where nothing is known, ages instead of times.

Angles in centidegrees of inversion (0 horizontal, growing head-down), rates in centidegrees per second, ages
and durations in milliseconds, saturating at `AGE_MAX_MS`. Built once a tick by the guard, positionally.
"""

from __future__ import annotations

from typing import Final, NamedTuple

AGE_MAX_MS: Final = 60_000  # an age this large means: never, or not for a long while

# Orders of panels, signals and clients that arrived since the tick before (a mask of plain ints).
ORDER_STOP: Final = 1  # network STOP
ORDER_RETURN: Final = 2  # panel, SIGTERM, Ctrl-C, shutdown, lost seat
ORDER_CONTINUE: Final = 4  # seat says go on after a STOP
ORDER_TEST: Final = 8  # lease holder asks for the tests of the day at park
ORDER_END: Final = 16  # lease holder: the session is over, at park
ORDER_SEAT_LOST: Final = 32  # the seat has been empty too long: a RETURN with a cause of its own

# Observation.drive_state, as the bridge numbers them (firmware_bridge.readings; a test compares both).
DRIVE_OFFLINE: Final = 0
DRIVE_DISARMED: Final = 1
DRIVE_ARMING: Final = 2
DRIVE_ARMED: Final = 3
DRIVE_OWN_RETURN: Final = 4
DRIVE_UNPOWERED: Final = 5
DRIVE_FAULT: Final = 6


class Proposal(NamedTuple):
    """What the controller asks for: be at this angle now, moving at this rate, until the lease ends."""

    session: int
    seq: int
    angle_cdeg: int
    rate_cdps: int
    lease_ms: int  # what was left of it when it was taken from the channel


class Terms(NamedTuple):
    """What one session may do: tier, rider, table and hard limits, already combined by min."""

    session: int
    cap_cdeg: int
    down_cdps: int
    up_cdps: int  # inverted to rest
    upright_cdps: int  # rest to park
    allowance_ms: int  # head-down time pre-debited for this session
    bout_max_ms: int
    bouts_max: int
    hold_max_ms: int
    check_in_every_ms: int
    wall_max_ms: int  # the session's total time


class Inputs(NamedTuple):
    """Buttons, contacts and switches; None = unknown (no such input, stale, or its pair disagrees)."""

    pendant: bool | None
    stop: bool | None
    return_a: bool | None
    return_b: bool | None
    estop_ok: bool | None
    ankle_a: bool | None
    ankle_b: bool | None
    at_park: bool | None
    past_rest: bool | None
    over_angle: bool | None
    load: bool | None
    supply_ok: bool | None
    enabled: bool | None
    panic: bool | None = None  # a three-position pendant squeezed through; None = it has two positions


UNKNOWN_INPUTS: Final = Inputs(*(None,) * 14)


class Observation(NamedTuple):
    """One tick."""

    dt_ms: int  # since the tick before
    late_ms: int  # how much later than planned this tick began
    a_cdeg: int | None  # source A: the drive's own angle
    a_cdps: int | None
    a_age_ms: int
    b_cdeg: int | None  # source B: the inclinometer on the frame
    b_cdps: int | None
    b_age_ms: int
    drive_state: int
    drive_stage: int  # of its own return
    drive_fault: int
    drive_age_ms: int
    inputs: Inputs
    inputs_age_ms: int
    proposal: Proposal | None
    begin: Terms | None  # a session whose dose has been debited asks to begin
    orders: int
    controller_age_ms: int
    station_age_ms: int
    effort_permille: int | None = None  # + head-down, of the drive's most; None = it does not say
    heat_permille: int | None = None  # of the temperature at which it gives up; None = it has no sense for it
    test_due: bool = False  # the tests of the day passed a day ago
    braked: bool | None = None  # the brake is closed and the motor off; None = the drive does not say
    timed_out: bool | None = None  # the drive says that its own watchdog has acted; None = it cannot say
    silence_ms: int | None = None  # without a beat it must have acted by then; None = it could not say so


class Wake(NamedTuple):
    """What the guard finds on its disk when it starts; `safety.step.boot` makes the first state of it."""

    open_terms: Terms | None  # the durable open-session mark, None = no session was open
    used_ms: int  # head-down time already used of that session's allowance
    same_table: bool  # the table file's hash is the one of the mark
    direction_tested: bool  # the tests of the day have passed
    latched_cause: int  # a latch that outlived the restart, 0 = none

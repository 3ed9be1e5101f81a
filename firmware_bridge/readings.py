"""What the wire brings back: frozen, each with its own time and the sender's counter. Absent is None.

Angles are inversion angles in centidegrees (0 horizontal, growing head-down), rates centidegrees per second.
`at_ms` is the guard's monotonic time at which the reading was true, never the time at which it was looked at.
"""

from __future__ import annotations

from typing import Final, NamedTuple

# DriveReading.state
OFFLINE: Final = 0  # no handshake yet, or the device has been silent since
DISARMED: Final = 1  # talks, but its configuration has not been read back
ARMING: Final = 2
ARMED: Final = 3  # obeys move and stop
OWN_RETURN: Final = 4  # brings the rider home by itself (node only)
UNPOWERED: Final = 5  # torque off, brake on
FAULT: Final = 6

DRIVE_STATES: Final = ("offline", "disarmed", "arming", "armed", "own_return", "unpowered", "fault")


class DriveReading(NamedTuple):
    """One answer of the drive."""

    at_ms: int
    counter: int
    angle_cdeg: int | None
    rate_cdps: int | None
    state: int
    fault: int  # the maker's code, 0 = none
    stage: int  # of its own return, 0 = none
    current_ma: int | None
    boot_count: int
    effort_permille: int | None = None  # + head-down, of what it may give at most; None = it does not say
    heat_permille: int | None = None  # of the temperature at which drive or motor give up; None = not known
    braked: bool | None = None  # told its brake to close and its motor to let go, None = the same
    timed_out: bool | None = None  # its own watchdog has acted, by its own word; None = it cannot say


class AngleReading(NamedTuple):
    """One answer of an angle sensor."""

    at_ms: int
    counter: int
    angle_cdeg: int
    rate_cdps: int | None


class InputsReading(NamedTuple):
    """One sample of all inputs; None = this table has no such input, or its antivalent pair disagrees."""

    at_ms: int
    counter: int
    pendant: bool | None  # held
    stop: bool | None  # pressed
    return_a: bool | None  # pressed
    return_b: bool | None  # pressed
    estop_ok: bool | None  # chain closed
    ankle_a: bool | None  # contact closed
    ankle_b: bool | None
    at_park: bool | None
    past_rest: bool | None  # rest switch: angle above -2 deg
    over_angle: bool | None  # switch tripped
    load: bool | None  # somebody lies on the table
    supply_ok: bool | None
    enabled: bool | None  # read-back contact of the enable relay
    panic: bool | None = None  # three-position pendant squeezed through; None = it has two positions


class Arming(NamedTuple):
    """How far arming has come. `refused` names the register, the value found and the value allowed."""

    armed: bool
    refused: str | None = None

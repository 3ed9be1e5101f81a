"""One report of the guard, read the way the controller asks: who holds what, where the table is."""

from __future__ import annotations

from typing import Final

from controller.channel import Report
from safety.decision import (
    ACTIVE,
    CHECK_ASKED,
    CHECK_COUNTING,
    FROZEN,
    INHIBITED,
    LATCHED,
    READY,
    RETURNING,
    TEST,
    TRYING_BEATS,
    TRYING_BRAKE,
    WAITING,
)
from safety.limits import Limits
from safety.observation import Inputs

_BIT: Final = {name: 1 << number for number, name in enumerate(Inputs._fields)}
_PENDANT, _ANKLES = _BIT["pendant"], _BIT["ankle_a"] | _BIT["ankle_b"]
_RETURN = _BIT["return_a"] | _BIT["return_b"]
_LOAD, _STOP, _ESTOP = _BIT["load"], _BIT["stop"], _BIT["estop_ok"]
_AT_PARK_CDEG: Final = Limits().at_park_cdeg
_STILL_CDPS: Final = Limits().still_cdps

# What the guard does by itself, as the event of the controller's table.
_FOLLOW: Final = {RETURNING: "return_home", WAITING: "wait", LATCHED: "fault"}


def guard_event(report: Report) -> str | None:
    """The event of what the guard is doing by itself, None while it lets the controller lead."""
    return "stopped" if report.stage == FROZEN else _FOLLOW.get(report.mode)


def is_open(report: Report, session: int) -> bool:
    """The guard has this session open and takes proposals; ACTIVE begins with the first motion."""
    return report.mode in (READY, ACTIVE) and report.session == session and report.stage != FROZEN


def is_testing(report: Report) -> bool:
    """The guard makes the tests of the day: the small motions, and the brake."""
    return report.mode == TEST


def is_trying_brake(report: Report) -> bool:
    """The guard has taken the torque away and looks whether the table holds: nothing is led meanwhile."""
    return report.stage == TRYING_BRAKE


def is_trying_watchdog(report: Report) -> bool:
    """The guard has fallen silent towards the drive and looks whether that stops: nothing is led either."""
    return report.stage == TRYING_BEATS


def is_idle(report: Report) -> bool:
    """The guard stands, has no session and would open one."""
    return report.mode == INHIBITED and not report.session


def at_park(report: Report, park_cdeg: int) -> bool:
    """The table is where riders get on and off."""
    return report.trusted_cdeg is not None and abs(report.trusted_cdeg - park_cdeg) <= _AT_PARK_CDEG


def is_still(report: Report) -> bool:
    """The table does not move."""
    return report.trusted_cdps is not None and abs(report.trusted_cdps) <= _STILL_CDPS


def pendant_held(report: Report) -> bool:
    """The rider holds the pendant; unknown is not held."""
    return bool(report.inputs & report.inputs_known & _PENDANT)


def return_held(report: Report) -> bool:
    """A RETURN button is pressed."""
    return bool(report.inputs & report.inputs_known & _RETURN)


def ankles_closed(report: Report) -> bool:
    """Both contacts are closed; unknown is not closed."""
    return report.inputs & report.inputs_known & _ANKLES == _ANKLES


def ankles_open(report: Report) -> bool:
    """Both contacts are seen open."""
    return report.inputs_known & _ANKLES == _ANKLES and not report.inputs & _ANKLES


def rider_on(report: Report) -> bool:
    """Clamps closed, and weight on the table where it can be felt."""
    felt = not report.inputs_known & _LOAD or bool(report.inputs & _LOAD)
    return ankles_closed(report) and felt


def estop_in(report: Report) -> bool:
    """The e-stop chain is seen open."""
    return bool(report.inputs_known & _ESTOP) and not report.inputs & _ESTOP


def check_in_due(report: Report, within_ms: int = 0) -> bool:
    """A check-in is asked, or will be within this time."""
    if report.check_in >= CHECK_ASKED:
        return True
    return report.check_in == CHECK_COUNTING and report.check_in_left_ms <= within_ms

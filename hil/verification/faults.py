"""What may break in the search: faults, each with the cause it must be told by, and how soon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hil.verification.coarse import FULL_CDPS
from hil.verification.world import TIMED_OUT, Fault, World
from safety.decision import CUT, MOVE, RETURNING, WAITING, Decision
from safety.observation import (
    AGE_MAX_MS,
    DRIVE_ARMED,
    DRIVE_DISARMED,
    DRIVE_FAULT,
    DRIVE_OFFLINE,
    DRIVE_OWN_RETURN,
    DRIVE_UNPOWERED,
    ORDER_RETURN,
    ORDER_SEAT_LOST,
    ORDER_STOP,
    Observation,
)

Look = Callable[[Observation, World, int], Observation]
Went = tuple[int, int]
OFF_CDEG: Final = 400
JUMP_CDEG: Final = 1_200  # more than an emergency return hides in one tick


def _set(**values: Any) -> Look:
    return lambda seen, world, value: seen._replace(**values)


def _order(order: int) -> Look:
    return lambda seen, world, value: seen._replace(orders=seen.orders | order)


def _switch(**values: bool | None) -> Look:
    return lambda seen, world, value: seen._replace(inputs=seen.inputs._replace(**values))


def _frozen_a(seen: Observation, world: World, value: int) -> Observation:
    return seen._replace(a_cdeg=value, a_cdps=0)


def _frozen_b(seen: Observation, world: World, value: int) -> Observation:
    return seen._replace(b_cdeg=value, b_cdps=0)


def _jumped_b(off_cdeg: int) -> Look:
    return lambda seen, world, value: seen._replace(b_cdeg=world.cdeg + off_cdeg)


def _undisturbed(seen: Observation, world: World, value: int) -> Observation:
    """It does not notice that nobody fed it."""
    if world.beats != TIMED_OUT:
        return seen
    return seen._replace(drive_state=DRIVE_ARMED, timed_out=False)


def _blocked(world: World, decision: Decision, went: Went) -> Went:
    return world.cdeg, 0


def _blocked_down(world: World, decision: Decision, went: Went) -> Went:
    """Something lies under the head end: up it goes."""
    return (world.cdeg, 0) if went[0] > world.cdeg else went


def _pushes(seen: Observation, world: World, value: int) -> Observation:
    """With nearly all it has, the way it is led: down by the controller, else towards park."""
    return seen._replace(effort_permille=950 if world.lead_cdps > 0 else -950)


def _crawls(world: World, decision: Decision, went: Went) -> Went:
    """Six tenths of the way that a return leads."""
    if decision.command != MOVE or decision.mode not in (RETURNING, WAITING):
        return went
    return world.cdeg + (went[0] - world.cdeg) * 6 // 10, went[1] * 6 // 10


def _runs(cdps: int) -> Callable[[World, Decision, Went], Went]:
    """Moves by itself unless the brake is on."""

    def runs(world: World, decision: Decision, went: Went) -> Went:
        return went if decision.command == CUT else (world.cdeg + cdps // 10, cdps)

    return runs


def _sinks(world: World, decision: Decision, went: Went) -> Went:
    """Towards park as soon as only the brake holds it."""
    return (world.cdeg - 100, -FULL_CDPS // 2) if decision.command == CUT else went


def _reversed(world: World, decision: Decision, went: Went) -> Went:
    way = went[0] - world.cdeg
    if decision.command != MOVE or way == 0:
        return went
    return world.cdeg + (-100 if way > 0 else 100), -FULL_CDPS // 2 if way > 0 else FULL_CDPS // 2


def _hasty(world: World, decision: Decision, went: Went) -> Went:
    """Twice as fast as it was told."""
    if decision.command != MOVE:
        return went
    return world.cdeg + 2 * (went[0] - world.cdeg), 2 * went[1]


CATALOGUE: Final = (
    Fault("a_stale", "angle_stale", 1, _set(a_age_ms=200)),
    Fault("b_stale", "angle_stale", 1, _set(b_age_ms=200)),
    Fault("a_absent", "angle_stale", 1, _set(a_cdeg=None, a_cdps=None)),
    Fault("b_absent", "angle_stale", 1, _set(b_cdeg=None, b_cdps=None)),
    Fault("angles_absent", "no_angle", 1, _set(a_cdeg=None, b_cdeg=None)),
    Fault("a_frozen", "angles_disagree", 5, _frozen_a, while_moving=True, keeps=True, spoils=True),
    Fault("b_frozen", "angles_disagree", 5, _frozen_b, while_moving=True, keeps=True, spoils=True),
    Fault("b_jumped_down", "angles_disagree", 3, _jumped_b(JUMP_CDEG)),
    Fault("b_jumped_up", "angles_disagree", 3, _jumped_b(-JUMP_CDEG)),
    # Further apart than two sources may be, nearer than a jump: nothing says which of them lies.
    Fault("b_off_down", "angles_disagree", 3, _jumped_b(OFF_CDEG)),
    Fault("b_off_up", "angles_disagree", 3, _jumped_b(-OFF_CDEG)),
    Fault("inputs_stale", "inputs_stale", 1, _set(inputs_age_ms=200)),
    Fault("drive_silent", "drive_lost", 1, _set(drive_age_ms=200)),
    Fault("drive_offline", "drive_lost", 1, _set(drive_state=DRIVE_OFFLINE)),
    Fault("drive_fault", "drive_fault", 1, _set(drive_state=DRIVE_FAULT, drive_fault=1)),
    Fault("drive_disarmed", None, 1, _set(drive_state=DRIVE_DISARMED)),
    Fault("drive_unpowered", None, 1, _set(drive_state=DRIVE_UNPOWERED)),
    Fault("drive_returns", "drive_returned", 1, _set(drive_state=DRIVE_OWN_RETURN, drive_stage=1)),
    Fault("blocked", None, 9, None, _blocked, while_moving=True, spoils=True),
    Fault("blocked_down", "pinched_down", 4, None, _blocked_down, while_moving=True, heading=1, spoils=True),
    Fault("crawls", None, 1, None, _crawls, spoils=True),
    Fault("strains", "no_motion", 3, _pushes, _blocked, while_moving=True, spoils=True),
    Fault("runs_down", None, 4, None, _runs(FULL_CDPS // 2), spoils=True),
    Fault("runs_up", None, 4, None, _runs(-FULL_CDPS // 2), spoils=True),
    Fault("reversed", "wrong_direction", 4, None, _reversed, while_moving=True, spoils=True),
    Fault("hasty", "over_speed", 3, None, _hasty, while_moving=True, spoils=True),
    Fault("over_angle_switch", "over_angle", 1, _switch(over_angle=True)),
    Fault("supply_low", "supply_low", 1, _switch(supply_ok=False)),
    Fault("hot", "too_hot", 1, _set(heat_permille=850)),
    Fault("supply_unknown", None, 1, _switch(supply_ok=None)),
    Fault("estop_unknown", None, 1, _switch(estop_ok=None)),
    Fault("ankle_unknown", "ankle_open", 1, _switch(ankle_a=None)),
    Fault("no_load", None, 1, _switch(load=False)),
    Fault("park_switch_stuck", None, 1, _switch(at_park=True)),
    Fault("rest_switch_stuck", None, 1, _switch(past_rest=True)),
    Fault("late", "overrun", 1, _set(late_ms=200)),
    Fault("controller_silent", "controller_lost", 1, _set(controller_age_ms=300, proposal=None)),
    Fault("controller_gone", "controller_lost", 1, _set(controller_age_ms=AGE_MAX_MS, proposal=None)),
    Fault("station_silent", "station_lost", 1, _set(station_age_ms=300)),
    Fault("seat_lost", "seat_lost", 1, _order(ORDER_SEAT_LOST)),
    Fault("sigterm", "return_asked", 1, _order(ORDER_RETURN)),
    Fault("stop", "stop_pressed", 1, _switch(stop=True)),
    Fault("network_stop", "stop_pressed", 1, _order(ORDER_STOP)),
    Fault("return_a", "return_asked", 1, _switch(return_a=True)),
    Fault("return_b", "return_asked", 1, _switch(return_b=True)),
    Fault("estop", "estop", 1, _switch(estop_ok=False)),
    Fault("ankle_a", "ankle_open", 1, _switch(ankle_a=False)),
    Fault("ankle_b", "ankle_open", 1, _switch(ankle_b=False)),
    Fault("ankles", "ankle_open", 1, _switch(ankle_a=False, ankle_b=False)),
    Fault("pendant", None, 1, _switch(pendant=False)),
    Fault("pendant_unknown", None, 1, _switch(pendant=None)),
)
# In the tests of the day only.
BRAKE: Final = (
    Fault("brake_slips", None, 1, None, _sinks, spoils=True),
    Fault("torque_stays", None, 1, _set(drive_state=DRIVE_ARMED)),
    Fault("watchdog_dead", None, 1, _undisturbed),
)
INDEX: Final = {fault.name: index for index, fault in enumerate(CATALOGUE)}

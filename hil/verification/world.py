"""The world around the guard in the search: a table, its drive, a controller, people; all of it hashable.

One tick: something changes (a choice), the guard sees, the drive obeys or not. Faults change what is seen
or how the table obeys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from hil.verification.coarse import FULL_CDPS, LIMITS, PARK_CDEG, TICK_MS, TOP_CDEG
from safety.decision import ACTIVE, CUT, LEAVE, MOVE, READY, TEST, TRYING_BRAKE, Decision
from safety.observation import (
    DRIVE_ARMED,
    DRIVE_DISARMED,
    DRIVE_OWN_RETURN,
    DRIVE_UNPOWERED,
    Inputs,
    Observation,
    Proposal,
    Terms,
)

HOLD: Final = 0
DOWN: Final = 1
UP: Final = -1
SILENT: Final = 2
WANTS: Final = {HOLD: "hold", DOWN: "down", UP: "up", SILENT: "silent"}
LOWER_STOP_CDEG: Final = PARK_CDEG - 400
UPPER_STOP_CDEG: Final = TOP_CDEG + 2_000
FED: Final = 0
SILENT_NOW: Final = 1
TIMED_OUT: Final = 2
SILENCE_MS: Final = 200
_REACH_CDEG: Final = 500  # the furthest a table comes in one tick


class Active(NamedTuple):
    """A fault that is there: which, for how many ticks it counted, what it froze."""

    number: int  # in the catalogue
    ticks: int
    value: int


class World(NamedTuple):
    """Truth at the end of a tick."""

    cdeg: int
    cdps: int
    want: int
    lead_cdeg: int  # the controller's own stream
    lead_cdps: int
    leads: bool  # its last setpoint was permitted
    mode: int  # as the last report said
    pendant: bool
    stop: bool
    home: bool
    estop_ok: bool
    ankle_a: bool
    ankle_b: bool
    load: bool
    panic: bool
    faults: tuple[Active, ...]
    acts: int  # of people and controller, still to come
    spent: bool  # what could break has broken and healed
    shadow: Any  # what the oracle remembers
    let_go: bool = False  # the drive was told to in the test of the brake, and did
    beats: int = 0  # FED; SILENT_NOW: nothing came and nothing is answered; TIMED_OUT: its watchdog has acted


class Fault(NamedTuple):
    """One thing that breaks. `cause` must be told within so many ticks of its being there (and moving)."""

    name: str
    cause: str | None
    within: int
    look: Callable[[Observation, World, int], Observation] | None = None
    obey: Callable[[World, Decision, tuple[int, int]], tuple[int, int]] | None = None
    while_moving: bool = False
    heading: int = 0  # moving that way only, 0 = either
    keeps: bool = False  # what was seen when it began
    spoils: bool = False  # the drive does not do what it is told, or its own scale lies


class Sent(NamedTuple):
    """What lasts for one tick only."""

    orders: int = 0
    begin: Terms | None = None
    proposal: Proposal | None = None  # another one than the controller's own


PLAIN: Final = Sent()
START: Final = World(
    PARK_CDEG,
    0,
    HOLD,
    PARK_CDEG,
    0,
    False,
    0,
    True,
    False,
    False,
    True,
    True,
    True,
    True,
    False,
    (),
    0,
    False,
    None,
)


def led(world: World) -> tuple[int, int]:
    """The controller's next setpoint: angle and rate."""
    if not world.leads:
        return world.cdeg, 0
    limit = LIMITS.test_cdps if world.mode == TEST else FULL_CDPS
    rate = limit * world.want if world.want != SILENT else 0
    half = limit * TICK_MS // 2_000
    ends = (PARK_CDEG + 200 if world.mode == TEST else TOP_CDEG) if rate > 0 else PARK_CDEG
    room = (ends - world.lead_cdeg) * (1 if rate > 0 else -1)
    moving = world.lead_cdps != 0
    if rate and room < (3 if moving else 2) * half:
        rate = 0
    if rate * world.lead_cdps < 0:
        rate = 0
    return world.lead_cdeg + (world.lead_cdps + rate) * TICK_MS // 2_000, rate


def sense(world: World, sent: Sent, catalogue: tuple[Fault, ...]) -> Observation:
    """What the guard sees in this tick."""
    proposal = sent.proposal
    if proposal is None and world.want != SILENT and world.mode in (READY, ACTIVE, TEST):
        angle, rate = led(world)
        proposal = Proposal(7, 0, angle, rate, LIMITS.lease_ms)
    cdeg, cdps = world.cdeg, world.cdps
    # By place: three million times, names cost more than what they name.
    inputs = Inputs(
        world.pendant, world.stop, world.home, False, world.estop_ok, world.ankle_a, world.ankle_b,
        abs(cdeg - PARK_CDEG) <= 200, cdeg > -200, False, world.load, True, not world.let_go, world.panic,
    )  # fmt: skip
    state = DRIVE_UNPOWERED if world.let_go else DRIVE_ARMED
    state = DRIVE_DISARMED if world.beats == TIMED_OUT else state
    age_ms = 200 if world.beats == SILENT_NOW else 20  # one wire for all
    seen = Observation(
        TICK_MS, 0, cdeg, cdps, age_ms, cdeg, cdps, age_ms, state, 0, 0, age_ms, inputs, age_ms, proposal,
        sent.begin, sent.orders, 20, 20, timed_out=world.beats == TIMED_OUT, silence_ms=SILENCE_MS,
    )  # fmt: skip
    for fault in world.faults:
        look = catalogue[fault.number].look
        if look is not None:
            seen = look(seen, world, fault.value)
    return seen


def _slower(cdeg: int, cdps: int) -> tuple[int, int]:
    """A protective stop."""
    step = LIMITS.stop_cdps2 * TICK_MS // 1_000
    after = max(cdps - step, 0) if cdps > 0 else min(cdps + step, 0)
    return cdeg + (cdps + after) * TICK_MS // 2_000, after


def obeyed(world: World, seen: Observation, decision: Decision, catalogue: tuple[Fault, ...]) -> World:
    """The table after this tick's command."""
    armed = seen.drive_state == DRIVE_ARMED
    if decision.command == MOVE and armed:
        way = decision.angle_cdeg - world.cdeg
        way = max(min(way, _REACH_CDEG), -_REACH_CDEG)
        went = world.cdeg + way, decision.rate_cdps
    elif decision.command == LEAVE and seen.drive_state == DRIVE_OWN_RETURN:
        went = max(world.cdeg - 200, PARK_CDEG), -FULL_CDPS if world.cdeg > PARK_CDEG + 200 else 0
    else:
        went = _slower(world.cdeg, world.cdps)
    for fault in world.faults:
        obey = catalogue[fault.number].obey
        if obey is not None:
            went = obey(world, decision, went)
    cdeg = max(min(went[0], UPPER_STOP_CDEG), LOWER_STOP_CDEG)
    stopped = cdeg != went[0]
    leads = seen.proposal is not None and decision.command == MOVE and decision.mode in (READY, ACTIVE, TEST)
    lead_cdeg, lead_cdps = (decision.angle_cdeg, decision.rate_cdps) if leads else (0, 0)
    after = (
        cdeg, 0 if stopped else went[1], world.want, lead_cdeg, lead_cdps, leads, decision.mode,
        world.pendant, world.stop, world.home, world.estop_ok, world.ankle_a, world.ankle_b, world.load,
        world.panic, tuple([_older(fault, catalogue, decision) for fault in world.faults]), world.acts,
        world.spent, world.shadow, decision.command == CUT and decision.stage == TRYING_BRAKE,
        _beats(world.beats, decision),
    )  # fmt: skip
    return World._make(after)  # which refuses another number of fields


def _beats(was: int, decision: Decision) -> int:
    """Without a beat its watchdog acts; it says so until it is armed anew."""
    if not decision.feed:
        return SILENT_NOW
    return TIMED_OUT if was == SILENT_NOW or (was == TIMED_OUT and decision.command == LEAVE) else FED


def _older(fault: Active, catalogue: tuple[Fault, ...], decision: Decision) -> Active:
    heading = catalogue[fault.number].heading
    moving = decision.command == MOVE and (
        decision.rate_cdps * heading > 0 if heading else decision.rate_cdps != 0
    )
    if fault.ticks < catalogue[fault.number].within and (moving or not catalogue[fault.number].while_moving):
        return Active(fault.number, fault.ticks + 1, fault.value)
    return fault

"""What must hold after every tick of the search: the invariants, on what the guard saw and on plant truth.

None of it looks at the tables of rules, gate conditions or modes. The shadow is what the oracle itself must
remember; it belongs to the node.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from hil.verification import homewards, permits
from hil.verification.coarse import LIMITS, PARK_CDEG, TERMS, TICK_MS
from hil.verification.expected import EXPECTED, LATCHING, MAY_CUT, MOVES, SERVICE, lacking, named
from hil.verification.shadow import FRESH, Shadow, followed
from hil.verification.world import Fault, World
from safety.decision import (
    ACTIVE,
    CHECK_LOUD,
    CREEPING_OUT,
    CUT,
    INHIBITED,
    LEAVE,
    MOVE,
    READY,
    RETURNING,
    TEST,
    TRYING_BEATS,
    WAITING,
    Decision,
)
from safety.observation import DRIVE_ARMED, Observation
from safety.state import State
from safety.verdict import TOWARDS_PARK

I2_CDEG: Final = 600  # beyond the soft limit, on plant truth
I2_DISOBEYED_CDEG: Final = 1_200  # at ten times the speed, the one attempt after a CUT included
_ENDED_TICKS: Final = 3  # head-down motion ends within 300 ms


class Tick(NamedTuple):
    """One tick, all of it."""

    before: State
    was: World  # with this tick's choice in it
    seen: Observation
    state: State
    decision: Decision
    world: World
    kept: State  # `state`, made canonical
    memory: int  # of a planted late row


Check = Callable[[Tick, Shadow], str | None]


def causes_bind(tick: Tick, shadow: Shadow) -> str | None:
    """I6: whatever is told takes at least what the design says, in this very tick."""
    return lacking(tick.decision)


def modes_change_by_the_table(tick: Tick, shadow: Shadow) -> str | None:
    """No change of mode but those of the design; a latch leaves none that may go head-down."""
    old, new = tick.before.mode, tick.state.mode
    if old != new and (old, new) not in MOVES:
        return f"mode {old} -> {new}"
    if tick.state.latched_cause and new in (TEST, READY, ACTIVE):
        return f"I7 latched in mode {new}"
    if old in (INHIBITED, READY, TEST) and new == ACTIVE and not permits.by_proposal(tick):
        return "ACTIVE without a permitted proposal"
    return None


def head_down_needs_its_permits(tick: Tick, shadow: Shadow) -> str | None:
    """I1, I5, I16: what goes head-down was asked for, and all permits are there."""
    return permits.lacking(tick) or permits.refused_for_nothing(tick)


def returns_obey(tick: Tick, shadow: Shadow) -> str | None:
    """I3, I8, pauses, and who must show before it goes on."""
    return homewards.wrong(tick, shadow)


def latches_stay(tick: Tick, shadow: Shadow) -> str | None:
    """I7, I24: a latch goes by the full reset only, and nothing moves by it."""
    old, new = tick.before.latched_cause, tick.state.latched_cause
    if old == new:
        return None
    if old and new:
        # A drive that runs away must not be powered, and not be reset at the table, whatever latched before.
        heavier = new in SERVICE and old not in SERVICE and tick.decision.causes >> new & 1
        return None if heavier else f"I26 latch {old} became {new}"
    if new:
        return None if new in LATCHING else f"latch {new} is none"
    seen, now = tick.seen, tick.seen.inputs
    if old in SERVICE:
        return f"I7 service latch {old} reset by a button"
    released = shadow.held_ms >= LIMITS.reset_ms and not (now.return_a or now.return_b)
    parked = abs(tick.was.cdeg - PARK_CDEG) <= LIMITS.at_park_cdeg
    calm = seen.proposal is None and seen.begin is None and not tick.decision.causes
    agree = seen.a_cdeg is not None and seen.b_cdeg is not None and abs(seen.a_cdeg - seen.b_cdeg) < 300
    if not (released and parked and calm and agree and now.estop_ok):
        return f"I7 latch {old} reset without its sequence"
    return "I24 reset moves" if tick.decision.command == MOVE else None


def torque_is_cut_for_its_causes(tick: Tick, shadow: Shadow) -> str | None:
    """I10, and what must be without torque is."""
    decision = tick.decision
    away = tick.was.cdeg > PARK_CDEG + LIMITS.at_park_cdeg
    if decision.command == CUT and away and decision.latched_cause not in MAY_CUT:
        return f"I10 CUT at {tick.was.cdeg} without a cause"
    held = tick.seen.inputs.return_a or tick.seen.inputs.return_b
    # When the wait after a CUT ends, and under RETURN in the hand, the drive is armed anew, its fault there.
    if not decision.power and decision.command != CUT and decision.stage != CREEPING_OUT and not held:
        return "power is cut in words only"
    if decision.enable != (decision.command != CUT):
        return "enable relay against the command"
    if shadow.chain_ms > LIMITS.ss1_ms and decision.command != CUT and not held:
        return "e-stop: torque after SS1-t"
    return None


def permissions_are_taken(tick: Tick, shadow: Shadow) -> str | None:
    """I23: what starts nothing takes permission away all the same, in this tick."""
    now, seen, mode = tick.seen.inputs, tick.seen, tick.before.mode
    fresh = seen.inputs_age_ms <= LIMITS.stale_ms
    ready = fresh and now.pendant is True and now.ankle_a is True and now.ankle_b is True
    asked = tick.decision.check_in == CHECK_LOUD
    if (
        mode in (ACTIVE, RETURNING, WAITING)
        and (not ready or asked)
        and tick.decision.direction > TOWARDS_PARK
    ):
        return "I23 head-down allowed without pendant, clamps or answer"
    blind = seen.a_cdeg is None or seen.b_cdeg is None or max(seen.a_age_ms, seen.b_age_ms) > LIMITS.stale_ms
    if mode in (ACTIVE, TEST) and blind and tick.decision.direction > TOWARDS_PARK:
        return "I23 head-down allowed on one source"
    if mode in (ACTIVE, TEST) and seen.drive_state != DRIVE_ARMED and tick.decision.direction:
        return "I23 motion allowed of a drive that is not armed"
    return None


def first_cause_is_kept(tick: Tick, shadow: Shadow) -> str | None:
    """I26: one first cause per trip."""
    old, new = tick.before, tick.state
    riding = (ACTIVE, RETURNING, WAITING)
    kept = not old.first_cause or new.first_cause == old.first_cause
    if old.mode in riding and new.mode in (RETURNING, WAITING) and not kept:
        return f"I26 first cause {old.first_cause} became {new.first_cause}"
    if not old.first_cause and new.first_cause in EXPECTED and new.mode in (RETURNING, WAITING):
        told = named(tick.decision.causes)
        if told and new.first_cause not in told:
            return f"first cause {new.first_cause} was not told"
    return None


def truth_stays_inside(tick: Tick, shadow: Shadow) -> str | None:
    """I2 and the end of head-down motion, on plant truth."""
    most = TERMS.cap_cdeg + (I2_DISOBEYED_CDEG if shadow.spoilt else I2_CDEG)
    if len(tick.world.faults) <= 1 and tick.world.cdeg > most:
        return f"I2 truth at {tick.world.cdeg}"
    if shadow.sinks > _ENDED_TICKS and not tick.world.faults:
        return "I6 head-down motion goes on after its cause"
    return None


def it_can_stop_in_time(tick: Tick, shadow: Shadow) -> str | None:
    """HZ-02: nobody goes on head-down who could not be stopped before the cap, by way and rate of A."""
    seen, terms = tick.seen, tick.state.terms
    if tick.state.mode != ACTIVE or terms is None or seen.a_cdeg is None or (seen.a_cdps or 0) <= 0:
        return None
    cdps = seen.a_cdps or 0
    ends = seen.a_cdeg + cdps * LIMITS.reaction_ms // 1_000 + cdps * cdps // (2 * LIMITS.stop_cdps2)
    most = terms.cap_cdeg + LIMITS.over_angle_cdeg
    trusted = tick.decision.trusted_cdeg == seen.a_cdeg
    return f"ACTIVE though it ends at {ends}, cap {terms.cap_cdeg}" if trusted and ends > most else None


def clocks_end_what_they_must(tick: Tick, shadow: Shadow) -> str | None:
    """I11 and the clocks of a session, counted by the oracle itself."""
    terms, mode = tick.state.terms, tick.state.mode
    if terms is None or mode != ACTIVE:
        return None
    for what, ms, most_ms in (
        ("dose", shadow.used_ms, terms.allowance_ms),
        ("bout", shadow.bout_ms, terms.bout_max_ms),
        ("hold", shadow.hold_ms, terms.hold_max_ms + LIMITS.hold_grace_ms),
        ("wall", shadow.wall_ms, terms.wall_max_ms),
        ("check-in", shadow.asked_ms, 2 * LIMITS.reply_ms),
        ("interval", shadow.unasked_ms, terms.check_in_every_ms + TICK_MS),
        ("silence", shadow.gap_ms, LIMITS.lease_gap_ms),
        ("alone", shadow.idle_ms, LIMITS.alone_ms + TICK_MS),
        ("refusals", shadow.refused_ms, LIMITS.refused_ms),
    ):
        if ms > most_ms:
            return f"{what}: still ACTIVE after {ms} ms"
    return None


def head_down_time_counts(tick: Tick, shadow: Shadow) -> str | None:
    """I11: wherever somebody may hang, in every mode; the guard knows the angle, as nothing is broken."""
    more_ms = tick.state.session.used_ms - tick.before.session.used_ms
    lost = tick.was.cdeg > LIMITS.inverted_cdeg and not tick.was.faults and more_ms < TICK_MS
    return f"I11 head-down in mode {tick.before.mode}, and {more_ms} ms are counted" if lost else None


def the_drive_is_fed(tick: Tick, shadow: Shadow) -> str | None:
    """Silence is for the test of the day: nobody on the table, at park, no longer than the drive declares."""
    decision, now = tick.decision, tick.seen.inputs
    if decision.feed:
        return "led while its watchdog is tried" if _tried(tick) and decision.command == MOVE else None
    if decision.mode != TEST or decision.stage != TRYING_BEATS:
        return "the drive is not fed"
    # On a wire that is silent, too, nobody is seen to come: for as long as the silence lasts.
    somebody = tick.seen.inputs_age_ms <= LIMITS.stale_ms and (now.ankle_a or now.ankle_b or now.load)
    if abs(tick.was.cdeg - PARK_CDEG) > LIMITS.at_park_cdeg or somebody:
        return "the drive is not fed, and it is not park or somebody is there"
    return "led without a beat" if decision.command != LEAVE else None


def _tried(tick: Tick) -> bool:
    return tick.decision.stage == TRYING_BEATS


CHECKS: Final[tuple[Check, ...]] = (
    causes_bind, modes_change_by_the_table, head_down_needs_its_permits, returns_obey, latches_stay,
    torque_is_cut_for_its_causes, permissions_are_taken, first_cause_is_kept, truth_stays_inside,
    it_can_stop_in_time, clocks_end_what_they_must, head_down_time_counts, the_drive_is_fed,
)  # fmt: skip


def judged(tick: Tick, catalogue: tuple[Fault, ...], timed: bool) -> tuple[str | None, Shadow]:
    """The first invariant that is broken, and what to remember."""
    shadow = followed(tick.was.shadow or FRESH, tick, catalogue)
    for check in CHECKS:
        what = check(tick, shadow)
        if what is not None:
            return f"{check.__name__}: {what}", shadow
    if timed and tick.world.faults and not shadow.told:
        fault = catalogue[tick.world.faults[0].number]
        if fault.cause is not None and tick.world.faults[0].ticks >= fault.within:
            return f"{fault.name}: not told as {fault.cause} in {fault.within} ticks", shadow
    return None, shadow

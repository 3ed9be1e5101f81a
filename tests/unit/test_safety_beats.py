"""The watchdog's test of the day: the guard falls silent, the drive must say that it noticed (HZ-15)."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import NEITHER
from safety.beats import (
    COMING_BACK,
    DUE,
    LOOKING,
    NO_BEATS_TRIED,
    PROVED,
    UNTRIED,
    WITHHELD,
    Beats,
    is_deaf,
    is_quiet,
    listened,
)
from safety.brake import HELD, NOT_TRIED
from safety.decision import Decision
from safety.observation import (
    DRIVE_ARMING,
    DRIVE_DISARMED,
    DRIVE_OFFLINE,
    ORDER_TEST,
    Inputs,
    Observation,
)
from safety.state import woken
from safety.trial import NOT_TRYING, Trial, tried
from tests.safety_rig import FIRST_START, LIMITS, Rig, Shaped, cause

PARK = LIMITS.park_cdeg
SEEN = Rig().sense()._replace(timed_out=False, silence_ms=140)
NOBODY = SEEN.inputs
TOLD_AT_ONCE_MS = 40


class Watchdog(Rig):
    """A drive whose watchdog acts after a silence and says so until it is armed anew; all on one wire."""

    def __init__(self, dead: bool = False, **rig: Any) -> None:
        self.silent, self.timed_out, self.dead = False, False, dead
        super().__init__(**rig)

    def sense(self) -> Observation:
        seen = super().sense()._replace(timed_out=self.timed_out, silence_ms=140)
        if self.timed_out:
            seen = seen._replace(drive_state=DRIVE_DISARMED)
        if self.silent:
            seen = seen._replace(a_age_ms=160, b_age_ms=160, drive_age_ms=160, inputs_age_ms=160)
        return seen

    def tick(self, **changes: Any) -> Decision:
        decided = super().tick(**changes)
        if not decided.feed and not self.dead:
            self.timed_out = True
        elif decided.command not in (d.LEAVE, d.CUT):
            self.timed_out = False
        self.silent = not decided.feed
        return decided


def back_at_park(rig: Watchdog) -> Watchdog:
    """Up, brake held, back; it stands there and the guard falls silent."""
    assert rig.tick(orders=ORDER_TEST).mode == d.TEST
    shaped = Shaped(PARK, speed_dps=0.9)
    for target in (PARK + 200, PARK):
        arrived, rate = False, 1
        while not arrived or rate:
            angle, rate, arrived = shaped.towards(target)
            rig.propose(angle, rate)
        if target > PARK:
            rig.run(3_000)
    while rig.decision.stage != d.TRYING_BEATS:
        assert not rig.decision.tested
        assert rig.decision.mode == d.TEST
        rig.propose(PARK, 0)
    return rig


def one(
    was: Beats,
    stands: bool = True,
    known: bool = True,
    away: bool = False,
    now: Inputs = NOBODY,
    dt: int = 20,
    gone: bool = False,
    **seen: Any,
) -> Beats:
    return listened(was, stands, known, away, gone, now, SEEN._replace(**seen), LIMITS, dt)


def at(phase: int, phase_ms: int = 0, seen: bool = False, dead: bool = False, heard: bool = False) -> Beats:
    return Beats(phase, phase_ms, seen, dead, heard)


def test_a_drive_that_notices_passes_and_nothing_is_led_meanwhile() -> None:
    rig = back_at_park(Watchdog())
    began_ms, silent_ms = rig.now_ms, 20
    while rig.decision.stage == d.TRYING_BEATS:
        assert rig.decision.command in (d.LEAVE, d.HOLD)
        assert rig.decision.direction == 0
        assert not rig.decision.tested
        rig.propose(PARK + 50, 50)
        silent_ms += 0 if rig.decision.feed else 20
    assert silent_ms == 140
    assert rig.now_ms - began_ms <= 140 + TOLD_AT_ONCE_MS + 60
    rig.run(60)
    assert (rig.decision.mode, rig.decision.tested, rig.decision.first_cause) == (d.INHIBITED, True, 0)


def test_a_drive_that_does_not_notice_is_found_out_and_latched() -> None:
    rig = back_at_park(Watchdog(dead=True))
    began_ms = rig.now_ms
    while rig.decision.mode == d.TEST:
        assert rig.now_ms - began_ms <= 140 + LIMITS.beats_look_ms
        rig.tick()
    assert cause(rig) == "watchdog_dead"
    assert rig.decision.feed
    rig.until(d.LATCHED)
    assert not rig.decision.tested


def test_a_drive_that_could_not_say_is_not_tried_and_fed_all_the_while() -> None:
    rig = Rig()
    rig.test_direction()
    assert rig.decision.tested
    assert all(decided.feed and decided.stage != d.TRYING_BEATS for _, decided, _ in rig.log)


@pytest.mark.parametrize("change", [
    {"stands": False}, {"known": False}, {"drive_state": DRIVE_DISARMED}, {"timed_out": None},
    {"timed_out": True}, {"now": NOBODY._replace(pendant=False)}, {"now": NOBODY._replace(load=True)},
    {"now": NOBODY._replace(ankle_a=True)},
])  # fmt: skip
def test_it_begins_only_at_an_empty_table_and_a_drive_that_is_well(change: dict[str, Any]) -> None:
    assert one(at(DUE)) == at(WITHHELD)
    assert one(at(DUE), **change) == at(DUE)
    assert one(NO_BEATS_TRIED) == NO_BEATS_TRIED
    assert one(at(PROVED)) == at(PROVED)


@pytest.mark.parametrize(("phase_ms", "silence_ms", "phase"), [
    (119, 140, WITHHELD), (120, 140, LOOKING), (279, 10_000, WITHHELD), (280, 10_000, LOOKING),
    (0, None, LOOKING),
])  # fmt: skip
def test_the_silence_is_as_long_as_the_drive_declares_and_never_long(
    phase_ms: int, silence_ms: int | None, phase: int
) -> None:
    after = one(at(WITHHELD, phase_ms), silence_ms=silence_ms)
    assert after == at(phase, phase_ms + 20 if phase == WITHHELD else 0)
    assert one(at(WITHHELD, 0), timed_out=True).phase == WITHHELD, "an old answer is none"


def test_within_a_second_it_says_so_or_it_is_dead() -> None:
    assert one(at(LOOKING, 500)) == at(LOOKING, 520, heard=True)
    assert one(at(LOOKING, 500), timed_out=None) == at(LOOKING, 520, heard=True)
    assert one(at(LOOKING, 500), timed_out=True) == at(COMING_BACK, 0, seen=True, heard=True)
    assert one(at(LOOKING, 979)) == at(LOOKING, 999, heard=True)
    assert one(at(LOOKING, 980)) == at(LOOKING, 1_000, dead=True, heard=True)
    assert one(at(LOOKING, 980), timed_out=None) == at(COMING_BACK, 0, heard=True), "not asked is not dead"
    dead = at(LOOKING, 1_000, dead=True)
    assert one(dead, timed_out=True) == dead, "what came too late is no proof"
    assert (is_quiet(dead), is_quiet(at(LOOKING))) == (False, True)
    assert one(at(WITHHELD, 59_990), silence_ms=10**6).phase == LOOKING


@pytest.mark.parametrize("phase", [WITHHELD, LOOKING])
def test_whoever_comes_ends_it_and_it_is_due_again(phase: int) -> None:
    somebody, back = NOBODY._replace(ankle_b=True), at(COMING_BACK, heard=phase == LOOKING)
    assert one(at(phase), now=somebody, timed_out=True) == back
    assert one(at(phase), now=somebody, inputs_age_ms=100) == back
    assert one(at(phase), now=somebody, inputs_age_ms=101).phase == phase, "silent buttons say nothing"
    assert one(at(COMING_BACK)) == at(DUE)


def test_a_drive_that_had_to_be_greeted_anew_is_tried_once_more() -> None:
    back = one(at(LOOKING), drive_state=DRIVE_OFFLINE, timed_out=True, drive_age_ms=160)
    assert back == at(COMING_BACK)
    assert is_deaf(back, LIMITS), "there is time to greet it"
    assert one(at(WITHHELD), drive_state=DRIVE_OFFLINE).phase == WITHHELD


@pytest.mark.parametrize(("phase_ms", "age_ms", "heard"), [
    (180, 60_000, True), (181, 60_000, False), (181, 101, False), (181, 100, True), (960, 101, False),
])  # fmt: skip
@pytest.mark.parametrize("said", [True, False])
def test_a_drive_that_is_not_heard_says_nothing(phase_ms: int, age_ms: int, heard: bool, said: bool) -> None:
    """Silence is no watchdog that did not act; and what comes after a longer one is no proof that it did."""
    after = one(at(LOOKING, phase_ms), timed_out=said, drive_age_ms=age_ms)
    if heard and not said:
        assert after == at(LOOKING, phase_ms + 20, heard=age_ms <= 100)
    else:
        assert after == at(COMING_BACK, 0, seen=heard, heard=phase_ms > 180 or age_ms <= 100)
    assert one(at(WITHHELD, 100), silence_ms=300, drive_age_ms=age_ms).phase == WITHHELD


def test_a_silent_drive_is_never_found_dead() -> None:
    rig = back_at_park(Watchdog(dead=True))
    while rig.decision.mode == d.TEST and rig.now_ms < 60_000:
        rig.tick(drive_age_ms=160)
    assert rig.decision.latched_cause == 0


def test_it_is_over_when_all_is_as_before() -> None:
    coming = at(COMING_BACK, 100, seen=True)
    assert one(coming) == at(PROVED, seen=True)
    for change in ({"drive_state": DRIVE_DISARMED}, {"known": False}, {"inputs_age_ms": 101}):
        heard = "inputs_age_ms" not in change
        assert one(coming, **change) == at(COMING_BACK, 120, seen=True, heard=heard)


def test_a_drive_that_is_not_armed_again_in_its_time_is_judged_as_ever() -> None:
    arming: dict[str, Any] = {"drive_state": DRIVE_ARMING}
    assert one(at(COMING_BACK, 9_979, seen=True), **arming).phase == COMING_BACK
    assert one(at(COMING_BACK, 9_980, seen=True), **arming) == at(DUE)
    assert one(at(COMING_BACK, 9_980, seen=True)) == at(PROVED, seen=True)


@pytest.mark.parametrize("phase", [WITHHELD, LOOKING, COMING_BACK])
def test_a_table_that_is_not_at_park_any_more_has_proved_nothing(phase: int) -> None:
    gone = one(at(phase, seen=phase == COMING_BACK), away=True, timed_out=True, drive_state=DRIVE_ARMING)
    assert (gone.phase, gone.seen) == (COMING_BACK, False)
    assert one(gone) == at(DUE)
    assert one(at(COMING_BACK, seen=True), away=True) == at(DUE)


@pytest.mark.parametrize(("a_cdeg", "b_cdeg", "phase"), [
    (PARK + 100, PARK, LOOKING), (PARK + 101, PARK, COMING_BACK), (PARK - 101, PARK, COMING_BACK),
    (PARK, PARK + 300, LOOKING), (PARK, PARK + 301, COMING_BACK), (PARK, PARK - 301, COMING_BACK),
    (None, PARK + 301, COMING_BACK), (PARK + 101, None, COMING_BACK), (None, None, LOOKING),
])  # fmt: skip
def test_either_angle_says_that_it_is_not_park(a_cdeg: int | None, b_cdeg: int | None, phase: int) -> None:
    """The frame's may be another by as much as two sources may disagree."""
    angles = Rig().state.angles._replace(a_cdeg=a_cdeg, b_cdeg=b_cdeg)
    looking = NOT_TRYING._replace(beats=at(LOOKING))
    after = tried(looking, Rig().state.motion, angles, NOBODY, SEEN, LIMITS, 20)
    assert after.beats.phase == phase


@pytest.mark.parametrize("silent", ["a_age_ms", "b_age_ms", "drive_age_ms", "inputs_age_ms"])
def test_nothing_is_missed_until_all_is_heard_again_which_is_soon(silent: str) -> None:
    assert is_deaf(at(WITHHELD, 280), LIMITS)
    for phase in (LOOKING, COMING_BACK):
        assert is_deaf(at(phase, 200), LIMITS)
        assert not is_deaf(at(phase, 201), LIMITS)
        assert not is_deaf(at(phase, 20, heard=True), LIMITS)
    assert not any(is_deaf(at(phase), LIMITS) for phase in (UNTRIED, DUE, PROVED))
    stale: dict[str, Any] = {silent: 101}
    assert not one(at(LOOKING, 40), **stale).heard
    assert one(at(LOOKING, 40), **{**stale, silent: 100}).heard
    assert one(at(LOOKING, 40, heard=True), **stale).heard, "from now on it is missed"
    assert not one(at(WITHHELD), silence_ms=0).heard


def test_the_way_back_makes_it_due_and_only_its_end_passes() -> None:
    held = NOT_TRIED._replace(phase=HELD)
    up = Trial(2_000, PARK + 200, PARK + 200, True, False, held)
    rig = Rig()
    both, motion = rig.state.angles, rig.state.motion._replace(heading=-1)
    down = SEEN._replace(a_cdeg=PARK + 100, b_cdeg=PARK + 100)
    due = tried(up, motion, both, NOBODY, down, LIMITS, 20)
    assert (due.beats.phase, due.passed) == (DUE, False)
    assert tried(up, motion, both, NOBODY, down._replace(silence_ms=None), LIMITS, 20).passed
    assert tried(due, motion, both, NOBODY, down, LIMITS, 20).beats.phase == DUE
    still = motion._replace(heading=0, heading_ms=LIMITS.brake_after_ms)
    for cdeg, phase in ((PARK + 100, WITHHELD), (PARK + 101, DUE), (PARK - 101, DUE)):
        seen = SEEN._replace(a_cdeg=cdeg, b_cdeg=cdeg)
        assert tried(due, still, both, NOBODY, seen, LIMITS, 20).beats.phase == phase
    soon = still._replace(heading_ms=LIMITS.brake_after_ms - 1)
    assert tried(due, soon, both, NOBODY, down, LIMITS, 20).beats.phase == DUE
    blind = both._replace(source=NEITHER)
    looking = due._replace(beats=at(LOOKING))
    assert tried(looking, still, blind, NOBODY, down, LIMITS, 20).beats == at(LOOKING, 20, heard=True)
    proved = due._replace(beats=at(COMING_BACK, 0, seen=True))
    assert tried(proved, still, both, NOBODY, down, LIMITS, 20).passed


def test_a_gap_begins_it_anew_and_another_mode_knows_nothing_of_it() -> None:
    rig = back_at_park(Watchdog())
    assert woken(rig.state).trial.beats == NO_BEATS_TRIED
    rig.press(stop=True)
    rig.run(200)
    assert (rig.decision.mode, rig.decision.feed, rig.state.trial.beats.phase) == (d.INHIBITED, True, UNTRIED)
    assert Watchdog(wake=FIRST_START).tick().feed


def test_an_estop_in_the_silence_is_judged_at_once() -> None:
    rig = back_at_park(Watchdog())
    rig.silent = False
    rig.press(estop_ok=False)
    rig.tick()
    assert (cause(rig), rig.decision.feed) == ("estop", True)

"""What changed since the tick before, as events; and the answers that orders get."""

from __future__ import annotations

from typing import Any, Final

from firmware_bridge.readings import DRIVE_STATES
from safety import modes
from safety.causes import BY_NUMBER, name_of
from safety.decision import (
    ACTIVE,
    CHECKS,
    FROZEN,
    INHIBITED,
    MODES,
    READY,
    RETURNING,
    STAGES,
    TEST,
    WAITING,
    Decision,
)
from safety.guard.arrivals import Asked
from safety.guard.events import Events
from safety.observation import DRIVE_ARMED, ORDER_CONTINUE, ORDER_END, ORDER_STOP, ORDER_TEST, Observation

_SPELLINGS: Final = {
    "mode": MODES,
    "stage": STAGES,
    "check_in": CHECKS,
    "drive_state": DRIVE_STATES,
}
_BEFORE: Final = {
    "mode": -1,
    "first_cause": 0,
    "stage": 0,
    "check_in": 0,
    "bout": 0,
    "drive_state": -1,
    "refusal": 0,
    "tested": 0,
    "trouble": None,
    "arming_refused": None,
}
_WORDS: Final = 2  # the last ones, which a bad line changes in every tick
UNTRIED: Final = "this drive cannot say that its watchdog has acted; try that on the bench"
WORDS_EVERY_MS: Final = 1_000  # so that it does not fill the disk


class News:
    """Compares each tick with the one before and writes what is new."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._last: tuple[object, ...] = tuple(_BEFORE.values())
        self._said_ms = -WORDS_EVERY_MS

    def tick(
        self,
        now_ms: int,
        decided: Decision,
        seen: Observation,
        trouble: str | None,
        refused: str | None,
    ) -> None:
        """One tick's changes; what a wire complains of at most once a second."""
        words: tuple[object, ...] = (trouble, refused)
        if now_ms - self._said_ms < WORDS_EVERY_MS:
            words = self._last[-_WORDS:]
        new = (
            decided.mode,
            decided.first_cause,
            decided.stage,
            decided.check_in,
            decided.bout,
            seen.drive_state,
            decided.refusal,
            int(decided.tested),
            *words,
        )
        if new == self._last:
            return
        last, self._last = self._last, new
        if words != last[-_WORDS:]:
            self._said_ms = now_ms
        if decided.mode == TEST != last[0] and seen.silence_ms is None:
            self._events.write(now_ms, "not_tried", cause=None, what="watchdog", why=UNTRIED)
        for name, value, before in zip(_BEFORE, new, last, strict=True):
            if value != before:
                self._write(now_ms, name, value, decided)

    def _write(self, now_ms: int, name: str, value: Any, decided: Decision) -> None:
        spelling = _SPELLINGS.get(name)
        if spelling is not None and 0 <= value < len(spelling):
            value = spelling[value]
        elif name == "first_cause":
            value = name_of(value)
        self._events.write(
            now_ms, name, **{name: value}, cause=name_of(decided.first_cause), angle_cdeg=decided.trusted_cdeg
        )


def answer(asked: Asked, decided: Decision, why: str) -> tuple[bool, str]:
    """Whether an order was obeyed, and the words for it; `why` is what stands against starting."""
    if asked.order == ORDER_CONTINUE:
        return _continued(decided)
    if asked.order == ORDER_TEST:
        if decided.mode == TEST:
            return True, "the tests have begun"
        return (True, "the tests of the day have passed") if decided.tested else (False, why)
    if asked.order == ORDER_END:
        ended = decided.mode in (READY, INHIBITED, TEST)
        return ended, "" if ended else "a session ends at park only; ask for RETURN first"
    if asked.order == ORDER_STOP and decided.stage == FROZEN:
        return True, "stopped"
    homing = decided.mode in (RETURNING, WAITING)
    if asked.order == ORDER_STOP:
        return True, "already returning" if homing else "nothing moves head-down"
    return True, "returning" if homing else "nothing to return from"


def _continued(decided: Decision) -> tuple[bool, str]:
    if decided.mode == ACTIVE:
        return True, ""
    if decided.stage == FROZEN:
        return True, "release the pendant, then press it"
    return False, "there is no STOP to continue from"


_WANTED: Final[tuple[tuple[str, bool, str], ...]] = (
    ("estop_ok", True, "the e-stop is in or its chain is open; release it"),
    ("stop", False, "STOP is pressed or unknown; release it"),
    ("supply_ok", True, "the supply is not good; charge or check it"),
    ("at_park", True, "the table is not at park; bring it there with RETURN"),
)
_EMPTY: Final[tuple[tuple[str, bool, str], ...]] = (
    ("ankle_a", False, "the tests are made with nobody on the table; open both ankle clamps"),
    ("ankle_b", False, "the tests are made with nobody on the table; open both ankle clamps"),
    ("pendant", True, "hold the pendant while the tests run"),
)


def why_not(
    decided: Decision, seen: Observation, trouble: str | None, refused: str | None, testing: bool = False
) -> str:
    """What stands against starting, the nearest first, for a person."""
    cause = name_of(decided.latched_cause)
    if cause is not None:
        return f"latched by {cause}: {BY_NUMBER[decided.latched_cause].remedy}"
    if decided.mode != INHIBITED:
        return f"the guard is {MODES[decided.mode]}; wait until it is parked and idle"
    if refused or seen.drive_state != DRIVE_ARMED:
        return refused or trouble or f"the drive is {DRIVE_STATES[seen.drive_state]}; wait until it is armed"
    for name, wanted, words in (*_WANTED, *(_EMPTY if testing else ())):
        if getattr(seen.inputs, name) is not wanted:
            return words
    if testing and seen.inputs.load is True:
        return "the tests are made with nobody on the table; step off"
    if testing and name_of(decided.first_cause) == "stop_pressed":
        return "STOP ended the tests off park; hold RETURN until the table is at park, then ask again"
    if modes.is_hot(seen):
        return modes.HOT
    return trouble or "the angle sources do not both answer; check both sensors"

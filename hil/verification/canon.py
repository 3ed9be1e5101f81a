"""The canonical form of a state: two states that behave the same, whatever comes, are one object."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from hil.verification.coarse import BOUTS, CAP_MS, LIMITS, TERMS, TICK_MS, TOLD_CAP_CDEG
from safety.angles import Angles
from safety.buttons import used_up_ms
from safety.check_in import CheckIn
from safety.observation import Terms
from safety.session import Session
from safety.state import State
from safety.stream import Stream

# Where a threshold is below CAP_MS, counting beyond it only makes the search larger.
_CAPS: Final = {
    ("Session", "wall_ms"): 4 * CAP_MS,
    ("Session", "freeze_ms"): 1_000,
    ("Trial", "age_ms"): LIMITS.test_ms,
    ("Motion", "lively_ms"): LIMITS.lively_ms,
    ("Stream", "idle_ms"): 300,
    ("Buttons", "released_ms"): LIMITS.answer_release_ms,
    ("Buttons", "one_open_ms"): LIMITS.ankle_ms,
    ("Buttons", "both_open_ms"): LIMITS.ankles_ms,
    ("Buttons", "home_ms"): LIMITS.reset_ms,
    ("Buttons", "stop_ms"): LIMITS.freeze_in_return_ms + TICK_MS,
    ("Buttons", "stops_ms"): used_up_ms(LIMITS),
    ("Angles", "none_ms"): 200,
    ("Home", "still_ms"): LIMITS.cut_still_ms,
    ("Home", "age_ms"): 300,
}


class Known(State):
    """A canonical state. There is one object of equal ones, so that it is known without looking into it."""

    __slots__ = ()
    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__


class _Parts(dict[Any, Any]):
    """What stands for each part of a state that was met: made equal once, and one object of what is equal."""

    def __init__(self, equal: Callable[[Any], Any]) -> None:
        super().__init__()
        self._equal = equal

    def __missing__(self, part: Any) -> Any:
        equal = _capped(self._equal(part))
        found = self[part] = self.setdefault(equal, equal)
        return found


class Canon:
    """Makes equal what behaves the same, and one object of what is equal."""

    def __init__(self) -> None:
        self._angles, self._streams, self._others = _Parts(_angles), _Parts(_stream), _Parts(_same)
        self._clocks: dict[Terms, tuple[_Parts, _Parts]] = {}
        self._known: dict[State, Known] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __call__(self, state: State) -> Known:
        """This state with its ages capped, what cannot matter taken out, and its parts shared."""
        sessions, checks = self._of_terms(state.terms or TERMS)
        others = self._others
        # A field that somebody adds is refused here, whether it has a default or not.
        parts = (
            state.mode,
            others[state.terms] if state.terms is not None else None,
            state.tested,
            state.first_cause,
            state.latched_cause,
            self._angles[state.angles],
            others[state.buttons],
            others[state.motion],
            sessions[state.session],
            checks[state.check],
            self._streams[state.stream],
            others[state.home],
            others[state.trial],
            min(state.over_speed_ms, CAP_MS),
            state.waking,
            min(state.wake_ms, CAP_MS),
            state.resumes,
            others[state.proof],
        )
        equal = State._make(parts)
        known = self._known.get(equal)
        if known is None:
            known = self._known[equal] = Known(*equal)
        return known

    def _of_terms(self, terms: Terms) -> tuple[_Parts, _Parts]:
        """Sessions and check-ins under these terms: a clock that nobody limits need not be counted."""
        known = self._clocks.get(terms)
        if known is None:
            known = _Parts(partial(_session, terms)), _Parts(partial(_check, terms))
            self._clocks[terms] = known
        return known


def _same(part: Any) -> Any:
    return part


def _session(terms: Terms, was: Session) -> Session:
    return was._replace(
        top_cdeg=0, bout=min(was.bout, BOUTS),
        used_ms=_limited(was.used_ms, terms.allowance_ms), bout_ms=_limited(was.bout_ms, terms.bout_max_ms),
        hold_ms=_limited(was.hold_ms, terms.hold_max_ms), wall_ms=_limited(was.wall_ms, terms.wall_max_ms),
    )  # fmt: skip


def _limited(ms: int, limit_ms: int) -> int:
    return 0 if limit_ms > 20 * CAP_MS else ms


def _check(terms: Terms, was: CheckIn) -> CheckIn:
    return was._replace(age_ms=0) if terms.check_in_every_ms > CAP_MS else was


def _stream(was: Stream) -> Stream:
    """Of one that is over only what was refused and missed counts."""
    if was.live:
        return was
    return was._replace(angle_cdeg=0, gap_ms=CAP_MS, lease_ms=0, ref_cdps=0, ref_ms=0, accel_cdps2=0)


def _angles(was: Angles) -> Angles:
    """Every source tells its rate here: no slope is ever asked for."""
    return was._replace(slope_cdeg=0, slope_ms=0, slope_cdps=0)


def _capped(part: Any) -> Any:
    """Ages, and ways that were led, that grow beyond every threshold."""
    kind = type(part).__name__
    if kind == "Terms":
        return part
    caps = {name: _cap(kind, name) for name in part._fields}
    return part._replace(
        **{name: cap for name, cap in caps.items() if cap is not None and getattr(part, name) > cap}
    )


def _cap(kind: str, name: str) -> int | None:
    if name.endswith("_ms"):
        return _CAPS.get((kind, name), CAP_MS)
    return TOLD_CAP_CDEG if name.endswith("told_cdeg") else None

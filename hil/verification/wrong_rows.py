"""The ways in which one row of a table can be wrong. Each takes a row and answers the spoilt one, or None
where this way makes no difference to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from safety.decision import HOLD
from safety.facts import ALWAYS
from safety.home_stages import go_on
from safety.home_state import Act
from safety.limits import Limits
from safety.observation import Terms
from safety.verdict import ALLOW

Ways = Mapping[str, Callable[[Any], Any]]
LATE_MS: Final = 500
MEMORY: Final = [0]  # ms for which the late row has been right in vain
_PLACES: Final = frozenset({"park_cdeg", "rest_cdeg", "mid_cdeg"})  # off by ten, a place is no limit
_SPEEDS: Final = ("return_cdps", "upright_cdps", "creep_cdps", "emergency_cdps")


def _scaled(read: tuple[str, ...], table: Any) -> Any:
    """The same table of numbers with those of these names ten times as large."""
    names = [name for name in read if name in table._fields and name not in _PLACES]
    return table._replace(**{name: getattr(table, name) * 10 for name in names})


def _reads(function: Callable[..., bool]) -> tuple[str, ...]:
    """The limits that a row's function looks at, from its own code."""
    names = function.__code__.co_names
    return tuple(n for n in names if n in {*Limits._fields, *Terms._fields} - _PLACES and n != "session")


# Rules: (facts, observation, limits) -> fires.


def _not(row: Any, field: str) -> Any:
    holds = getattr(row, field)
    return row._replace(**{field: lambda *words: not holds(*words)})


def _rule_tenfold(row: Any) -> Any:
    fires, read = row.fires, _reads(row.fires)
    if not read:
        return None

    def tenfold(facts: Any, observation: Any, limits: Any) -> bool:
        if facts.terms is not None:
            facts = facts._replace(terms=_scaled(read, facts.terms))
        return bool(fires(facts, observation, _scaled(read, limits)))

    return row._replace(fires=tenfold)


def _late(since_ms: int, right: bool, dt_ms: int) -> bool:
    """Whether the row may speak now; it remembers in `MEMORY`."""
    MEMORY[0] = min(since_ms + max(dt_ms, 0), LATE_MS) if right else 0
    return right and since_ms >= LATE_MS


def _rule_late(row: Any) -> Any:
    fires = row.fires
    return row._replace(
        fires=lambda facts, seen, limits: _late(MEMORY[0], fires(facts, seen, limits), seen.dt_ms)
    )


def _if_set(field: str, off: Any) -> Callable[[Any], Any]:
    return lambda row: None if getattr(row, field) == off else row._replace(**{field: off})


def _deaf_row(row: Any) -> Any:
    """The cause is still told, and nothing comes of it."""
    return row._replace(reaction=0) if row.reaction else None


RULE: Final[Ways] = {
    "inverted": partial(_not, field="fires"),
    "tenfold": _rule_tenfold,
    "late": _rule_late,
    "no_reaction": _deaf_row,
    "no_latch": _if_set("latches", False),
    "no_verdict": _if_set("verdict", ALLOW),
}

# Gate conditions: (ask) -> holds.


def _gate_tenfold(row: Any) -> Any:
    holds, read = row.holds, _reads(row.holds)
    if not read:
        return None

    def tenfold(ask: Any) -> bool:
        facts = ask.facts
        if facts.terms is not None:
            facts = facts._replace(terms=_scaled(read, facts.terms))
        return bool(holds(ask._replace(facts=facts, limits=_scaled(read, ask.limits))))

    return row._replace(holds=tenfold)


def _gate_late(row: Any) -> Any:
    holds = row.holds
    return row._replace(holds=lambda ask: not _late(MEMORY[0], not holds(ask), ask.observation.dt_ms))


def _head_down(row: Any) -> Any:
    """Asked only of head-down proposals though it belongs to all of them, or the other way round."""
    return row._replace(head_down_only=not row.head_down_only)


GATE: Final[Ways] = {
    "inverted": partial(_not, field="holds"),
    "tenfold": _gate_tenfold,
    "late": _gate_late,
    "wrong_way": _head_down,
}

# Rows of the mode table: (turn) -> holds.


def _mode_late(row: Any) -> Any:
    holds = row.holds
    return row._replace(holds=lambda turn: _late(MEMORY[0], holds(turn), turn.observation.dt_ms))


MODE: Final[Ways] = {"inverted": partial(_not, field="holds"), "late": _mode_late}

# Stages of a return: (home, facts, observation, limits, dt_ms) -> (home, act).


def _stuck(stage: Callable[..., Any]) -> Any:
    return lambda home, *others: (home, Act(HOLD, stage=home.stage))


def _skipped(stage: Callable[..., Any]) -> Any:
    """Left at once, as if nothing were owed and nobody waited for."""

    def skipped(home: Any, facts: Any, observation: Any, limits: Any, dt_ms: int) -> Any:
        session = facts.session._replace(rest_owed_ms=0, mid_owed_ms=0)
        return go_on(home._replace(acknowledged=True), facts._replace(session=session), observation, limits)

    return skipped if stage.__name__ != "moving" else None


def _hasty(stage: Callable[..., Any]) -> Any:
    """Ten times as fast as planned."""
    if stage.__name__ != "moving":
        return None
    return lambda home, facts, observation, limits, dt_ms: stage(
        home, facts, observation, _scaled(_SPEEDS, limits), dt_ms
    )


STAGE: Final[Ways] = {"stuck": _stuck, "skipped": _skipped, "tenfold": _hasty}

# Which rules are asked in a mode.


def _unasked(scope: int) -> int | None:
    return None if scope == ALWAYS else ALWAYS


SCOPE: Final[Ways] = {"nothing": lambda scope: 0, "always_only": _unasked}


def deaf(function: Callable[..., Any], place: int, bit: int) -> Callable[..., Any]:
    """The same function, whose argument at this place never has this bit."""
    return lambda *words: function(*words[:place], words[place] & ~bit, *words[place + 1 :])

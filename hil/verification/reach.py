"""What the search must have reached: every row, verdict, mode, stage, cause, latch and refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import safety.gate
import safety.modes
import safety.rules
from hil.verification.expected import LATCHING
from hil.verification.planted import swapped
from safety.causes import CAUSES
from safety.decision import COMMANDS, MODES, STAGES, Decision

# Not to be reached by one search: reasons.
ELSEWHERE: Final = {
    "refusal session": "the stream of another session is refused first by its start",
    "refusal jerk": "the coarse grid knows no jerk: tests/unit/test_safety_permits.py, test_safety_limits.py",
    # Said twice on purpose: something else takes the permission first while all is whole. Each by itself is
    # tried in tests/unit/test_safety_permits.py.
    "refusal mode": "only READY, ACTIVE and TEST ask the gate at all",
    "refusal motion": "what forbids any motion ends the session, or is a drive that is not armed",
    "refusal inputs": "silent inputs are unknown ones, and an unknown pendant is refused first",
    "refusal tested": "no session begins untested",
    "refusal latch": "what latches ends the session in the same tick",
    "refusal verdict": "what takes head-down permission alone has a condition of its own before it",
}


class Reach:
    """Everything that has been seen so far."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._kinds: set[tuple[int, ...]] = set()

    def note(self, decision: Decision) -> None:
        """One decision."""
        kind = (
            decision.mode, decision.stage, decision.command, decision.direction, decision.power,
            decision.latched_cause, decision.refusal, decision.causes,
        )  # fmt: skip
        if kind in self._kinds:
            return
        self._kinds.add(kind)
        self.seen.add(f"mode {MODES[decision.mode]}")
        self.seen.add(f"stage {STAGES[decision.stage]}")
        self.seen.add(f"command {COMMANDS[decision.command]}")
        self.seen.add(f"verdict {decision.direction}")
        self.seen.add(f"power {decision.power}")
        if decision.latched_cause:
            self.seen.add(f"latch {decision.latched_cause}")
        if decision.refusal:
            self.seen.add(f"refusal {safety.gate.NAMES.get(decision.refusal)}")
        for cause in CAUSES:
            if decision.causes >> cause.number & 1:
                self.seen.add(f"cause {cause.name}")

    def lacking(self) -> list[str]:
        """What should have been seen and was not."""
        return sorted(wanted() - self.seen - set(ELSEWHERE))


def wanted() -> set[str]:
    """Everything, by the tables that name it; a rule that is gone leaves its cause without a voice."""
    every = {f"rule {row.name}" for row in safety.rules.ROWS}
    every |= {f"event {row.event}" for row in safety.modes.BEFORE + safety.modes.AFTER}
    every |= {f"cause {cause.name}" for cause in CAUSES if cause.name != "guard_lost"}
    every |= {f"mode {mode}" for mode in MODES} | {f"command {command}" for command in COMMANDS}
    every |= {f"stage {stage}" for stage in STAGES} | {f"latch {number}" for number in LATCHING}
    every |= {f"verdict {direction}" for direction in range(3)} | {"power 0", "power 1"}
    return every | {f"refusal {row.name}" for row in safety.gate.CONDITIONS}


@contextmanager
def noted(reach: Reach) -> Iterator[None]:
    """Rules and events say when they speak, inside of the block; those that have spoken are left alone."""
    rules = tuple(_speaking(row, "fires", f"rule {row.name}", reach) for row in safety.rules.ROWS)
    before, after = (
        tuple(_speaking(row, "holds", f"event {row.event}", reach) for row in rows)
        for rows in (safety.modes.BEFORE, safety.modes.AFTER)
    )
    pairs = ((safety.rules.ROWS, rules), (safety.modes.BEFORE, before), (safety.modes.AFTER, after))
    undo = swapped(pairs)
    try:
        yield
    finally:
        undo()


def _speaking(row: Any, field: str, name: str, reach: Reach) -> Any:
    if name in reach.seen:
        return row
    holds = getattr(row, field)

    def speaks(*words: Any) -> bool:
        true = bool(holds(*words))
        if true:
            reach.seen.add(name)
        return true

    return row._replace(**{field: speaks})

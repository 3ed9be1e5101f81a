"""What a session under blows must come to, judged on the plant's truth and on when each blow fell.

Design 5 and 6: whoever dies, the table is parked in the end, and no head-down motion goes on 300 ms after the
cause. A stop that is shorter than its limit is none; between the limits either answer is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

ENDED_WITHIN_S: Final = 0.300
TICK_S: Final = 0.020
# Stopped for so long, a process is missed for certain: its limit, and the room of what is under way.
CERTAIN_MS: Final = {"guard": 150, "controller": 300, "station": 5_700}
GRACE_S: Final = {"guard": 0.0, "controller": 0.0, "station": 5.0}
PARK_DEG: Final = -70.0
TESTS_WITHIN_DEG: Final = 3.0  # design 4
WAITS_FOR_A_PERSON: Final = ("check_in_missed",)


class Open(NamedTuple):
    """A stretch of the guard's clock in which a session was open."""

    from_ms: int
    to_ms: int


class Ended(NamedTuple):
    """How it ended, by the truth."""

    parked: bool
    waiting: bool
    angle_deg: float
    first_cause: str | None
    down_s: float  # when the table last went head-down
    took_s: float  # real seconds; -1: it hung


def cause_s(struck: Sequence[dict[str, Any]], opened: Sequence[Open]) -> float | None:
    """The latest moment at which the guard had to see a cause for the first time, in table time."""
    certain = [
        one["t_s"] + GRACE_S[one["role"]]
        for one in struck
        if one["hit"]
        and (one["how"] == "kill" or one["for_ms"] >= CERTAIN_MS[one["role"]])
        and any(part.from_ms <= one["guard_ms"] <= part.to_ms for part in opened)
    ]
    return min(certain, default=None)


def wrong(struck: Sequence[dict[str, Any]], opened: Sequence[Open], ended: Ended) -> Iterator[str]:
    """Everything that is wrong with a session, one sentence each."""
    if ended.took_s < 0:
        yield f"it hung; the table is at {ended.angle_deg:.1f} deg"
    # In the tests of the day nobody lies on the table, and it may be left where they are made.
    tested = not opened and abs(ended.angle_deg - PARK_DEG) <= TESTS_WITHIN_DEG
    waits = ended.waiting and ended.first_cause in WAITS_FOR_A_PERSON
    if not (ended.parked or waits or tested):
        yield f"not parked: {ended.angle_deg:.1f} deg, first cause {ended.first_cause}"
    cause = cause_s(struck, opened)
    if cause is not None and ended.down_s > cause + ENDED_WITHIN_S + TICK_S:
        late_s = ended.down_s - cause
        yield f"head-down motion {late_s:.2f} s after the cause at {cause:.2f} s; allowed {ENDED_WITHIN_S} s"

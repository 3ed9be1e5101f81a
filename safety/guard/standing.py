"""What a rider's past allows: first session, next tier, time since the last one (therapy notes, 5).

All of it from the ledger. A rider whom the ledger does not know is at the very beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from safety.guard.dose_words import hours
from safety.guard.spent import Spent
from safety.limits import APART_MS, FIRST_CAP_CDEG, TIERS

DAY_MS: Final = 86_400_000


def why_not(past: Sequence[Spent], tier: int, cap_cdeg: int, at_ms: int) -> str | None:
    """Why no session of this tier and height may begin at this moment of the ledger's time, None = it may."""
    ridden = [one for one in past if one.ms > 0]
    row = TIERS[tier]
    if not ridden and cap_cdeg > FIRST_CAP_CDEG:
        return (
            f"a first session goes to {FIRST_CAP_CDEG / 100:g} deg; this one to {cap_cdeg / 100:g};"
            " take a gentler programme"
        )
    days = (at_ms - ridden[0].at_ms) // DAY_MS if ridden else 0
    if len(ridden) < row.sessions_before or days < row.days_before:
        return (
            f"{row.name} needs {row.sessions_before} sessions over {row.days_before} days;"
            f" there are {len(ridden)} over {days}; ride as {TIERS[tier - 1].name}"
        )
    today = [one for one in ridden if at_ms - one.at_ms < DAY_MS]
    if len(today) >= row.sessions_a_day:
        again_ms = today[-row.sessions_a_day].at_ms + DAY_MS - at_ms
        return f"{row.name}: {row.sessions_a_day} sessions in 24 h; come again in {hours(again_ms)}"
    if ridden and at_ms - ridden[-1].at_ms < APART_MS:
        again_ms = ridden[-1].at_ms + APART_MS - at_ms
        return f"sessions are {hours(APART_MS)} apart; come again in {hours(again_ms)}"
    return None

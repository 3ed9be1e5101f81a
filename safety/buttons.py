"""Buttons and contacts of this tick with what their past says: edges and how long they have been so.

Stale inputs are unknown inputs; unknown is never "held", "closed" or "pressed".
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.limits import Limits
from safety.observation import AGE_MAX_MS, UNKNOWN_INPUTS, Inputs, Observation


class Buttons(NamedTuple):
    """Edges and ages."""

    now: Inputs
    fresh: bool
    one_open_ms: int  # one ankle contact not closed
    both_open_ms: int  # both seen open
    home: bool  # a RETURN button is pressed
    home_press: bool  # since this tick
    home_ms: int  # held for so long; of the hold that has just ended when home_release
    home_release: bool
    stop_press: bool
    stop_release: bool
    pendant_press: bool
    pendant_release: bool
    released_ms: int  # the pendant was released for so long before this press, or still is
    unloaded_ms: int  # nobody was felt on the table for so long
    stop_ms: int  # STOP is held for so long


UNTOUCHED: Final = Buttons(
    UNKNOWN_INPUTS, False, 0, 0, False, False, 0, False, False, False, False, False, 0, 0, 0
)


def watch(was: Buttons, observation: Observation, limits: Limits, dt_ms: int) -> Buttons:
    """Look at this tick's inputs. An edge needs both sides seen: nothing is pressed by becoming known."""
    is_fresh = observation[13] <= limits.stale_ms
    now = observation[12] if is_fresh else UNKNOWN_INPUTS
    before = was[0]
    ankle_a, ankle_b = now[5], now[6]
    home = bool(now[2]) or bool(now[3])
    home_before = was[4]
    known = (now[2] is not None or now[3] is not None) and was[1]
    held_ms = was[6] if not home_before else min(was[6] + dt_ms, AGE_MAX_MS)
    if home and not home_before:
        held_ms = 0
    pendant, pendant_before = now[0], before[0]
    if pendant is False:
        released_ms = min(was[12] + dt_ms, AGE_MAX_MS) if pendant_before is False else 0
    else:
        released_ms = was[12] if pendant_before is False else 0
    return Buttons(
        now,
        is_fresh,
        0 if ankle_a and ankle_b else min(was[2] + dt_ms, AGE_MAX_MS),
        min(was[3] + dt_ms, AGE_MAX_MS) if ankle_a is False and ankle_b is False else 0,
        home,
        home and known and not home_before,
        held_ms,
        home_before and known and not home,
        now[1] is True and before[1] is False,
        now[1] is False and before[1] is True,
        pendant is True and pendant_before is False,
        pendant is False and pendant_before is True,
        released_ms,
        min(was[13] + dt_ms, AGE_MAX_MS) if now[10] is False else 0,
        min(was[14] + dt_ms, AGE_MAX_MS) if now[1] and before[1] else 0,
    )

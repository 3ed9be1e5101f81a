"""Buttons and contacts of this tick with what their past says: edges and how long they have been so.

Stale inputs are unknown inputs; unknown is never "held", "closed" or "pressed". STOP alone remembers what it
was before it was unknown: a press that began unseen is one, and a hold goes on.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.limits import Limits
from safety.observation import AGE_MAX_MS, ORDER_RETURN, UNKNOWN_INPUTS, Inputs, Observation


class Buttons(NamedTuple):
    """Edges and ages."""

    now: Inputs
    fresh: bool
    one_open_ms: int  # one ankle contact not closed
    both_open_ms: int  # both seen open
    home: bool  # a RETURN button is pressed
    home_press: bool  # one of them since this tick, whatever the other is
    home_ms: int  # held for so long; of the hold that has just ended when home_release
    home_release: bool
    stop_press: bool
    pendant_press: bool
    pendant_release: bool
    released_ms: int  # the pendant was released for so long before this press, or still is
    unloaded_ms: int  # nobody was felt on the table for so long
    stop_ms: int  # this hold of STOP, of which RETURN makes one that has had its time; 0 = let go
    stops_ms: int  # all holds of late; one that chatters or hangs is used up


UNTOUCHED: Final = Buttons(
    UNKNOWN_INPUTS, False, 0, 0, False, False, 0, False, False, False, False, 0, 0, 0, 0
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
    new = (now[2] and not before[2]) or (now[3] and not before[3])
    home_press = was[1] and home and (not home_before or bool(new))
    held_ms = was[6] if not home_before else min(was[6] + dt_ms, AGE_MAX_MS)
    if home and not home_before:
        held_ms = 0
    pendant, pendant_before = now[0], before[0]
    if pendant is False:
        released_ms = min(was[11] + dt_ms, AGE_MAX_MS) if pendant_before is False else 0
    else:
        released_ms = was[11] if pendant_before is False else 0
    return Buttons(
        now,
        is_fresh,
        0 if ankle_a and ankle_b else min(was[2] + dt_ms, AGE_MAX_MS),
        min(was[3] + dt_ms, AGE_MAX_MS) if ankle_a is False and ankle_b is False else 0,
        home,
        home_press,
        held_ms,
        home_before and known and not home,
        now[1] is True and was[13] == 0,
        pendant is True and pendant_before is False,
        pendant is False and pendant_before is True,
        released_ms,
        min(was[12] + dt_ms, AGE_MAX_MS) if now[10] is False else 0,
        *_stop(was, now.stop, home_press or bool(observation.orders & ORDER_RETURN), limits, dt_ms),
    )


def used_up_ms(limits: Limits) -> int:
    """A STOP held so long hangs, all its holds together: what it may freeze in a whole bout."""
    return limits.freeze_bout_ms + limits.stop_press_ms


def _stop(was: Buttons, stop: bool | None, returns: bool, limits: Limits, dt_ms: int) -> tuple[int, int]:
    """How long STOP is held, and has been of late: each press costs a little more, known let go it fades."""
    held_ms, all_ms = was.stop_ms, was.stops_ms
    if stop is None:
        return held_ms, all_ms
    if stop is False:
        return 0, max(all_ms - max(dt_ms * limits.stop_fade_permille // 1000, 1), 0)
    press_ms = limits.stop_press_ms if held_ms == 0 else 0
    served_ms = limits.freeze_in_return_ms if returns else 0
    held_ms = min(max(held_ms + max(dt_ms, 1), served_ms), AGE_MAX_MS)
    return held_ms, min(all_ms + dt_ms + press_ms, used_up_ms(limits))

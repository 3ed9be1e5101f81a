"""Is the rider well? Asked by the guard's own clock while inverted; the answer is a release and a press.

HZ-44; intervals and windows are those of the therapy notes, section 5. Lamp, then sounder, then missed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.buttons import Buttons
from safety.decision import CHECK_ASKED, CHECK_COUNTING, CHECK_LOUD, CHECK_OFF
from safety.limits import Limits
from safety.observation import AGE_MAX_MS


class CheckIn(NamedTuple):
    """Which phase, and for how long."""

    phase: int
    age_ms: int
    missed: bool


OFF: Final = CheckIn(CHECK_OFF, 0, False)


def ask(was: CheckIn, inverted: bool, buttons: Buttons, every_ms: int, limits: Limits, dt_ms: int) -> CheckIn:
    """One tick on."""
    if not inverted:
        return OFF
    phase, age_ms = was[0], min(was[1] + dt_ms, AGE_MAX_MS + dt_ms)
    if phase == CHECK_OFF:
        return CheckIn(CHECK_COUNTING, 0, False)
    if phase == CHECK_COUNTING:
        return CheckIn(CHECK_ASKED, 0, False) if age_ms >= every_ms else CheckIn(phase, age_ms, False)
    if buttons.pendant_press and buttons.released_ms >= limits.answer_release_ms:
        return CheckIn(CHECK_COUNTING, 0, False)
    if age_ms < limits.reply_ms:
        return CheckIn(phase, age_ms, False)
    if phase == CHECK_ASKED:
        return CheckIn(CHECK_LOUD, 0, False)
    return CheckIn(CHECK_LOUD, limits.reply_ms, True)


def left_ms(check: CheckIn, every_ms: int, limits: Limits) -> int:
    """Until it is asked, grows loud, or is missed."""
    if check[0] == CHECK_OFF:
        return 0
    return max((every_ms if check[0] == CHECK_COUNTING else limits.reply_ms) - check[1], 0)

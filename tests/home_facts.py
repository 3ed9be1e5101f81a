"""Facts of a tick in a return, made by hand: for tests of single stages."""

from __future__ import annotations

from typing import Any

from safety import decision as d
from safety.facts import Facts
from safety.home_state import NOT_HOMING
from safety.look import look
from safety.profile import Ramp
from safety.rules import STAGED
from safety.step import boot
from tests.safety_rig import FIRST_START, LIMITS, Rig

SEEN = (
    Rig()
    .sense()
    ._replace(inputs=Rig().inputs._replace(at_park=False, past_rest=True, ankle_a=True, ankle_b=True))
)
QUIET = look(boot(LIMITS, FIRST_START), SEEN, LIMITS, 20, False)
HOME = NOT_HOMING._replace(
    stage=d.TO_REST, bits=STAGED, hand=True, ramp=Ramp(1_500_000, -200, 0), age_ms=5_000
)


def facts(cdeg: int | None = 1500, cdps: int | None = 0, buttons: dict[str, Any] | None = None,
          session: dict[str, Any] | None = None, angles: dict[str, Any] | None = None,
          now: dict[str, Any] | None = None, **changes: Any) -> Facts:  # fmt: skip
    pressed = QUIET.buttons._replace(now=QUIET.buttons.now._replace(**(now or {})), **(buttons or {}))
    return QUIET._replace(
        mode=d.RETURNING, cdeg=cdeg, cdps=cdps, at_park=False, buttons=pressed,
        session=QUIET.session._replace(**(session or {})),
        angles=QUIET.angles._replace(**(angles or {})), **changes,
    )  # fmt: skip

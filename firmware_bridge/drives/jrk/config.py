"""What the table file says about a Jrk G2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware_bridge import keys
from firmware_bridge.config import Parity
from firmware_bridge.lever import Lever


@dataclass(frozen=True, slots=True, kw_only=True)
class JrkConfig:
    """A Jrk G2 with a potentiometer at the hinge as its analog feedback."""

    port: str = keys.port()
    baud: int = keys.baud(9_600)
    parity: Parity = keys.parity("none")
    address: int = keys.whole("its device number", "", 0, 127, 11)
    compact: bool = keys.flag("false: begin each frame with the device number, for several on one line", True)
    counts_per_degree: float = keys.number(
        "feedback counts for one degree of the table", "counts/deg", 5, 400
    )
    zero_counts: int = keys.whole("its feedback at horizontal", "counts", 1, 4_094)
    sign: int = keys.sign("-1 when growing feedback turns the head up")
    holds_when_dead: Literal["brake", "self-locking"] = keys.holds_when_dead()
    local_echo: bool = keys.local_echo()
    lever: Lever | None = None  # from the section [lever]

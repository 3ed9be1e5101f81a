"""What may happen in one search: each kind of act alone, and two at a time."""

from __future__ import annotations

from typing import Final

from hil.pair.walk import Scenario

LOSS: Final = ("lose>", "lose<")
TWICE: Final = ("twice>", "twice<")
HELD: Final = ("hold>", "hold<", "copy>", "copy<")
LINE: Final = (*LOSS, *TWICE, *HELD)
CABLE: Final = ("cable out",)
GUARD: Final = ("guard restarts", "guard restarts late", "guard dies")
BACK: Final = ("guard restarts", "guard restarts late")
NODE: Final = ("node restarts", "node restarts late")
PERSON: Final = ("RETURN", "pendant let go")
_WITHIN: Final = 3


def _alone(name: str, acts: tuple[str, ...]) -> Scenario:
    return Scenario(name, ((acts, 1),))


def _two(name: str, one: tuple[str, ...], other: tuple[str, ...], within_ticks: int = _WITHIN) -> Scenario:
    acts = ((one, 2),) if one == other else ((one, 1), (other, 1))
    return Scenario(name, acts, within_ticks)


SCENARIOS: Final = (
    Scenario("quiet", ()),
    _alone("loss", LOSS),
    _alone("twice", TWICE),
    _alone("held back", HELD),
    _alone("cable", CABLE),
    _alone("guard", GUARD),
    _alone("node", NODE),
    _alone("person", PERSON),
    _two("loss + loss", LOSS, LOSS, 4),
    _two("loss + twice", LOSS, TWICE, 4),
    _two("loss + held back", LOSS, HELD, 3),
    _two("guard + loss", BACK, LOSS),
    _two("guard + held back", BACK, HELD, 6),
    _two("node + loss", NODE, LOSS),
    _two("node + held back", NODE, HELD, 6),
    _two("guard + node", BACK, NODE),
    _two("dead guard + node", ("guard dies",), NODE),
)
# Where a planted bug shows soonest; the others come behind.
NEAR: Final[dict[str, tuple[str, ...]]] = {
    "watchdog:window_ignored": ("loss + held back",),
    "watchdog:challenge_not_verified": ("twice",),
    "node:boot_not_counted": ("node", "node + held back"),
    "node:taken_over_unasked": ("loss",),
    "node:needs_no_greeting": ("node",),
    "driver:counter_ignored": ("held back",),
    "driver:question_ignored": ("held back", "twice"),
    "driver:boot_count_ignored": ("node",),
    "driver:silence_ignored": ("cable",),
    "driver:nonce_ignored": ("held back", "guard + held back"),
    "guard:mark_ignored": ("guard",),
}

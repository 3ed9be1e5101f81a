"""One load of a programme: whose it is, its plan, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from controller import plan_check
from controller.facts import TableFacts
from controller.plan import Plan, Segment
from controller.player import Player
from controller.profile import Shape, move
from controller.programme import Phase, Programme
from controller.tiers import TIERS
from safety.guard.toml_lines import TomlRefused

RIDER_MAX: Final = 32  # bytes of a rider's id, as the guard's ledger has them
TEST_DEG: Final = 2.0
TEST_DPS: Final = 0.8  # the guard allows 1


@dataclass(slots=True)
class Session:
    """What is known between a load and the end of it."""

    plan: Plan
    rider: str
    tier: str  # of the rider
    number: int = 0  # 0 = not asked of the guard yet
    player: Player | None = None
    test: Player | None = None
    request: int | None = None  # the order or BEGIN whose answer is awaited
    asked_ms: int = 0  # when it was asked
    started: bool = False
    let_go: bool = False  # nothing is asked until the table stands: the pendant was free, the stream torn
    refused: int = 0  # reports in a row that tell of a refusal
    arriving_ms: int = 0  # since the programme's last motion
    stumbled_ms: int = 0  # what interruptions have cost, less what good stretches have paid back
    stumbled_at_ms: int = 0  # the last one
    closed: bool = False  # the guard has been told that it is over


class Refused(ValueError):
    """A load that cannot be taken; the text is for a person."""


def load(message: dict[str, Any], facts: TableFacts) -> Session:
    """The session of a station's "load". Raises Refused with every reason."""
    text, rider = message.get("programme"), message.get("rider")
    if not isinstance(text, str) or not isinstance(rider, dict):
        raise Refused('a load needs "programme", the text of a file, and "rider" with "id" and "tier"')
    name, tier = rider.get("id"), rider.get("tier")
    if not isinstance(name, str) or not name.strip() or len(name.encode()) > RIDER_MAX:
        raise Refused(f'the rider\'s "id" must be a text of 1 to {RIDER_MAX} bytes')
    if not isinstance(tier, str):
        raise Refused(f'the rider\'s "tier" must be one of {", ".join(TIERS)}')
    title = message.get("name")
    try:
        plan = plan_check.load(text.encode(), title if isinstance(title, str) else "programme", facts, tier)
    except TomlRefused as error:
        raise Refused("\n".join(error.lines)) from None
    except UnicodeEncodeError:
        raise Refused("the programme is not text; save the file as UTF-8") from None
    return Session(plan, name, tier)


def test_player(park_deg: float, start_deg: float) -> Player:
    """The small motions of the day's tests: to park, up to +2 deg from there and back.

    The table is not at park when a test before was broken off, by a guard that was restarted for example.
    """
    shape = Shape(TEST_DPS)
    there = park_deg + TEST_DEG
    segments = (
        Segment(0, "checking", start_deg, park_deg, move(start_deg, park_deg, shape).time_s, shape),
        Segment(0, "checking", park_deg, there, move(park_deg, there, shape).time_s, shape),
        Segment(0, "checking", there, there, 1.0),
        Segment(0, "checking", there, park_deg, move(there, park_deg, shape).time_s, shape),
        Segment(0, "checking", park_deg, park_deg, 1.0),
    )
    phase = Phase("prepare", "The table proves its direction.")
    programme = Programme("direction test", "beginner", "", (phase,))
    time_s = sum(segment.time_s for segment in segments)
    return Player(Plan(programme, "beginner", segments, (), there, 0, time_s, 0, ()), start_deg)

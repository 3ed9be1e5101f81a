"""A programme file: a recipe of phases. Checked key by key here, as a whole in `controller.plan_check`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from controller.tiers import TIERS
from safety.guard import toml_lines
from safety.guard.toml_lines import Document, Row, Section

SHIPPED: Final = Path(__file__).parent / "programmes"
KINDS: Final = ("prepare", "warm-up", "lower", "hold", "oscillate", "rest", "recover")
PHASES_MAX: Final = 60

SECTIONS: Final = (
    Section("programme", "what this recipe is called and whom it is for", required=True),
    Section("phase", "the phases, in order", required=True, repeated=True, by="kind"),
)


def _key(kind: str, key: str, what: str, unit: str, low: float, high: float, **more: Any) -> Row:
    number: toml_lines.Kind = "whole" if key == "cycles" else "number"
    return Row("phase", key, number, what, unit, low, high, when=(kind,), **more)


_RATE: Final = "how fast; the tier's speed when left out"
ROWS: Final = (
    Row("programme", "name", "text", "how people call this programme", required=True),
    Row("programme", "tier", "choice", "the lowest tier it is for", choices=tuple(TIERS), required=True),
    Row("programme", "text", "text", "what it is good for", default=""),
    Row("phase", "kind", "choice", "what happens in this phase", choices=KINDS, required=True),
    Row("phase", "text", "text", "what the rider reads meanwhile", default=""),
    _key("prepare", "time_s", "how long to stand at park", "s", 0, 1_800, required=True),
    # Below 2 deg, but not 0, somebody means radians.
    _key("warm-up", "angle_deg", "where to go to", "deg", -80, 5, required=True, least=2),
    _key("warm-up", "rate_dps", _RATE, "deg/s", 0.2, 2),
    _key("warm-up", "time_s", "how long to stay there", "s", 0, 600, default=0.0),
    _key("lower", "angle_deg", "where to go to", "deg", 2, 60, required=True),
    _key("lower", "rate_dps", _RATE, "deg/s", 0.2, 3),
    _key("hold", "time_s", "how long to stay there", "s", 5, 120, required=True),
    _key("oscillate", "amplitude_deg", "half of the swing, from here upwards", "deg", 5, 10, required=True),
    _key("oscillate", "period_s", "one swing up and back", "s", 20, 120, required=True),
    _key("oscillate", "cycles", "how often", "swings", 1, 20, required=True),
    _key("rest", "rate_dps", _RATE, "deg/s", 0.5, 2),
    _key("rest", "time_s", "how long to lie at rest", "s", 60, 1_800, required=True),
    _key("recover", "rate_dps", _RATE, "deg/s", 0.5, 1.5),
    _key("recover", "time_s", "pause at -15 deg", "s", 20, 300, default=20.0),
)


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of a programme; what its kind does not have is None."""

    kind: str
    text: str = ""
    angle_deg: float | None = None
    rate_dps: float | None = None
    time_s: float = 0.0
    amplitude_deg: float = 0.0
    period_s: float = 0.0
    cycles: int = 0


@dataclass(frozen=True, slots=True)
class Programme:
    """A recipe whose keys have been checked; whether a rider may do it is the plan's question."""

    name: str
    tier: str
    text: str
    phases: tuple[Phase, ...]


def read(data: bytes, name: str) -> tuple[Programme, Document]:
    """The programme of a file's bytes, and its document for further complaints. Raises TomlRefused."""
    document = toml_lines.read(data, name, SECTIONS, ROWS)
    found = document.arrays["phase"]
    if len(found) > PHASES_MAX:
        document.complain("phase", "", f"{len(found)} phases are too many; allowed up to {PHASES_MAX}")
        document.finish()
    head = document.sections["programme"]
    phases = tuple(_phase(values) for values in found)
    return Programme(head["name"], head["tier"], head["text"], phases), document


def _phase(values: dict[str, Any]) -> Phase:
    return Phase(**{key: value for key, value in values.items() if value is not None})


def shipped() -> dict[str, Path]:
    """The programmes that come along, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}

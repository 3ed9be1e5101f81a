"""What one measured test found: figures with their limits, and whether all of them held."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number and how large it may be (None: only told, not judged)."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def held(self) -> bool:
        """Whether it is within its limit."""
        return self.limit is None or self.value <= self.limit


@dataclass(slots=True)
class Outcome:
    """One test. `failure` says what went wrong besides a limit."""

    name: str
    title: str
    source: str  # where the limits come from
    figures: list[Figure] = field(default_factory=list)
    failure: str | None = None
    table_s: float = 0.0
    trace: list[tuple[float, float]] = field(default_factory=list)  # t_s, angle_deg of the truth

    @property
    def passed(self) -> bool:
        """No failure and every limit held."""
        return self.failure is None and all(figure.held for figure in self.figures)

    def as_dict(self) -> dict[str, Any]:
        """For results.json."""
        figures = [
            {"name": f.name, "value": f.value, "unit": f.unit, "limit": f.limit, "held": f.held}
            for f in self.figures
        ]
        return {
            "name": self.name,
            "title": self.title,
            "passed": self.passed,
            "failure": self.failure,
            "limits_from": self.source,
            "table_s": round(self.table_s, 2),
            "figures": figures,
        }

    def complaint(self) -> str:
        """One line for JUnit and people; empty when it passed."""
        over = [
            f"{f.name} is {f.value:g} {f.unit}, allowed up to {f.limit:g} {f.unit}"
            for f in self.figures
            if not f.held
        ]
        return "; ".join(([self.failure] if self.failure else []) + over)

"""results.jsonl, one line a run in order, and what can be said of all of them together."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

RESULTS: Final = "results.jsonl"
QUANTILES: Final = (0.5, 0.99)
# Columns of the Parquet file: those of a line that are plain values.
COLUMNS: Final = (
    "number",
    "table_s",
    "cpu_s",
    "injected_s",
    "effect_s",
    "detected_ms",
    "first_cause",
    "worst_deg",
    "worst_dps",
    "home_s",
    "parked",
    "end_deg",
    "end_mode",
    "completed",
    "false_trip",
    "hash",
)

Outcome = dict[str, Any]


def whole_lines(path: Path) -> int:
    """How many runs the file holds; a last line that was cut short is taken off."""
    if not path.exists():
        return 0
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    if end != len(data):
        with path.open("r+b") as file:
            file.truncate(end)
    return data[:end].count(b"\n")


def read(path: Path) -> Iterator[Outcome]:
    """Every run, one after the other."""
    with path.open() as file:
        for line in file:
            yield json.loads(line)


def line(outcome: Outcome) -> str:
    """One line."""
    return json.dumps(outcome, separators=(",", ":")) + "\n"


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that so many do not exceed."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


class Group:
    """All runs of one fault."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.runs = self.injected = self.effective = self.parked = self.violated = 0
        self.detected_ms: list[float] = []
        self.home_s: list[float] = []
        self.worst_deg = self.worst_dps = -1e9
        self.causes: dict[str, int] = {}

    def add(self, outcome: Outcome) -> None:
        """One run more."""
        self.runs += 1
        self.violated += bool(outcome["violations"])
        if "worst_deg" not in outcome:  # it ended by an exception
            return
        self.injected += outcome["injected_s"] is not None
        self.effective += outcome["effect_s"] is not None
        self.parked += outcome["parked"]
        if outcome["detected_ms"] is not None:
            self.detected_ms.append(outcome["detected_ms"])
        if outcome["home_s"] is not None:
            self.home_s.append(outcome["home_s"])
        self.worst_deg = max(self.worst_deg, outcome["worst_deg"])
        self.worst_dps = max(self.worst_dps, outcome["worst_dps"])
        cause = outcome["first_cause"] or "none"
        self.causes[cause] = self.causes.get(cause, 0) + 1


class Summary:
    """Everything together; grows with the number of faults, not of runs (but for the latencies)."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self.groups: dict[str, Group] = {}
        self.broken: list[Outcome] = []
        self.false_trips = self.runs = 0
        self.table_s = self.cpu_s = 0.0
        for outcome in outcomes:
            self.add(outcome)

    def add(self, outcome: Outcome) -> None:
        """One run more."""
        self.runs += 1
        self.table_s += outcome.get("table_s") or 0.0
        self.cpu_s += outcome.get("cpu_s") or 0.0
        self.false_trips += bool(outcome.get("false_trip"))
        if outcome["violations"]:
            self.broken.append(outcome)
        name = outcome["spec"]["fault"]
        self.groups.setdefault(name, Group(name)).add(outcome)

    @property
    def dormant(self) -> list[str]:
        """Faults that were put in and never took effect: the campaign has proved nothing about them."""
        return [g.name for g in self.groups.values() if g.injected >= 3 and not g.effective]


def write_parquet(folder: Path) -> bool:
    """results.parquet where pyarrow is installed; True when it was written."""
    try:
        pyarrow = import_module("pyarrow")
        parquet = import_module("pyarrow.parquet")
    except ImportError:
        return False
    rows = [{name: one.get(name) for name in COLUMNS} | _spec(one) for one in read(folder / RESULTS)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "results.parquet")
    return True


def _spec(outcome: Outcome) -> dict[str, Any]:
    names = ("scenario", "drive", "gear", "fault", "phase", "after_s", "lasts_s", "start_deg")
    return {name: outcome["spec"][name] for name in names} | {"violations": len(outcome["violations"])}

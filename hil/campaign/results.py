"""results.jsonl, one line a run in order, and what can be said of all of them together."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from hil.campaign.catalogue import NOMINAL
from hil.campaign.draw import Spec

RESULTS: Final = "results.jsonl"
TIMES: Final = "times.csv"  # what differs from machine to machine is not in the results
TOLD_MOST: Final = 200  # runs kept for the page, of any number
CHUNK: Final = 1 << 20
FIGURES: Final = ("injected_s", "effect_s", "detected_ms", "home_s", "worst_dps", "parked", "first_cause")

Outcome = dict[str, Any]


def whole_lines(path: Path) -> int:
    """How many runs the file holds; a last line that was cut short is taken off."""
    if not path.exists():
        return 0
    count = whole = size = 0
    with path.open("r+b") as file:
        while chunk := file.read(CHUNK):
            count += chunk.count(b"\n")
            whole = size + chunk.rfind(b"\n") + 1 if b"\n" in chunk else whole
            size += len(chunk)
        file.truncate(whole)
    return count


def sha256(path: Path) -> str:
    """Of a file: two campaigns with the same are the same, bit for bit."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Spoilt(Exception):
    """A file of a campaign is not what was written; the text says where, and what to do."""


def read(path: Path) -> Iterator[Outcome]:
    """Every run, one after the other. Raises Spoilt at a line that is none."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield _object(line)
            except (ValueError, RecursionError) as error:
                how = f"take this line and all after it away (head -n {number - 1}), then go on with --resume"
                raise Spoilt(f"{path}:{number}: not a line of results ({error}); {how}") from error


def _object(line: bytes) -> dict[str, Any]:
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError(f"this is {line[:20].decode(errors='replace').strip()!r}")
    return found


def runs(path: Path) -> Iterator[Outcome]:
    """Every run of a campaign, in order. Raises Spoilt at a line that is none, or another run's."""
    for number, outcome in enumerate(read(path)):
        if (wrong := _not_run(outcome, number)) is not None:
            how = f"take this line and all after it away (head -n {number}), then go on with --resume"
            raise Spoilt(f"{path}:{number + 1}: {wrong}; {how}")
        yield outcome


def _not_run(outcome: Outcome, number: int) -> str | None:
    """Why it is not the outcome of this run."""
    if outcome.get("number") != number:
        return f"not run {number}, which belongs here (number {outcome.get('number')!r})"
    if not isinstance(outcome.get("violations"), list) or not isinstance(outcome.get("spec"), dict):
        return "violations or spec is missing"
    wanted = FIGURES if "worst_deg" in outcome else ()  # a run that ended by an exception has none
    missing = [name for name in wanted if name not in outcome]
    missing += [name for name in Spec._fields if name not in outcome["spec"]]
    return f"{missing[0]} is missing" if missing else None


def times(path: Path) -> Iterator[tuple[int, float]]:
    """(number, CPU seconds) of every line of times.csv that is whole."""
    with path.open(errors="replace") as file:
        for row in file:
            number, _, cpu_s = row.partition(",")
            try:
                yield int(number), float(cpu_s)
            except ValueError:
                continue


def trim_times(path: Path, done: int) -> None:
    """Leave the rows of runs that are done: each once, a row that was cut short taken off."""
    kept = {number: cpu_s for number, cpu_s in times(path) if number < done} if path.exists() else {}
    path.write_text("".join(f"{number},{cpu_s}\n" for number, cpu_s in sorted(kept.items())))


def line(outcome: Outcome) -> str:
    """One line."""
    return json.dumps(outcome, separators=(",", ":")) + "\n"


class Spread:
    """Values counted by steps, so that a million need no more room than a thousand."""

    def __init__(self, step: float) -> None:
        self._step = step
        self._counts: Counter[int] = Counter()

    def add(self, value: float | None) -> None:
        """One value more; None is none."""
        if value is not None:
            self._counts[round(value / self._step)] += 1

    def quantile(self, share: float) -> float | None:
        """The smallest value that so many do not exceed."""
        left = max(1, math.ceil(share * self._counts.total()))
        for place in sorted(self._counts):
            left -= self._counts[place]
            if left <= 0:
                return float(f"{place * self._step:.9g}")
        return None


class Group:
    """All runs of one fault."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.runs = self.injected = self.effective = self.undetected = self.parked = self.violated = 0
        self.detected_ms = Spread(20.0)
        self.home_s = Spread(0.1)
        self.worst_deg = self.worst_dps = -1e9
        self.causes: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        """One run more."""
        self.runs += 1
        self.violated += bool(outcome["violations"])
        if "worst_deg" not in outcome:  # it ended by an exception
            return
        self.injected += outcome["injected_s"] is not None
        self.effective += outcome["effect_s"] is not None
        self.undetected += outcome["effect_s"] is not None and outcome["detected_ms"] is None
        self.parked += outcome["parked"]
        self.detected_ms.add(outcome["detected_ms"])
        self.home_s.add(outcome["home_s"])
        self.worst_deg = max(self.worst_deg, outcome["worst_deg"])
        self.worst_dps = max(self.worst_dps, outcome["worst_dps"])
        self.causes[outcome["first_cause"] or "none"] += 1


class Summary:
    """Everything together; grows with the number of faults, not of runs."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self.groups: dict[str, Group] = {}
        self.broken = self.without_effect = self.false_trips = self.runs = 0
        self.broken_told: list[Outcome] = []  # the first of them
        self.without_told: list[Outcome] = []
        self.table_s = 0.0
        for outcome in outcomes:
            self.add(outcome)

    @property
    def sound(self) -> bool:
        """Nothing broken, no false trip, and no fault that was not one."""
        return not (self.broken or self.without_effect or self.false_trips)

    def add(self, outcome: Outcome) -> None:
        """One run more."""
        self.runs += 1
        self.table_s += outcome.get("table_s") or 0.0
        self.false_trips += bool(outcome.get("false_trip"))
        name = outcome["spec"]["fault"]
        if outcome["violations"]:
            self.broken += 1
            _keep(self.broken_told, outcome)
        elif name != NOMINAL and outcome["effect_s"] is None:
            self.without_effect += 1
            _keep(self.without_told, outcome)
        self.groups.setdefault(name, Group(name)).add(outcome)


def _keep(told: list[Outcome], outcome: Outcome) -> None:
    if len(told) < TOLD_MOST:
        told.append(outcome)

"""A kept run for people: a timeline of what changed, a plot in letters, and plot.svg beside it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from hil.replay_plot import svg
from safety.causes import name_of
from safety.decision import MODES, STAGES

COLUMNS: Final = 96
LINES: Final = 18
LOW_DEG, HIGH_DEG = -75.0, 66.0


class Point(NamedTuple):
    """One tick of trace.csv; None = there was no guard."""

    t_s: float
    angle_deg: float
    rate_dps: float
    mode: int | None
    stage: int | None
    cause: int | None
    state: str


def read(folder: Path) -> tuple[dict[str, Any], list[Point]]:
    """The outcome and the trace of a kept run. Raises OSError, ValueError, KeyError when it is none."""
    outcome: dict[str, Any] = json.loads((folder / "run.json").read_text())
    with (folder / "trace.csv").open() as file:
        return outcome, [_point(row) for row in csv.DictReader(file)]


def _point(row: dict[str, str]) -> Point:
    mode, stage, cause = (int(row[name]) if row[name] else None for name in ("mode", "stage", "first_cause"))
    motion = float(row["t_s"]), float(row["angle_deg"]), float(row["rate_dps"])
    return Point(*motion, mode, stage, cause, row["state"])


def timeline(folder: Path) -> str:
    """Everything about a run, for a terminal; writes plot.svg into its folder."""
    outcome, points = read(folder)
    spec = outcome["spec"]
    (folder / "plot.svg").write_text(svg(points, outcome))
    lasts = "to the end" if spec["lasts_s"] is None else f"for {spec['lasts_s']:g} s"
    lines = [
        f"run {outcome['number']} of seed {spec['seed']}: {spec['scenario']}, {spec['drive']} {spec['gear']}",
        f"fault: {spec['fault']}, {spec['after_s']:g} s into {spec['phase']}, {lasts}",
        "",
        *plot(points, outcome),
        "",
        *changes(points, outcome),
        "",
    ]
    lines += [f"BROKEN  {found['rule']}: {found['what']}" for found in outcome["violations"]]
    lines += [] if outcome["violations"] else ["every invariant held"]
    lines += [f"telemetry {outcome['hash']}", f"plot: {folder}/plot.svg"]
    return "\n".join(lines)


def changes(points: list[Point], outcome: dict[str, Any]) -> list[str]:
    """A line for every change of state, mode, stage or cause, and for the fault."""
    marks = [(outcome["injected_s"], "--- the fault"), (outcome["effect_s"], "--- it has taken effect")]
    found: list[str] = []
    before: tuple[Any, ...] | None = None
    for point in points:
        while marks and (marks[0][0] is None or point.t_s >= marks[0][0]):
            at_s, text = marks.pop(0)
            if at_s is not None:
                found.append(f"{at_s:8.2f} s  {point.angle_deg:+7.2f} deg  {text}")
        now = point.state, point.mode, point.stage, point.cause
        if now != before:
            before = now
            found.append(f"{point.t_s:8.2f} s  {point.angle_deg:+7.2f} deg  {_words(point)}")
    return found


def _words(point: Point) -> str:
    if point.mode is None:
        return "no guard"
    cause = name_of(point.cause or 0)
    stage = STAGES[point.stage or 0]
    words = f"guard {MODES[point.mode]:<10} controller {point.state:<12}"
    words += f" {stage}" if stage != "none" else ""
    return words + (f" ({cause})" if cause else "")


def plot(points: list[Point], outcome: dict[str, Any]) -> list[str]:
    """The true angle over time; head-down is up, the dashes are rest, ! is the fault."""
    grid = [[" "] * COLUMNS for _ in range(LINES)]
    end_s = max(points[-1].t_s, 1.0)

    def row_of(angle_deg: float) -> int:
        share = (HIGH_DEG - angle_deg) / (HIGH_DEG - LOW_DEG)
        return min(LINES - 1, max(0, round(share * (LINES - 1))))

    grid[row_of(0.0)] = ["-"] * COLUMNS
    fault_s = outcome["injected_s"]
    if fault_s is not None:
        column = min(COLUMNS - 1, int(fault_s / end_s * COLUMNS))
        for row in grid:
            row[column] = "!"
    for point in points:
        grid[row_of(point.angle_deg)][min(COLUMNS - 1, int(point.t_s / end_s * COLUMNS))] = "*"
    labels = {row_of(angle): f"{angle:+4.0f}" for angle in (60.0, 0.0, -15.0, -70.0)}
    rows = [f"{labels.get(number, ''):>5} |{''.join(row)}" for number, row in enumerate(grid)]
    return [*rows, f"      +{'-' * COLUMNS}", f"       0 s{f'{end_s:.0f} s':>{COLUMNS - 3}}"]

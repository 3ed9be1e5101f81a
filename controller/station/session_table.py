"""The rows of session.csv: ten a second and one at every change, in degrees and seconds.

Manifest, report and the rows in telemetry.mcap are made from these rows and from nothing else, so they agree.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from controller.station import mcap_file
from controller.station.history import degrees
from controller.station.records import Report, Run
from controller.station.words import AT, inputs_of, state_word
from safety.causes import name_of
from safety.decision import CHECKS, MODES, STAGES
from safety.verdict import DIRECTIONS

EVERY_MS: Final = 100
NONE: Final = 255


class Row(NamedTuple):
    """One line of session.csv. Angles are inversion angles: 0 level, growing head-down, upright -70."""

    t_s: float
    state: str
    angle_deg: float | None
    setpoint_deg: float | None
    rate_dps: float | None
    mode: str
    phase: str | None  # kind of the programme's phase
    phase_index: int | None
    verdict: str  # direction that is allowed
    speed_cap_dps: float
    power: str  # on | cut
    refusals: int
    first_cause: str | None
    stage: str
    stage_left_s: float
    check_in: str
    used_s: float  # head-down, of this session
    left_s: float  # of this session's allowance
    bout: int
    cap_deg: float | None
    pendant: bool | None
    ankle_a: bool | None
    ankle_b: bool | None
    source_a_deg: float | None
    source_b_deg: float | None
    current_a: float | None
    session: int
    now_ms: int  # the table's clock


# A change in any of these gives a row of its own.
WATCHED: Final = (
    *("mode", "direction", "speed_cap_cdps", "power", "refusals", "first_cause", "stage", "check_in"),
    *("bout", "cap_cdeg", "inputs", "inputs_known", "controller_state", "phase", "session", "boot_id"),
)
_WATCHED: Final = tuple(AT[name] for name in WATCHED)
_NOW, _ANGLE = AT["now_ms"], AT["trusted_cdeg"]


def rows_of(run: Run) -> list[Row]:
    """All rows of a run; t_s is 0 at the first."""
    if not run.reports:
        return []
    phases = Phases(run)
    start_ms = run.reports[0][_NOW]
    return [row(report, start_ms, phases.at(report[_NOW])) for report in chosen(run.reports)]


def chosen(reports: list[Report]) -> Iterator[Report]:
    """Ten reports a second, all changes, the highest angle and the last."""
    highest = max(reports, key=lambda report: -99_999 if report[_ANGLE] is None else report[_ANGLE])
    last_ms: int | None = None
    last_seen: tuple[Any, ...] = ()
    for report in reports:
        seen = tuple(report[place] for place in _WATCHED)
        due = last_ms is None or report[_NOW] - last_ms >= EVERY_MS
        if due or seen != last_seen or report is highest or report is reports[-1]:
            last_ms, last_seen = report[_NOW], seen
            yield report


class Phases:
    """Which kind of phase the controller was in at a time; asked in order of time."""

    def __init__(self, run: Run) -> None:
        self._statuses = run.topic(mcap_file.STATUS)
        self._next = 0
        self._kind: str | None = None

    def at(self, now_ms: int) -> str | None:
        """The kind at `now_ms`."""
        while self._next < len(self._statuses) and self._statuses[self._next].at_ms <= now_ms:
            phase = self._statuses[self._next].value.get("phase")
            self._kind = phase.get("kind") if isinstance(phase, dict) else None
            self._next += 1
        return self._kind


def row(report: Report, start_ms: int, phase: str | None) -> Row:
    """One report as a row."""
    inputs = inputs_of(report)
    current_ma = report[AT["current_ma"]]
    return Row(
        t_s=(report[_NOW] - start_ms) / 1000,
        state=state_word(report),
        angle_deg=degrees(report[_ANGLE]),
        setpoint_deg=degrees(report[AT["setpoint_cdeg"]]),
        rate_dps=degrees(report[AT["trusted_cdps"]]),
        mode=MODES[report[AT["mode"]]],
        phase=phase,
        phase_index=None if report[AT["phase"]] == NONE else report[AT["phase"]],
        verdict=DIRECTIONS[report[AT["direction"]]],
        speed_cap_dps=report[AT["speed_cap_cdps"]] / 100,
        power="on" if report[AT["power"]] else "cut",
        refusals=report[AT["refusals"]],
        first_cause=name_of(report[AT["first_cause"]]),
        stage=STAGES[report[AT["stage"]]],
        stage_left_s=report[AT["stage_left_ms"]] / 1000,
        check_in=CHECKS[report[AT["check_in"]]],
        used_s=report[AT["used_ms"]] / 1000,
        left_s=report[AT["dose_left_ms"]] / 1000,
        bout=report[AT["bout"]],
        cap_deg=degrees(report[AT["cap_cdeg"]]),
        pendant=inputs["pendant"],
        ankle_a=inputs["ankle_a"],
        ankle_b=inputs["ankle_b"],
        source_a_deg=degrees(report[AT["a_cdeg"]]),
        source_b_deg=degrees(report[AT["b_cdeg"]]),
        current_a=None if current_ma is None else current_ma / 1000,
        session=report[AT["session"]],
        now_ms=report[_NOW],
    )


def cell(value: Any) -> Any:
    """A value as csv has it: nothing for unknown, 1 and 0 for contacts."""
    if value is None:
        return ""
    return int(value) if isinstance(value, bool) else value


def as_csv(rows: list[Row]) -> str:
    """session.csv."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows([cell(value) for value in each] for each in rows)
    return text.getvalue()

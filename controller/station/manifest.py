"""manifest.json: what a run was and how it ended, from the rows of session.csv and the guard's events."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from controller.station import mcap_file
from controller.station.records import Run
from controller.station.session_table import Row
from controller.station.words import cause_of
from controller.version import __version__
from safety.causes import BY_NAME

PARK_TOLERANCE_DEG: Final = 3.0
PARK_DEG: Final = -70.0
AWAY: Final = ("returning", "waiting", "latched")
ENDED: Final = 0.995  # of the programme: its last phase is the way to park


@dataclass(frozen=True, slots=True)
class Manifest:
    """One run in numbers. Times in seconds, angles in inversion degrees."""

    name: str
    started_wall_s: int | None
    keel: str
    table_hash: str | None
    programme: str | None
    rider: str | None
    tier: str | None
    duration_s: float
    parked: bool
    completed: bool
    waiting_at_rest: bool
    first_cause: str | None
    cause: dict[str, Any] | None
    max_angle_deg: float | None
    head_down_s: float
    bouts: int
    refusals: int
    sessions: int
    end_state: str | None
    gaps: list[dict[str, float]]
    reports: int
    reports_from_ring: int
    guard_events: int
    files: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """As manifest.json has it."""
        return asdict(self)


def manifest_of(run: Run, rows: list[Row], files: list[dict[str, Any]]) -> Manifest:
    """The manifest of a run."""
    status = latest(run)
    welcomes = run.topic(mcap_file.WELCOME)
    welcome = welcomes[-1].value if welcomes else {}
    park_deg = welcome.get("park_cdeg", PARK_DEG * 100) / 100
    cause = first_cause(run, rows)
    parked = is_parked(rows, park_deg)
    start_ms = rows[0].now_ms if rows else 0
    rider = status.get("rider")
    return Manifest(
        name=str(run.info.get("name")),
        started_wall_s=run.info.get("started_wall_s"),
        keel=str(run.info.get("keel", __version__)),
        table_hash=welcome.get("table_hash"),
        programme=status.get("programme"),
        rider=rider.get("id") if isinstance(rider, dict) else rider,
        tier=status.get("tier"),
        duration_s=rows[-1].t_s if rows else 0.0,
        parked=parked,
        completed=parked and has_completed(run, rows, cause),
        waiting_at_rest=bool(rows) and rows[-1].mode == "waiting",
        first_cause=cause,
        cause=cause_of(BY_NAME[cause].number) if cause in BY_NAME else None,
        max_angle_deg=max((row.angle_deg for row in rows if row.angle_deg is not None), default=None),
        head_down_s=head_down_s(rows),
        bouts=max((row.bout for row in rows), default=0),
        refusals=max((row.refusals for row in rows), default=0),
        sessions=len({row.session for row in rows} - {0}),
        end_state=rows[-1].state if rows else None,
        gaps=[{"from_s": (a - start_ms) / 1000, "to_s": (b - start_ms) / 1000} for a, b in run.gaps()],
        reports=len(run.reports),
        reports_from_ring=run.from_ring,
        guard_events=len(run.guard_events),
        files=files,
    )


def latest(run: Run) -> dict[str, Any]:
    """Programme, rider and tier of the last status that had a programme."""
    values = [record.value for record in run.topic(mcap_file.STATUS)]
    return next((value for value in reversed(values) if value.get("programme")), values[-1] if values else {})


def first_cause(run: Run, rows: list[Row]) -> str | None:
    """Why the motion was ended first: by the guard's events, which are the authority, else by the reports.

    What the guard complains of at park with no session (no data yet, pendant not held) is no such cause.
    """
    ridden = [row for row in rows if row.session or row.mode in AWAY]
    if not ridden:
        return None
    for event in run.guard_events:
        in_time = ridden[0].now_ms <= event["now_ms"] <= ridden[-1].now_ms
        if in_time and event.get("cause") in BY_NAME:
            return str(event["cause"])
    return next((row.first_cause for row in ridden if row.first_cause is not None), None)


def is_parked(rows: list[Row], park_deg: float) -> bool:
    """Whether the record ends with the table standing upright."""
    if not rows or rows[-1].angle_deg is None or rows[-1].mode in ("returning", "waiting"):
        return False
    return abs(rows[-1].angle_deg - park_deg) <= PARK_TOLERANCE_DEG


def has_completed(run: Run, rows: list[Row], cause: str | None) -> bool:
    """Whether a session ran to the programme's end. A STOP that was continued does not count against it."""
    if not any(row.session for row in rows) or cause not in (None, "stop_pressed"):
        return False
    statuses = [record.value for record in run.topic(mcap_file.STATUS)]
    if any(status.get("completed") for status in statuses):
        return True
    known = [share for status in statuses if isinstance(share := status.get("progress"), int | float)]
    return not known or max(known) >= ENDED


def head_down_s(rows: list[Row]) -> float:
    """Head-down time over all sessions of the record."""
    most: dict[int, float] = {}
    for row in rows:
        most[row.session] = max(most.get(row.session, 0.0), row.used_s)
    return round(sum(used for session, used in most.items() if session), 3)


def file_entry(path: Path, rows: int | None) -> dict[str, Any]:
    """Name, size, hash and rows of one file."""
    data = path.read_bytes()
    return {
        "name": path.name,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "rows": rows,
    }

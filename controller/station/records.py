"""Everything that is known about one run, gathered from its files: segments, ring, the guard's event file."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from controller.station import mcap_file
from controller.station.mcap_file import Record
from controller.station.recorder import RING, RUN_FILE
from controller.station.words import AT
from safety.guard import messages, ring_file

EVENTS_FILE: Final = "guard.events.jsonl"
HOLE_MS: Final = 100  # a longer silence between two reports is a gap of the record
CLOCKS_APART_S: Final = 5  # between the wall clocks' readings of station and guard
Report = tuple[Any, ...]


class Run(NamedTuple):
    """One run, whole."""

    info: dict[str, Any]  # run.json
    reports: list[Report]  # by time, each tick once
    others: list[Record]  # statuses, events, welcomes by time
    guard_events: list[dict[str, Any]]  # the guard's own, of this run's time
    from_ring: int  # reports that only the ring had

    def topic(self, name: str) -> list[Record]:
        """The other records of one topic."""
        return [record for record in self.others if record.topic == name]

    def gaps(self) -> list[tuple[int, int]]:
        """Stretches (from, to; table ms) of which no report is left."""
        times = [report[AT["now_ms"]] for report in self.reports]
        return [(a, b) for a, b in itertools.pairwise(times) if b - a > HOLE_MS]


def segments(folder: Path) -> list[Path]:
    """The telemetry files of a run, oldest first."""
    return sorted(folder.glob("telemetry*.mcap"), key=lambda path: (len(path.name), path.name))


def gather(folder: Path, guard_state: Path | None) -> Run:
    """Read everything. Files that are cut short give what they hold."""
    records = [record for path in segments(folder) for record in mcap_file.read(path)]
    recorded = [tuple(record.value) for record in records if record.topic == mcap_file.REPORT]
    rings = sorted(folder.glob("ring-*.bin"))
    if guard_state is not None:
        rings.append(guard_state / RING)
    ringed = [report for path in rings for report in ring_reports(path)]
    filled = fill(recorded, ringed)
    others = [record for record in records if record.topic not in (mcap_file.REPORT, mcap_file.ROW)]
    others.sort(key=lambda record: record.at_ms)
    info_path = folder / RUN_FILE
    info = json.loads(info_path.read_text()) if info_path.exists() else {"name": folder.name}
    events = guard_events(folder, guard_state, filled, info)
    return Run(info, filled, others, events, len(filled) - len(fill(recorded, ())))


def fill(recorded: Iterable[Report], ringed: Iterable[Report]) -> list[Report]:
    """The recorded reports and those of the ring that lie between them or follow them, in order, each once.

    A ring may also hold other runs: only a boot of the guard or a session that the record knows belongs here.
    """
    known = {(report[AT["boot_id"]], report[AT["tick"]]): report for report in recorded}
    if not known:
        return []
    first_ms = min(report[AT["now_ms"]] for report in known.values())
    last_ms = max(report[AT["now_ms"]] for report in known.values())
    boots = {boot for boot, _ in known}
    sessions = {report[AT["session"]] for report in known.values()} - {0}
    for report in ringed:
        now_ms, key = report[AT["now_ms"]], (report[AT["boot_id"]], report[AT["tick"]])
        in_session = report[AT["session"]] in sessions
        between = first_ms <= now_ms <= last_ms and (in_session or key[0] in boots)
        if between or (now_ms > last_ms and in_session):
            known.setdefault(key, report)
    return sorted(known.values(), key=lambda report: (report[AT["now_ms"]], report[AT["tick"]]))


def ring_reports(path: Path) -> list[Report]:
    """The reports of a guard's ring file."""
    found = [messages.REPORT_LAYOUT.unpack(packet) for _, packet in ring_file.read(path)]
    return [report for report in found if report is not None]


def guard_events(
    folder: Path, guard_state: Path | None, reports: list[Report], info: dict[str, Any]
) -> list[dict[str, Any]]:
    """The guard's events of this run; once copied into the folder the guard's own file is not needed."""
    found = read_lines(folder / EVENTS_FILE)
    if guard_state is not None and reports:
        first_ms, last_ms = reports[0][AT["now_ms"]], reports[-1][AT["now_ms"]]
        earliest_s = info.get("started_wall_s", 0) - CLOCKS_APART_S
        for event in read_lines(guard_state / EVENTS_FILE):
            in_time = first_ms <= event.get("now_ms", -1) <= last_ms + HOLE_MS
            if in_time and event.get("wall_s", earliest_s) >= earliest_s and event not in found:
                found.append(event)
    return found


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file; a last line that was cut off is left out."""
    if not path.exists():
        return []
    objects = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            objects.append(json.loads(line))
        except ValueError:
            continue
    return [each for each in objects if isinstance(each, dict)]

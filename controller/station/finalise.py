"""Makes the records of a run final: a function of files only, so that it can be done again at any time.

Joins the segments of telemetry, fills holes from the guard's ring, and writes session.csv, report.html and,
last, manifest.json. Every file is replaced whole; a run that is cut off here can be finalised once more.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from controller.station import mcap_file, report_page
from controller.station.manifest import Manifest, file_entry, manifest_of
from controller.station.mcap_file import McapFile, Record
from controller.station.records import EVENTS_FILE, Run, gather, segments
from controller.station.session_table import Row, as_csv, rows_of
from controller.station.words import AT

TELEMETRY: Final = "telemetry.mcap"
SESSION: Final = "session.csv"
REPORT: Final = "report.html"
MANIFEST: Final = "manifest.json"
CHUNK_MS: Final = 500


def finalise(run_dir: Path, guard_state_dir: Path | None) -> Manifest:
    """Write the final files of a run; returns what manifest.json says."""
    run = gather(run_dir, guard_state_dir)
    rows = rows_of(run)
    old = segments(run_dir)
    replace(run_dir / TELEMETRY, lambda path: write_telemetry(path, run, rows))
    for path in old:
        if path.name != TELEMETRY:
            path.unlink()
    for path in run_dir.glob("ring-*.bin"):
        path.unlink()
    lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in run.guard_events)
    replace_text(run_dir / EVENTS_FILE, lines)
    replace_text(run_dir / SESSION, as_csv(rows))
    replace_text(run_dir / REPORT, report_page.render(run, rows, manifest_of(run, rows, [])))
    files = [
        file_entry(run_dir / TELEMETRY, len(run.reports)),
        file_entry(run_dir / SESSION, len(rows)),
        file_entry(run_dir / EVENTS_FILE, len(run.guard_events)),
        file_entry(run_dir / REPORT, None),
    ]
    manifest = manifest_of(run, rows, files)
    replace_text(run_dir / MANIFEST, json.dumps(manifest.as_dict(), indent=2, ensure_ascii=False) + "\n")
    return manifest


def write_telemetry(path: Path, run: Run, rows: list[Row]) -> None:
    """One file with everything, in order of time, in chunks of half a second, with an index."""
    records = [Record(mcap_file.REPORT, report[AT["now_ms"]], report) for report in run.reports]
    records += run.others
    records += [Record(mcap_file.ROW, row.now_ms, row._asdict()) for row in rows]
    records.sort(key=lambda record: record.at_ms)
    file = McapFile(path)
    chunk_ms = records[0].at_ms if records else 0
    for record in records:
        if record.at_ms - chunk_ms >= CHUNK_MS:
            file.flush()
            chunk_ms = record.at_ms
        file.add(record)
    file.close()


def replace(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside its place and move it there when it is whole."""
    fresh = path.with_name(path.name + ".new")
    write(fresh)
    shutil.move(fresh, path)


def replace_text(path: Path, text: str) -> None:
    """The same for text."""

    def write(fresh: Path) -> None:
        fresh.write_text(text, encoding="utf-8")

    replace(path, write)

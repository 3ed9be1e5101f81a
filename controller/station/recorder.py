"""Writes telemetry while a run is on: everything the guard and the controller said, flushed twice a second.

One run is one folder. A station that comes back into an unfinished run goes on in a new segment
(`telemetry-2.mcap`); `finalise` joins the segments. Which run is open stands in the station's run-time
folder, which a new boot or a new demo finds empty. A disk that fails ends the recording, never the session.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from controller.station import mcap_file
from controller.station.mcap_file import McapFile, Record
from controller.version import __version__
from firmware_bridge import clock
from safety.guard.messages import REPORT_LAYOUT

FLUSH_MS: Final = 400
RESUME_WITHIN_S: Final = 900  # a run that has been silent for longer is over
RUN_FILE: Final = "run.json"
POINTER: Final = "open_run.json"
RING: Final = "guard.ring"
_TICK, _BOOT = REPORT_LAYOUT.index["tick"], REPORT_LAYOUT.index["boot_id"]


class Place(NamedTuple):
    """Where records go and where a station that comes back finds its way."""

    records: Path
    name: str
    station: Path
    guard_state: Path | None


class Recorder:
    """Owns the folder and the segment that are open now."""

    def __init__(self, place: Place, wall_s: Callable[[], int] = clock.wall_s) -> None:
        self.folder: Path | None = None
        self.problem: str | None = None
        self.reports = 0
        self._place, self._wall_s = place, wall_s
        self._file: McapFile | None = None
        self._flushed_ms = 0
        self._welcome: dict[str, Any] | None = None
        self._welcome_written: dict[str, Any] | None = None
        self._last = (0, 0)
        self._rings = 0

    def begin(self, now_ms: int) -> None:
        """Open a folder (or the unfinished one of this name) and a segment, unless one is open."""
        if self._file is not None or self.problem is not None:
            return
        try:
            self.folder = self.unfinished() or self._fresh()
            self._file = McapFile(self.folder / segment_name(self.folder))
            if self._file.path.name != segment_name(None):
                self._keep_ring()
        except OSError as error:
            self._fail(error)
        self._flushed_ms = now_ms
        self._welcome_written = None
        self.connected(self._welcome, now_ms)

    def unfinished(self) -> Path | None:
        """The run this station, or one before it in the same run-time folder, has left open."""
        pointer = self._place.station / POINTER
        if not pointer.exists():
            return None
        folder = Path(json.loads(pointer.read_text())["folder"])
        if not (folder / RUN_FILE).exists():
            return None
        newest_s = max(path.stat().st_mtime for path in folder.iterdir())
        return folder if abs(self._wall_s() - newest_s) <= RESUME_WITHIN_S else None

    def _fresh(self) -> Path:
        started_s = self._wall_s()
        stamp = datetime.fromtimestamp(started_s, UTC).astimezone().strftime("%Y-%m-%dT%H-%M-%S")
        folder = self._place.records / f"{stamp}-{self._place.name}"
        number = 1
        while folder.exists():
            number += 1
            folder = self._place.records / f"{stamp}_{number}-{self._place.name}"
        folder.mkdir(parents=True)
        run = {"name": self._place.name, "started_wall_s": started_s, "keel": __version__}
        (folder / RUN_FILE).write_text(json.dumps(run) + "\n")
        (self._place.station / POINTER).write_text(json.dumps({"folder": str(folder)}) + "\n")
        return folder

    def _add(self, topic: str, value: Any, now_ms: int) -> None:
        if self._file is None:
            return
        try:
            self._file.add(Record(topic, now_ms, value))
        except OSError as error:
            self._fail(error)

    def report(self, report: tuple[Any, ...], now_ms: int) -> None:
        """Record one report; ticks that are missing since the last are looked for in the guard's ring."""
        tick, boot = report[_TICK], report[_BOOT]
        if self._file is not None and self.reports and self._last[1] == boot and tick > self._last[0] + 5:
            self._keep_ring()
        self._last = (tick, boot)
        self.reports += 1
        self._add(mcap_file.REPORT, report, report[REPORT_LAYOUT.index["now_ms"]])

    def status(self, status: dict[str, Any], now_ms: int) -> None:
        """Record one status of the controller."""
        self._add(mcap_file.STATUS, status, now_ms)

    def event(self, event: dict[str, Any], now_ms: int) -> None:
        """Record something the station did."""
        self._add(mcap_file.EVENT, event, now_ms)

    def connected(self, welcome: dict[str, Any] | None, now_ms: int) -> None:
        """Record whom we are connected to, once a connection and once a segment."""
        self._welcome = welcome
        if self._file is not None and welcome is not None and welcome != self._welcome_written:
            self._welcome_written = welcome
            self._add(mcap_file.WELCOME, welcome, now_ms)

    def _keep_ring(self) -> None:
        """Copy the guard's ring now: in 80 s what we missed will be gone from it."""
        source = None if self._place.guard_state is None else self._place.guard_state / RING
        if source is None or self.folder is None or not source.exists():
            return
        self._rings += 1
        shutil.copyfile(source, self.folder / f"ring-{os.getpid()}-{self._rings}.bin")

    def flush(self, now_ms: int) -> None:
        """Hand what was recorded to the operating system when it is due."""
        if self._file is None or 0 <= now_ms - self._flushed_ms < FLUSH_MS:
            return
        self._flushed_ms = now_ms
        try:
            self._file.flush()
        except OSError as error:
            self._fail(error)

    def end(self, over: bool = True) -> Path | None:
        """Close the segment; returns its folder, which now waits for `finalise`. Not over: it may go on."""
        if self._file is None:
            return None
        try:
            self._file.close()
        except OSError as error:
            self._fail(error)
        self._file = None
        if over:
            (self._place.station / POINTER).unlink(missing_ok=True)
        folder, self.folder = self.folder, None
        return folder

    def _fail(self, error: OSError) -> None:
        self.problem = (
            f"Nothing is being recorded: {error}. Make room under {self._place.records}, then restart."
        )
        self._file = None


def segment_name(folder: Path | None) -> str:
    """The next free name of a segment in a folder."""
    taken = 0 if folder is None else len(list(folder.glob("telemetry*.mcap")))
    return "telemetry.mcap" if taken == 0 else f"telemetry-{taken + 1}.mcap"

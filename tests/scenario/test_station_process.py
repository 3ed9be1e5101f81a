"""`keel station` as a process: what it serves, what it leaves behind, and how it leaves."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from controller.station.recorder import FLUSH_MS
from firmware_bridge import clock
from tests.browser.station_process import StationProcess, wait_for

pytestmark = pytest.mark.serial
REPORT_MS = 20


@pytest.fixture
def station(tmp_path: Path) -> Iterator[StationProcess]:
    station = StationProcess(tmp_path)
    yield station
    station.close()


def live(station: StationProcess) -> ClientConnection:
    """A WebSocket as a page has it."""
    return connect(station.url.replace("http", "ws") + "ws", close_timeout=0.2)


def pictures(socket: Any, seconds: float) -> list[dict[str, Any]]:
    """What comes through a WebSocket in a time."""
    until_ms = clock.monotonic_ms() + round(seconds * 1000)
    found = []
    while clock.monotonic_ms() < until_ms:
        found.append(json.loads(socket.recv(timeout=5)))
    return found


def recorded(url: str) -> int:
    """How many reports the station has recorded."""
    with urllib.request.urlopen(url + "api/state", timeout=5) as answer:
        return int(json.load(answer)["recording"]["reports"])


def run_folder(station: StationProcess) -> Path:
    (folder,) = (station.folder / "runs").iterdir()
    return folder


def test_it_pushes_10_to_20_pictures_a_second_after_the_history(station: StationProcess) -> None:
    wait_for(lambda: recorded(station.url) > 0)
    with live(station) as socket:
        first = json.loads(socket.recv(timeout=5))
        assert first["type"] == "history"
        found = pictures(socket, 2.0)
    assert 20 <= len(found) <= 42
    assert {each["type"] for each in found} == {"state"}
    angles = {each["table"]["angle_deg"] for each in found}
    assert len(angles) > 15


def test_a_killed_guard_shows_as_stale_within_a_second(station: StationProcess) -> None:
    with live(station) as socket:
        wait_for(lambda: json.loads(socket.recv(timeout=5)).get("stale") is False)
        station.stop(station.doubles, signal.SIGKILL)
        killed_ms = clock.monotonic_ms()
        wait_for(lambda: json.loads(socket.recv(timeout=5))["stale"], 1_000)
        assert clock.monotonic_ms() - killed_ms <= 1_000


def test_it_writes_the_report_and_leaves_with_a_tab_open(station: StationProcess) -> None:
    with live(station) as socket:
        socket.recv(timeout=5)
        wait_for(lambda: recorded(station.url) > 60)
        asked_ms = clock.monotonic_ms()
        assert station.stop(station.station) == 0
        assert clock.monotonic_ms() - asked_ms < 6_000
    names = {path.name for path in run_folder(station).iterdir()}
    assert {"report.html", "session.csv", "telemetry.mcap", "manifest.json"} <= names
    station.log.seek(0)
    told = station.log.read().splitlines()
    assert told[0] == f"panel: {station.url}"
    assert told[1].startswith("report: ")
    assert len(told) == 2


def test_a_killed_station_goes_on_where_it_was_and_loses_half_a_second(station: StationProcess) -> None:
    unflushed = FLUSH_MS // REPORT_MS + 5  # and one late pump
    wait_for(lambda: recorded(station.url) > 60)
    station.stop(station.station, signal.SIGKILL)
    (station.folder / "station.json").unlink()
    station.station = station.start()
    wait_for(lambda: (station.folder / "station.json").exists())
    url = station.facts()["url"]
    wait_for(lambda: recorded(url) > 30)
    station.stop(station.station)
    manifest = json.loads((run_folder(station) / "manifest.json").read_text())
    assert len(manifest["gaps"]) == 1
    assert manifest["reports"] > 60 + 30 - unflushed


def test_a_port_in_use_is_75_with_a_remedy(station: StationProcess) -> None:
    command = station.command(port=int(station.facts()["port"]))
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=Path(__file__).parents[2])
    assert done.returncode == 75
    assert "choose another --port" in done.stderr
    assert "Traceback" not in done.stderr

"""Puts the station together and runs it: uvicorn and the pump in one event loop, on any source of ticks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import uvicorn

from controller.exit_codes import CommandError, ExitCode
from controller.station.app import make_app
from controller.station.finalise import finalise
from controller.station.hub import Hub
from controller.station.recorder import Place, Recorder
from firmware_bridge import clock

PERIOD_MS: Final = 50
STATION_FILE: Final = "station.json"


class Settings(NamedTuple):
    """What the command line gives."""

    guard_dir: Path
    controller_dir: Path
    station_dir: Path
    records: Path
    run_name: str | None
    host: str
    port: int
    guard_state: Path | None


class Ticks(Protocol):
    """Where the pump's time comes from: the wall's clock, or a bench that grants each tick."""

    def ticks(self) -> AsyncIterator[int]:
        """`now_ms` of each tick; ends when the source ends."""
        ...

    def done(self) -> None:
        """This tick's pump is finished."""
        ...


class WallTicks:
    """The wall's clock, every 50 ms."""

    async def ticks(self) -> AsyncIterator[int]:
        """Ticks that do not drift; those that were missed are left out."""
        next_ms = clock.monotonic_ms()
        while True:
            now_ms = clock.monotonic_ms()
            if now_ms < next_ms:
                await asyncio.sleep((next_ms - now_ms) / 1000)
                continue
            next_ms += PERIOD_MS * ((now_ms - next_ms) // PERIOD_MS + 1)
            yield now_ms

    def done(self) -> None:
        """Nobody waits."""


class Station(NamedTuple):
    """The parts of one station."""

    hub: Hub
    settings: Settings


def build(settings: Settings) -> Station:
    """The station of these settings, not yet listening. A run name means: record from the first tick."""
    claim(settings.station_dir)
    place = Place(
        settings.records.resolve(), settings.run_name or "session", settings.station_dir, settings.guard_state
    )
    hub = Hub(settings.guard_dir / "guard.sock", settings.controller_dir / "controller.sock", Recorder(place))
    return Station(hub, settings)


def claim(folder: Path) -> None:
    """Make the station's run-time folder. Raises CommandError (77) when it may not be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        allowed = os.access(folder, os.W_OK)
    except OSError:
        allowed = False
    if not allowed:
        message = f"{folder}: may not be written; choose a folder of your own with --station-dir"
        raise CommandError(ExitCode.PERMISSION, message)


def run(settings: Settings) -> None:
    """`keel station`: until SIGTERM or SIGINT."""
    asyncio.run(serve(build(settings), WallTicks()))


async def serve(station: Station, source: Ticks) -> None:
    """Listen, pump, and on a signal or at the source's end write the report before anything goes down."""
    hub, settings = station
    listener = listen(settings.host, settings.port)
    server = make_server(hub)
    web = asyncio.create_task(server.serve(sockets=[listener]))
    reports: set[asyncio.Task[None]] = set()
    try:
        while not (server.started or web.done()):
            await asyncio.sleep(0.01)
        announce(settings, listener)
        stop = watch_signals()
        await pump_all(station, source, stop, reports)
    finally:
        await wind_up(station, reports)
        server.should_exit = True
        await web
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises CommandError (75, 77) with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        code = ExitCode.PERMISSION if isinstance(error, PermissionError) else ExitCode.BUSY
        remedy = "stop the other station, or choose another --port (0 = any free one)"
        raise CommandError(code, f"cannot listen on {host} port {port}: {error.strerror}; {remedy}") from None
    return listener


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: we write the report first and then tell it to leave."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Leave the signals alone."""
        yield


def make_server(hub: Hub) -> uvicorn.Server:
    """The web server; it waits one second for pages that are open, not for ever."""
    config = uvicorn.Config(
        make_app(hub), log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="off"
    )
    return _Server(config)


def announce(settings: Settings, listener: socket.socket) -> None:
    """Say where the panel is: on standard output and in `station.json`."""
    port = listener.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{port}/"
    body = json.dumps({"url": url, "port": port, "pid": os.getpid()})
    path = settings.station_dir / STATION_FILE
    fresh = path.with_suffix(".new")
    fresh.write_text(body + "\n")
    fresh.replace(path)
    print(f"panel: {url}", flush=True)


def watch_signals() -> asyncio.Event:
    """An event that SIGTERM, SIGINT and SIGHUP set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def pump_all(
    station: Station, source: Ticks, stop: asyncio.Event, reports: set[asyncio.Task[None]]
) -> None:
    """Pump at every tick until told to stop or until the source ends."""
    hub, settings = station
    ticks = source.ticks()
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            tick = asyncio.ensure_future(anext(ticks, None))
            await asyncio.wait({tick, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not tick.done():
                tick.cancel()
                return
            now_ms = tick.result()
            if now_ms is None:
                return
            if not hub.pumps and (settings.run_name is not None or hub.recorder.unfinished()):
                hub.recorder.begin(now_ms)
            hub.pump(now_ms)
            source.done()
            start_reports(station, reports)
    finally:
        stopping.cancel()


def start_reports(station: Station, reports: set[asyncio.Task[None]]) -> None:
    """Write the report of each run that has ended, in a thread: panels go on meanwhile."""
    while station.hub.finished:
        folder = station.hub.finished.popleft()
        reports.add(asyncio.create_task(write_report(folder, station.settings.guard_state)))


async def write_report(folder: Path, guard_state: Path | None) -> None:
    """Finalise one run."""
    await asyncio.to_thread(finalise, folder, guard_state)
    print(f"report: {folder / 'report.html'}", flush=True)


async def wind_up(station: Station, reports: set[asyncio.Task[None]]) -> None:
    """A RETURN if somebody is on the table, the last report, and only then the end."""
    hub = station.hub
    hub.order_return()
    folder = hub.close()
    if folder is not None:
        hub.finished.append(folder)
    start_reports(station, reports)
    await asyncio.gather(*reports)

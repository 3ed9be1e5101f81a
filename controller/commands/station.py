"""`keel station`: panel, API and records alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from controller.station.compose import Settings, run


def command(
    guard_dir: Annotated[Path, typer.Option(help="Folder with guard.sock.")] = Path("/run/keel"),
    controller_dir: Annotated[Path, typer.Option(help="Folder with controller.sock.")] = Path(
        "/run/keel-controller"
    ),
    station_dir: Annotated[Path, typer.Option(help="Folder for station.json.")] = Path("/run/keel-station"),
    guard_state_dir: Annotated[
        Path, typer.Option(help="Folder with the guard's ring and event file.")
    ] = Path("/var/lib/keel/guard"),
    records: Annotated[Path, typer.Option(help="Folder for the runs.")] = Path("/var/lib/keel/station/runs"),
    run_name: Annotated[
        str | None, typer.Option(help="Record from the first moment, under this name.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 = any free port.")] = 8080,
) -> None:
    """Serve the panel and the API, and keep the records."""
    run(Settings(guard_dir, controller_dir, station_dir, records, run_name, host, port, guard_state_dir))

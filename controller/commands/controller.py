"""`keel controller`: states, programme and setpoints alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from controller import compose
from controller.loop import TICK_MS
from controller.process import Leaving, run
from firmware_bridge.clock import Ticker


def command(
    table: Annotated[Path, typer.Option(help="The table file.")] = Path("/etc/keel/table.toml"),
    guard_dir: Annotated[Path, typer.Option(help="Folder with guard.sock.")] = Path("/run/keel"),
    controller_dir: Annotated[Path, typer.Option(help="Folder for controller.sock.")] = Path(
        "/run/keel-controller"
    ),
) -> None:
    """Turn programmes into setpoints. A signal is a RETURN; it leaves when the table is upright."""
    leaving = Leaving()
    leaving.watch()
    run(compose.build(table, guard_dir, controller_dir), Ticker(TICK_MS), leaving)

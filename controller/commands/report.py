"""`keel report RUN_DIR`: writes session.csv, report.html and manifest.json of a run anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from controller.exit_codes import CommandError, ExitCode
from controller.station.finalise import finalise
from controller.station.records import segments


def command(
    run_dir: Annotated[Path, typer.Argument(help="Folder of the run, e.g. runs/2026-11-24T18-00-00-demo.")],
    guard_state: Annotated[
        Path | None, typer.Option("--guard-state-dir", help="Fill holes from this guard's ring and events.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Write the report of a run anew, from its files."""
    if not run_dir.is_dir() or not segments(run_dir):
        raise CommandError(
            ExitCode.USAGE,
            f"{run_dir}: no run is kept here (no telemetry*.mcap); give a folder of runs/",
        )
    try:
        manifest = finalise(run_dir, guard_state)
    except PermissionError as error:
        raise CommandError(
            ExitCode.PERMISSION, f"{error.filename}: may not be written; check its owner"
        ) from None
    if as_json:
        typer.echo(json.dumps(manifest.as_dict(), indent=2, ensure_ascii=False))
        return
    cause = manifest.first_cause or "none"
    typer.echo(
        f"{run_dir / 'report.html'}: {manifest.duration_s:.0f} s, upright: {manifest.parked}, cause: {cause}"
    )

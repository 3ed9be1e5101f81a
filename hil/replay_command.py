"""`keel replay FILE`: a kept run as timeline and plot; a recorded telemetry.mcap through today's rules."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from controller.exit_codes import CommandError, ExitCode
from controller.station import mcap_file
from hil.campaign.results import RESULTS, Spoilt, runs
from hil.replay import timeline
from hil.rules_replay import Difference, replay

SHOWN: Final = 40
PARK_CDEG, CAP_CDEG = -7_000, 6_000  # until the recording's welcome says otherwise


def command(
    file: Annotated[Path, typer.Argument(help="A run's folder, or its telemetry.mcap.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, for programs.")] = False,
) -> None:
    """Show a recorded run. Exit 0 when today's rules agree with a recording in every tick, else 1."""
    if not file.exists():
        raise CommandError(ExitCode.NO_INPUT, f"{file}: no such file or folder; name a run's folder")
    if (file / "run.json").exists() and (file / "trace.csv").exists():
        print((file / "run.json").read_text().strip() if as_json else timeline(file))
        return
    if (file / RESULTS).exists():
        raise CommandError(ExitCode.USAGE, _which_run(file))
    recording = file / "telemetry.mcap" if file.is_dir() else file
    if not recording.exists():
        what = f"{file} holds neither run.json with trace.csv nor telemetry.mcap; name a run's folder"
        raise CommandError(ExitCode.NO_INPUT, what)
    _recorded(recording, as_json)


def _which_run(folder: Path) -> str:
    """A whole campaign was named: say how one of its runs is ridden again."""
    try:
        broken = [str(one["number"]) for one in runs(folder / RESULTS) if one["violations"]]
    except Spoilt as error:
        raise CommandError(ExitCode.CONFIG, str(error)) from error
    which = f"broken are {', '.join(broken[:20])}" if broken else "none is broken"
    return f"{folder} is a whole campaign ({which}); ride one again: keel campaign ... --replay-run NUMBER"


def _recorded(recording: Path, as_json: bool) -> None:
    reports: list[Any] = []
    park_cdeg, cap_cdeg = PARK_CDEG, CAP_CDEG
    for record in mcap_file.read(recording):
        if record.topic == mcap_file.WELCOME:
            park_cdeg = record.value.get("park_cdeg", park_cdeg)
            cap_cdeg = record.value.get("cap_cdeg", cap_cdeg)
        elif record.topic == mcap_file.REPORT:
            reports.append(tuple(record.value))
    if not reports:
        raise CommandError(ExitCode.NO_INPUT, f"{recording} holds no report of a guard")
    reports.sort(key=lambda report: report[1])
    found = list(replay(reports, park_cdeg, cap_cdeg))
    if as_json:
        for one in found:
            print(json.dumps({"event": "difference", **one._asdict()}))
        print(json.dumps({"event": "ended", "ticks": len(reports), "differences": len(found)}))
    else:
        _tell(recording, len(reports), found)
    raise typer.Exit(ExitCode.FAILED if found else ExitCode.OK)


def _tell(recording: Path, ticks: int, found: list[Difference]) -> None:
    stretches = _stretches(found)
    print(
        f"{recording}: {ticks} ticks; {len({one.tick for one in found})} of them today's rules see otherwise"
    )
    for first, last, count in stretches[:SHOWN]:
        where = f"tick {first.tick}" if count == 1 else f"ticks {first.tick} to {last.tick}"
        print(f"  {where}: {first.what}: recorded {first.recorded}, today {first.today}")
    if len(stretches) > SHOWN:
        print(f"  and {len(stretches) - SHOWN} more stretches; --json has them all")


def _stretches(found: list[Difference]) -> list[tuple[Difference, Difference, int]]:
    """Runs of the same difference, in the order of their first tick."""
    ordered = sorted(found, key=lambda one: (one.what, one.tick))
    stretches = []
    for _, group in groupby(ordered, key=lambda one: (one.what, one.recorded, one.today)):
        ticks = list(group)
        stretches.append((ticks[0], ticks[-1], len(ticks)))
    return sorted(stretches, key=lambda one: one[0].tick)

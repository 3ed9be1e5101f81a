"""The folder of a campaign: made or found again, checked before anything is ridden, closed by a manifest."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any, Final

import numpy as np

from controller.exit_codes import CommandError, ExitCode
from hil.campaign import page, parquet, results
from hil.campaign.results import RESULTS, TIMES, Spoilt, Summary

CAMPAIGN: Final = "campaign.json"
ANOTHER: Final = "give the same options, or another --out"


def prepare(out: Path, facts: dict[str, Any], resume: bool) -> int:
    """Make or find it; how many runs are done. Raises CommandError (64, 77, 78)."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lines = (out / RESULTS).stat().st_size if (out / RESULTS).exists() else 0
        if lines:
            return _found(out, facts, resume)
        (out / CAMPAIGN).write_text(json.dumps(facts, indent=1) + "\n")
        results.trim_times(out / TIMES, 0)
    except OSError as error:
        what = f"cannot use {error.filename or out}: {error.strerror}; choose another --out"
        raise CommandError(ExitCode.PERMISSION, what) from error
    return 0


def _found(out: Path, facts: dict[str, Any], resume: bool) -> int:
    """Go on with what is there."""
    if not resume:
        what = f"{out} holds a campaign already; go on with --resume, or choose another --out"
        raise CommandError(ExitCode.USAGE, what)
    if _facts(out / CAMPAIGN) != facts:
        raise CommandError(ExitCode.USAGE, f"{out} is another campaign (see {CAMPAIGN}); {ANOTHER}")
    done = results.whole_lines(out / RESULTS)
    try:
        for _ in results.runs(out / RESULTS):
            pass
    except Spoilt as error:
        raise CommandError(ExitCode.CONFIG, str(error)) from error
    results.trim_times(out / TIMES, done)
    return done


def _facts(path: Path) -> Any:
    """What the campaign in the folder is."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        what = f"{path} is missing, so nothing says whose results lie there; choose another --out"
        raise CommandError(ExitCode.CONFIG, what) from error
    except (ValueError, RecursionError) as error:
        what = (
            f"{path} cannot be read ({error}), so nothing says whose results lie there; choose another --out"
        )
        raise CommandError(ExitCode.CONFIG, what) from error


def close(out: Path, facts: dict[str, Any], summary: Summary, again: str) -> dict[str, Any]:
    """Manifest, page and columns of what has been ridden."""
    timed = [cpu_s for _, cpu_s in results.times(out / TIMES)]
    cpu_s = sum(timed) if len(timed) == summary.runs else 0.0  # half of it would say nothing
    files = [RESULTS, TIMES, "report.html", *([parquet.PARQUET] if parquet.write(out) else [])]
    manifest = {
        **facts,
        "runs": summary.runs,
        "broken": summary.broken,
        "without_effect": summary.without_effect,
        "undetected": sum(group.undetected for group in summary.groups.values()),
        "false_trips": summary.false_trips,
        "table_s": round(summary.table_s, 1),
        "cpu_s": round(cpu_s, 1),
        "times_real_time": round(summary.table_s / cpu_s, 1) if cpu_s else None,
        "results_sha256": results.sha256(out / RESULTS),
        "fidelity": "fast",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()} {' '.join(platform.libc_ver())}",
        "files": files,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    (out / "report.html").write_text(page.page(manifest, summary, again))
    return manifest

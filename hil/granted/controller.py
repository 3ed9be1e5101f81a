"""The controller on the clock of the bench: the same object. `python -m hil.granted.controller`."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from controller import process
from controller.compose import build
from hil.granted.ticker import ClockGone, GrantedTicker


def main() -> None:
    """Run until SIGTERM at park or until the bench leaves."""
    parser = argparse.ArgumentParser(prog="hil.granted.controller")
    for name in ("clock", "table", "guard-dir", "controller-dir"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    words = parser.parse_args()
    leaving = process.Leaving()
    leaving.watch()
    controller = build(words.table, words.guard_dir, words.controller_dir)
    with contextlib.suppress(ClockGone):
        process.run(controller, GrantedTicker(words.clock, "controller"), leaving)


if __name__ == "__main__":
    main()

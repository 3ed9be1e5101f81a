"""`./dev bench`: measures, prints a table with ratios, writes JSON. It judges nothing and ends with 0."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NoReturn

from hil.benchmarks import guard_tick, lockstep, mujoco_peer, plant
from hil.benchmarks.measure import Figure
from hil.compiled import packages

PARTS: Final[dict[str, Callable[[], list[Figure]]]] = {
    "plant": plant.figures,
    "guard": guard_tick.figures,
    "lockstep": lockstep.figures,
}
PEERS: Final = ("mujoco", "numpy", "numba", "pymodbus")
NO_PEER: Final = "MuJoCo is not installed here: the plant's figures stand alone, without ratios."


class Parser(argparse.ArgumentParser):
    """argparse with the exit code of sysexits."""

    def error(self, message: str) -> NoReturn:
        """Misuse is 64."""
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


def main() -> None:
    """Parse, measure, tell."""
    parser = Parser(prog="./dev bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    parser.add_argument(
        "--only", choices=PARTS, action="append", metavar="PART", help=f"one of {', '.join(PARTS)}"
    )
    given = parser.parse_args()
    if given.json is not None and not given.json.resolve().parent.is_dir():
        parser.error(f"--json: there is no folder {given.json.resolve().parent}")
    chosen = given.only or list(PARTS)
    if "plant" in chosen and mujoco_peer.load() is None:
        say(NO_PEER)
    if "plant" in chosen and plant.compiled_plant() is None:
        say(plant.NO_NUMBA)
    if "lockstep" in chosen and packages.there() is None:
        say(lockstep.NOT_COMPILED)
    found: list[Figure] = []
    for name in chosen:
        figures = PARTS[name]()
        found += figures
        show(figures)
    if given.json is not None:
        given.json.write_text(json.dumps(document(found), indent=1) + "\n", encoding="utf-8")
        say(f"written: {given.json}")


def show(figures: list[Figure]) -> None:
    """The table, a block a group."""
    for group, rows in groupby(figures, key=lambda one: one.group):
        say(f"\n{group}")
        for row in rows:
            say(
                f"  {row.name:30} {row.value:12,.2f} {row.unit:19} {against(row):46} "
                f"[loop {row.yardstick_ns:.1f} ns] {row.note}".rstrip()
            )


def against(row: Figure) -> str:
    """The ratio in words."""
    if row.factor is None:
        return ""
    if row.factor < 1.0:
        text = f"{1.0 / row.factor:.1f} x the cost of {row.beside}"
    else:
        text = f"{row.factor:.1f} x better than {row.beside}"
    return text if row.target is None else f"{text} (aim {row.target:g})"


def document(figures: list[Figure]) -> dict[str, Any]:
    """Everything needed to read the figures later."""
    return {
        "python": sys.version.split()[0],
        "machine": platform.machine(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in PEERS},
        "figures": [figure._asdict() for figure in figures],
    }


def version(name: str) -> str | None:
    """Of an installed package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def say(text: str) -> None:
    """A line at once, as the next may take a minute."""
    print(text, flush=True)


if __name__ == "__main__":
    main()

"""Puts the node's source tree on a board: into its mounted folder, or over its serial port by mpremote."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from hil.node.players import sources

MAIN: Final = "firmware_bridge/node/main.py"
STEP_WITHIN_S: Final = 60
UNTRIED: Final = (
    "This firmware has never run on a board: only under CPython and MicroPython on a computer.\n"
    "Pins, encoder and inclinometer in main.py are examples; until they are filled in, the node knows no\n"
    "angle and does not arm; a held RETURN moves it all the same. Try it with the motor unplugged first."
)


class FlashFailed(Exception):
    """A step did not work."""


def files() -> dict[str, Path]:
    """What goes on the board, path there to file here; main.py also as /main.py, which starts it."""
    tree = sources()
    return {**tree, "main.py": tree[MAIN]}


def folders() -> list[str]:
    """The folders it needs, parents first."""
    found = {str(parent) for name in files() for parent in Path(name).parents if str(parent) != "."}
    return sorted(found)


def steps(port: str) -> list[list[str]]:
    """The commands that copy everything over a serial port."""
    made = [["mpremote", "connect", port, "fs", "mkdir", f":{name}"] for name in folders()]
    copied = [
        ["mpremote", "connect", port, "fs", "cp", str(file), f":{name}"] for name, file in files().items()
    ]
    return [*made, *copied, ["mpremote", "connect", port, "reset"]]


def copy_to(folder: Path) -> int:
    """Copy the tree into a mounted board; how many files."""
    for name, file in files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / name)
    return len(files())


def over_serial(port: str) -> int:
    """Run the steps; how many files. Raises FlashFailed. A folder that is there already is no failure."""
    for step in steps(port):
        done = subprocess.run(step, capture_output=True, text=True, timeout=STEP_WITHIN_S)
        if done.returncode and "mkdir" not in step:
            raise FlashFailed(f"{' '.join(step)}: {(done.stderr or done.stdout).strip()[-300:]}")
    return len(files())

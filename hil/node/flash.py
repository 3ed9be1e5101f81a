"""Puts the node's source tree on a board: into its mounted folder, or over its serial port by mpremote."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hil.node.players import sources

MAIN: Final = "firmware_bridge/node/main.py"
BUILT: Final = "firmware_bridge/node/built.py"
BOARDS: Final = {name: f"firmware_bridge/node/board_{name}.py" for name in ("rp2040", "esp32")}
ROLES: Final = {"table": BUILT, "io": "firmware_bridge/node/built_io.py"}
# For a computer only: traces, and frames in C.
COMPUTERS: Final = frozenset(f"firmware_bridge/node/{name}.py" for name in ("replay", "probe", "wholesale"))
STEP_WITHIN_S: Final = 60
UNTRIED: Final = (
    "This firmware has never run on a board: only under CPython and MicroPython on a computer.\n"
    "Its pins stand in the board's file; say in firmware_bridge/node/built.py what is built in. Until that\n"
    "names an encoder the node knows no angle and does not arm; a held RETURN moves it all the same.\n"
    "Try it with the motor unplugged first."
)


class FlashFailed(Exception):
    """A step did not work."""


def files(board: str, role: str) -> dict[str, Path]:
    """What goes on a board of BOARDS in a role of ROLES, path there to file here.

    Not what only other boards or a computer need; main.py also as /main.py, which starts it.
    """
    tree = sources()
    others = {BOARDS[other] for other in BOARDS if other != board}
    kept = {name: file for name, file in tree.items() if name not in others | COMPUTERS | set(ROLES.values())}
    return {**kept, BUILT: tree[ROLES[role]], "main.py": tree[MAIN]}


def folders(tree: Mapping[str, Path]) -> list[str]:
    """The folders it needs, parents first."""
    return sorted({str(parent) for name in tree for parent in Path(name).parents if str(parent) != "."})


def steps(port: str, tree: Mapping[str, Path]) -> list[list[str]]:
    """The commands that copy everything over a serial port."""
    made = [["mpremote", "connect", port, "fs", "mkdir", f":{name}"] for name in folders(tree)]
    copied = [["mpremote", "connect", port, "fs", "cp", str(file), f":{name}"] for name, file in tree.items()]
    return [*made, *copied, ["mpremote", "connect", port, "reset"]]


def copy_to(folder: Path, tree: Mapping[str, Path]) -> int:
    """Copy the tree into a mounted board; how many files."""
    for name, file in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / name)
    return len(tree)


def over_serial(port: str, tree: Mapping[str, Path]) -> int:
    """Run the steps; how many files. Raises FlashFailed. A folder that is there already is no failure."""
    for step in steps(port, tree):
        done = subprocess.run(step, capture_output=True, text=True, timeout=STEP_WITHIN_S)
        if done.returncode and "mkdir" not in step:
            raise FlashFailed(f"{' '.join(step)}: {(done.stderr or done.stdout).strip()[-300:]}")
    return len(tree)

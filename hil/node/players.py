"""The Pythons that can play a trace through the node's firmware: this one, and each MicroPython at hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from firmware_bridge.node import replay

ROOT: Final = Path(__file__).resolve().parents[2]
MODULE: Final = "firmware_bridge.node.replay"
PORT: Final = ROOT / "hil" / "micropython"  # MicroPython 1.27 for WebAssembly, see its README
WITHIN_S: Final = 240
HEAP_BYTES: Final = 8_000_000  # this port collects garbage only between runs; the firmware itself needs 65 kB
FIELDS: Final = ("duty", "pins", "state", "stage", "fault", "refused", "sent")


class Player(NamedTuple):
    """One Python: its name, and the command that plays a trace file."""

    name: str
    command: Callable[[str, Path, Path, Path], list[str]]  # module, folder with the tree, trace, output


class Played(NamedTuple):
    """What a Python made of a trace. `facts`: what it said about itself, see replay.main."""

    name: str
    output: bytes
    facts: dict[str, str]


class PlayFailed(Exception):
    """The Python ended with an error."""


def sources() -> dict[str, Path]:
    """The tree that goes on a board: path there, file here."""
    files = [ROOT / "firmware_bridge" / "__init__.py", *sorted((ROOT / "firmware_bridge/node").glob("*.py"))]
    return {str(file.relative_to(ROOT)): file for file in files}


def source_bytes() -> int:
    """How much flash the tree takes as it is."""
    return sum(file.stat().st_size for file in sources().values())


def cpython() -> Player:
    """The Python that runs this."""
    return Player(
        "CPython", lambda module, folder, trace, out: [sys.executable, "-m", module, str(trace), str(out)]
    )


def micropythons() -> list[Player]:
    """Every MicroPython at hand: the unix port, and our copy of the WebAssembly port under node.js."""
    found = []
    if unix := shutil.which("micropython"):
        found.append(
            Player(
                "MicroPython, unix port",
                lambda module, folder, trace, out: [
                    *(unix, "-X", "heapsize=256k", "-m", module, str(trace), str(out))
                ],
            )
        )
    if (node := shutil.which("node") or shutil.which("nodejs")) and (PORT / "run.mjs").exists():
        found.append(Player("MicroPython, WebAssembly port", lambda *words: _under_node(node, *words)))
    return found


def _under_node(node: str, module: str, folder: Path, trace: Path, out: Path) -> list[str]:
    listing = folder / "sources.json"
    tree = {str(file.relative_to(folder)): str(file) for file in sorted(folder.rglob("*.py"))}
    listing.write_text(json.dumps(tree))
    return [node, str(PORT / "run.mjs"), module, str(HEAP_BYTES), str(listing), str(trace), str(out)]


def play(
    player: Player, trace: bytes, tree: Mapping[str, Path] | None = None, module: str = MODULE
) -> Played:
    """Play a trace on the firmware, or on another tree. Raises PlayFailed."""
    with tempfile.TemporaryDirectory(prefix="keel-node-") as name:
        folder = Path(name)
        for there, file in (tree or sources()).items():
            (folder / there).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / there)
        given, out = folder / "trace.bin", folder / "out.bin"
        given.write_bytes(trace)
        done = subprocess.run(
            player.command(module, folder, given, out),
            cwd=folder,
            env={**os.environ, "MICROPYPATH": str(folder)},
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
        )
        if done.returncode:
            raise PlayFailed(f"{player.name} ended with {done.returncode}: {done.stderr.strip()[-800:]}")
        facts = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
        return Played(player.name, out.read_bytes(), facts)


def lines(output: bytes) -> Iterator[str]:
    """The output in words, a line a tick."""
    place = 0
    while place < len(output):
        head = output[place : place + replay.OUT_HEAD]
        end = place + replay.OUT_HEAD + head[8]
        duty = int.from_bytes(head[:2], "little", signed=True)
        values = (duty, head[2], head[3], head[4], head[5], head[6] | head[7] << 8)
        sent = output[place + replay.OUT_HEAD : end].hex() or "-"
        yield " ".join(f"{name} {value}" for name, value in zip(FIELDS, (*values, sent), strict=True))
        place = end


def first_difference(wanted: bytes, got: bytes) -> str | None:
    """Where two outputs part, in words; None when they are the same bytes."""
    if wanted == got:
        return None
    ours, theirs = list(lines(wanted)), list(lines(got))
    for tick, (one, other) in enumerate(zip(ours, theirs, strict=False)):
        if one != other:
            return f"tick {tick}: wanted {one}; got {other}"
    return f"{len(ours)} ticks wanted, {len(theirs)} got"

"""The rig file of `keel hil`: what is at the far end, and how fast to go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hil.demo_table import DRIVES
from safety.guard import toml_lines
from safety.guard.toml_lines import Row, Section

SECTIONS: Final = (Section("rig", "what is tested", required=True),)
ROWS: Final = (
    Row("rig", "name", "text", "how people call this rig", default="bench"),
    Row("rig", "kind", "choice", "what stands behind the wire", choices=("bench",), required=True),
    Row("rig", "drive", "choice", "the drive", choices=tuple(DRIVES), default="node"),
    Row("rig", "gear", "choice", "self-locking or back-drivable", choices=("a1", "a2"), default="a1"),
    Row("rig", "speed", "number", "at most so many times real time", "x", 0.1, 200.0, default=20.0),
    Row("rig", "programme", "text", "what is ridden: a shipped programme", default="beginner"),
)


@dataclass(frozen=True, slots=True)
class Rig:
    """One rig."""

    name: str
    kind: str
    drive: str
    gear: str
    speed: float
    programme: str


def load(path: Path) -> Rig:
    """The rig of a file. Raises TomlRefused with every error, OSError when it cannot be read."""
    document = toml_lines.read(path.read_bytes(), path.name, SECTIONS, ROWS)
    return Rig(**document.sections["rig"])

"""Golden frames as data: tests/data/frames, one file a device."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from firmware_bridge.sensors.witmotion import frames as stream
from simulator.devices import witmotion_stream
from simulator.devices.base import Shaft
from tests import frame_chips, frame_codecs
from tests.frame_codecs import Row

STREAM: Final = ("witmotion-serial", "request")
COMMAND: Final = ("witmotion-serial", "command")


class NotedStream(witmotion_stream.WitmotionStreamTwin):
    """Remembers what it was told to write."""

    def __init__(self) -> None:
        super().__init__(Shaft())
        self.heard: list[tuple[int, int]] = []

    def _write(self, register: int, value: int, now_us: int) -> None:
        self.heard.append((register, value))


def stream_heard(data: bytes) -> list[tuple[int, int]]:
    """What the twin understands, in two pieces."""
    twin = NotedStream()
    twin.take(data[:3], 0)
    twin.take(data[3:], 0)
    return twin.heard


MAKERS: Final[dict[tuple[str, str], Callable[[Row], bytes]]] = {
    **frame_codecs.MAKERS,
    **frame_chips.MAKERS,
    COMMAND: lambda row: stream.command(row["register"], row["value"]),
    STREAM: lambda row: witmotion_stream.frame(row["type"], *row["words"]),
}
READERS: Final[dict[tuple[str, str], Callable[[Row, bytes], object]]] = {
    **frame_codecs.READERS,
    **frame_chips.READERS,
    COMMAND: lambda row, data: stream_heard(data),
    STREAM: lambda row, data: stream.Deframer().feed(data),
}
MEANINGS: Final[dict[tuple[str, str], Callable[[Row], object]]] = {
    **frame_codecs.MEANINGS,
    **frame_chips.MEANINGS,
    COMMAND: lambda row: [(row["register"], row["value"])],
    STREAM: lambda row: [(row["type"], tuple(row["words"]))],
}
FOLDER: Final = Path(__file__).parent / "data" / "frames"


class Case(NamedTuple):
    """One golden frame."""

    device: str  # the file's name
    protocol: str
    kind: str  # "request" when the file says nothing
    row: Row

    @property
    def frame(self) -> bytes:
        """Its bytes."""
        hexadecimal = self.row.get("hex")
        return self.row["line"].encode() if hexadecimal is None else bytes.fromhex(hexadecimal)

    @property
    def what(self) -> str:
        """For the test's name."""
        return f"{self.device}: {self.row['what']}"

    @property
    def has_check(self) -> bool:
        """Whether two wrong bits must show in the frame itself; the others' drivers judge more than that."""
        bare = self.kind in ("bare", "never", "damaged", "read", "word", "command")
        weak = self.protocol in ("odrive", "witmotion-serial")
        return not bare and not weak and (self.protocol, self.kind) != ("jrk", "answer")

    def make(self) -> bytes:
        """As the project makes it."""
        return MAKERS[self.protocol, self.kind](self.row)

    def read(self, data: bytes) -> object:
        """What its reader understands. Raises BridgeError."""
        return READERS[self.protocol, self.kind](self.row, data)

    @property
    def meaning(self) -> object:
        """What `read` has to find."""
        return MEANINGS[self.protocol, self.kind](self.row)


def files() -> dict[str, Row]:
    """Every file by its name."""
    return {path.stem: tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))}


def cases() -> list[Case]:
    """Every frame of every file."""
    return [
        Case(name, file["protocol"], row.get("kind", "request"), row)
        for name, file in files().items()
        for row in file["frame"]
    ]

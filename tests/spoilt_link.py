"""A link whose incoming bytes are spoilt now and then, each way an own kind; the same on every run."""

from __future__ import annotations

import random
from typing import Final

from firmware_bridge.ports import ByteLink

KINDS: Final = ("lost", "late", "twice", "again", "torn", "flipped", "merged", "echoed")


class SpoiltLink:
    """Spoils every `every`th chunk while `on`; whoever runs it counts `tick`."""

    def __init__(self, link: ByteLink, kind: str, every: int = 7) -> None:
        self._link = link
        self.kind = kind
        self._every = every
        self._chunks = 0
        self._kept: list[tuple[int, bytes]] = []
        self._written = b""
        self.on = False
        self.tick = 0
        self.count = 0

    @property
    def name(self) -> str:
        """As the link's."""
        return self._link.name

    def write(self, data: bytes) -> None:
        """Not spoilt: a command on its way has a check of its own at the drive."""
        self._written = data
        self._link.write(data)

    def close(self) -> None:
        """Close it."""
        self._link.close()

    def read(self) -> bytes:
        """What has come, spoilt when its turn comes."""
        data = self._link.read()
        due = b"".join(kept for at, kept in self._kept if at <= self.tick)
        self._kept = [item for item in self._kept if item[0] > self.tick]
        if not data or not self.on:
            return due + data
        self._chunks += 1
        if self._chunks % self._every:
            return due + data
        self.count += 1
        return due + self._spoil(data)

    def _spoil(self, data: bytes) -> bytes:
        if self.kind == "lost":
            return b""
        if self.kind in ("late", "again"):
            self._kept.append((self.tick + 1 + self.count % 3, data))
            return b"" if self.kind == "late" else data
        if self.kind == "twice":
            return data + data
        if self.kind == "torn":
            return data[: len(data) * (1 + self.count % 4) // 5]
        if self.kind == "merged":
            return data + b"\x00\xff\x01" + data[: self.count % len(data)]
        if self.kind == "echoed":
            return self._written + data
        place = self.count * 37 % (8 * len(data))
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        return bytes(flipped)


class RandomLink:
    """Everything a line can do to what arrives, drawn anew for each chunk; one seed is one sequence."""

    def __init__(self, link: ByteLink, seed: int, share: float = 0.25) -> None:
        self._link = link
        self._draw = random.Random(seed)
        self._share = share
        self._kept: list[tuple[int, bytes]] = []
        self._held = b""
        self._written = b""
        self.on = False
        self.tick = 0
        self.kinds: tuple[str, ...] = (*KINDS, "noise")
        self.done: list[str] = []

    @property
    def name(self) -> str:
        """As the link's."""
        return self._link.name

    def write(self, data: bytes) -> None:
        """Not spoilt."""
        self._written = data
        self._link.write(data)

    def close(self) -> None:
        """Close it."""
        self._link.close()

    def read(self) -> bytes:
        """What has come, and what was done to it."""
        data = self._link.read()
        due = b"".join(kept for at, kept in self._kept if at <= self.tick)
        self._kept = [item for item in self._kept if item[0] > self.tick]
        if not data or not self.on or self._draw.random() > self._share:
            return due + data
        kind = self._draw.choice(self.kinds)
        self.done.append(kind)
        return due + self._spoil(kind, data)

    def _spoil(self, kind: str, data: bytes) -> bytes:
        draw = self._draw
        if kind in ("late", "again"):
            self._kept.append((self.tick + draw.randint(1, 4), data))
        if kind == "merged":
            held, self._held = self._held, data
            return held + data[: draw.randint(0, len(data))] + data
        if kind == "flipped":
            spoilt = int.from_bytes(data, "big")
            for _ in range(draw.randint(1, 2)):
                spoilt ^= 1 << draw.randrange(8 * len(data))
            return spoilt.to_bytes(len(data), "big")
        return {
            "lost": b"",
            "late": b"",
            "again": data,
            "twice": data + data,
            "torn": data[: draw.randrange(len(data))],
            "echoed": self._written + data,
            "noise": draw.randbytes(draw.randint(1, 12)) + data,
        }[kind]

"""Links whose incoming bytes are spoilt now and then, in every way a line can; the same on every run."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from typing import Final

from firmware_bridge.ports import ByteLink

KINDS: Final = ("lost", "late", "twice", "again", "torn", "flipped", "merged", "echoed")


class _Spoiling(ABC):
    """Spoils what arrives while `on`; whoever runs it counts `tick`. What is sent stays as it is."""

    def __init__(self, link: ByteLink) -> None:
        self._link = link
        self._kept: list[tuple[int, bytes]] = []  # from which tick on it arrives
        self._written = b""
        self.on = False
        self.tick = 0

    @abstractmethod
    def _has_its_turn(self) -> bool:
        """Whether this chunk is spoilt."""

    @abstractmethod
    def _spoil(self, data: bytes) -> bytes:
        """What becomes of it."""

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
        if not data or not self.on or not self._has_its_turn():
            return due + data
        return due + self._spoil(data)

    def _keep(self, data: bytes, ticks: int) -> None:
        self._kept.append((self.tick + ticks, data))


class SpoiltLink(_Spoiling):
    """Spoils every `every`th chunk in one way."""

    def __init__(self, link: ByteLink, kind: str, every: int = 7) -> None:
        super().__init__(link)
        self.kind = kind
        self._every = every
        self._chunks = 0
        self.count = 0

    def _has_its_turn(self) -> bool:
        self._chunks += 1
        spoilt = self._chunks % self._every == 0
        self.count += spoilt
        return spoilt

    def _spoil(self, data: bytes) -> bytes:
        if self.kind in ("late", "again"):
            self._keep(data, 1 + self.count % 3)
        place = self.count * 37 % (8 * len(data))
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        return {
            "lost": b"",
            "late": b"",
            "again": data,
            "twice": data + data,
            "torn": data[: len(data) * (1 + self.count % 4) // 5],
            "merged": data + b"\x00\xff\x01" + data[: self.count % len(data)],
            "echoed": self._written + data,
            "flipped": bytes(flipped),
        }[self.kind]


class LateLink(_Spoiling):
    """Everything so many ticks late."""

    def __init__(self, link: ByteLink, ticks: int) -> None:
        super().__init__(link)
        self._ticks = ticks

    def _has_its_turn(self) -> bool:
        return True

    def _spoil(self, data: bytes) -> bytes:
        self._keep(data, self._ticks)
        return b""


class StuckLink(_Spoiling):
    """As many bytes as have come, but all the same."""

    def __init__(self, link: ByteLink, byte: int) -> None:
        super().__init__(link)
        self._byte = byte

    def _has_its_turn(self) -> bool:
        return True

    def _spoil(self, data: bytes) -> bytes:
        return bytes([self._byte]) * len(data)


class RandomLink(_Spoiling):
    """Everything, drawn anew for each chunk; one seed is one sequence."""

    def __init__(self, link: ByteLink, seed: int, share: float = 0.25) -> None:
        super().__init__(link)
        self._draw = random.Random(seed)
        self._share = share
        self._held = b""
        self.kinds: tuple[str, ...] = (*KINDS, "noise")
        self.done: list[str] = []

    def _has_its_turn(self) -> bool:
        return self._draw.random() <= self._share

    def _spoil(self, data: bytes) -> bytes:
        draw, kind = self._draw, self._draw.choice(self.kinds)
        self.done.append(kind)
        if kind in ("late", "again"):
            self._keep(data, draw.randint(1, 4))
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

"""The hash of the dose ledger that a node keeps: asked for after each handshake, written until confirmed."""

from __future__ import annotations

from typing import Final

from firmware_bridge.codec.node_frames import HEAD_BYTES, Head, HeadReply
from firmware_bridge.node import protocol

AGAIN_MS: Final = 200  # a flash takes its time
NONE: Final = bytes(HEAD_BYTES)


class KeptHead:
    """`kept` is what the node said; `request` what to send to it now."""

    def __init__(self) -> None:
        self.kept: str | None = None
        self._wanted: bytes | None = None
        self._asked_ms: int | None = None

    def begin(self) -> None:
        """A new handshake: what the node keeps is not known any more."""
        self.kept = None
        self._asked_ms = None

    def write(self, head: str) -> None:
        """Keep this one. Raises ValueError when it is no SHA-256 in hex."""
        wanted = bytes.fromhex(head)
        if len(wanted) != HEAD_BYTES or wanted == NONE:
            raise ValueError(
                f"the ledger's head is {head!r}; allowed is a SHA-256 of {2 * HEAD_BYTES} digits"
            )
        if head != self.kept:
            self._wanted, self._asked_ms = wanted, None

    def request(self, now_ms: int) -> Head | None:
        """The question or order that is due."""
        if self.kept is not None and self._wanted is None:
            return None
        if self._asked_ms is not None and now_ms - self._asked_ms < AGAIN_MS:
            return None
        self._asked_ms = now_ms
        if self._wanted is None:
            return Head(protocol.READ, NONE)
        return Head(protocol.WRITE, self._wanted)

    def replied(self, reply: HeadReply) -> None:
        """What the node keeps now, and whether that is what was wanted; if not, it is said again."""
        self.kept = "" if reply.head == NONE else reply.head.hex()
        if reply.head == self._wanted and reply.result == protocol.TAKEN:
            self._wanted = None

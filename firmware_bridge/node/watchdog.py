"""Challenge and response: the host's frames count only while its checks run and its answers come in time.

An answer is good for one use, from 10 ms after the last good one until the window (100 ms) after its
challenge was drawn. So neither a timer thread of a hung host nor a host that wakes up with an old command
in its hand passes. An answer that comes too early is not held against the host, it just does not count.
"""

from firmware_bridge.node import protocol
from firmware_bridge.node.wire import since

EARLIEST_MS = 10


class Watchdog:
    """Draws challenges, judges answers, knows how long ago the last good one came."""

    def __init__(self, seed: int) -> None:
        self.challenge = (seed * 75 + 74) & 0xFFFF
        self.window_ms = 100
        self.refused = 0
        self._drawn_ms = 0
        self._fed_ms = 0
        self._tick = -1
        self.alive = False

    def greet(self, now_ms: int) -> None:
        """A new handshake: a new challenge, no tick seen yet."""
        self._draw(now_ms)
        self._tick = -1

    def judge(self, challenge: int, tick: int, checkpoints: int, answer: int, mask: int, now_ms: int) -> bool:
        """Whether the answer is good; a good one feeds, a bad one is counted."""
        if since(now_ms, self._drawn_ms) > self.window_ms:
            self._draw(now_ms)  # nobody may answer it any more
        elif (
            challenge == self.challenge
            and answer == protocol.answer(challenge, tick, checkpoints)
            and tick != self._tick
            and checkpoints & mask == mask
            and not (self.alive and since(now_ms, self._fed_ms) < EARLIEST_MS)
        ):
            self.alive = True
            self._fed_ms = now_ms
            self._tick = tick
            self._draw(now_ms)
            return True
        self.refused = (self.refused + 1) & 0xFFFF
        return False

    def expired(self, now_ms: int) -> bool:
        """True once when the host has missed its window."""
        if self.alive and since(now_ms, self._fed_ms) > self.window_ms:
            self.alive = False
            return True
        return False

    def _draw(self, now_ms: int) -> None:
        self.challenge = (self.challenge * 75 + 74) % 65537 & 0xFFFF
        self._drawn_ms = now_ms

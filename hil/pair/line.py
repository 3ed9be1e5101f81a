"""The line between guard and node: what is under way, and what may happen to it.

An adversary with a bounded number of acts: it loses what is sent in a tick, doubles it, holds it back or
keeps a copy and puts it in later, before or behind what is sent then. Each frame carries what only the judge
knows.
"""

from __future__ import annotations

from typing import Final, NamedTuple

DOWN, UP = 0, 1  # guard to node, node to guard
ARROWS: Final = (">", "<")
BEFORE, BEHIND = 0, 1


class Sent(NamedTuple):
    """What one end sent in one tick."""

    frames: tuple[bytes, ...]
    at_ms: int
    guard: int  # how many guards have been started by then
    node: int  # how often the node has been started by then
    taken: bool  # it has been given to the other end before


class Line:
    """One of each direction: a pocket with one tick's frames held back, and whether the cable is out."""

    def __init__(self) -> None:
        self.pockets: list[Sent | None] = [None, None]
        self.up: list[Sent] = []  # arrives at the guard before its next tick
        self.is_out = False
        self.out_ticks = 0

    def carried(self, way: int, sent: Sent, act: str) -> list[Sent]:
        """What arrives of it, after this tick's act."""
        arrow = ARROWS[way]
        if self.is_out:
            return []
        if act == f"lose{arrow}":
            return []
        if act == f"hold{arrow}":
            self.pockets[way] = sent
            return []
        if act == f"copy{arrow}":
            self.pockets[way] = sent._replace(taken=True)
        if act == f"twice{arrow}":
            return [sent, sent._replace(taken=True)]
        kept = self.pockets[way]
        if kept is not None and act in (f"before{arrow}", f"behind{arrow}"):
            self.pockets[way] = None
            return [kept, sent] if act.startswith("before") else [sent, kept]
        return [sent]

    def forget(self, now_ms: int, keep_ms: int) -> None:
        """What has been held back for too long is gone."""
        for way, kept in enumerate(self.pockets):
            if kept is not None and now_ms - kept.at_ms > keep_ms:
                self.pockets[way] = None

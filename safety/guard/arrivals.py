"""What clients have sent since the tick before."""

from __future__ import annotations

from typing import NamedTuple

from safety.guard.client import Client
from safety.observation import Proposal


class Asked(NamedTuple):
    """One order that waits for its REPLY."""

    client: Client
    id: int
    order: int


class BeginAsked(NamedTuple):
    """One BEGIN that waits for its REPLY."""

    client: Client
    id: int
    session: int
    rider: str
    tier: int
    cap_cdeg: int
    allowance_ms: int
    bouts: int
    wall_ms: int


class Arrivals:
    """What has come in since the tick before."""

    __slots__ = ("asked", "begins", "orders", "proposal")

    def __init__(self) -> None:
        self.proposal: Proposal | None = None
        self.orders = 0
        self.asked: list[Asked] = []
        self.begins: list[BeginAsked] = []

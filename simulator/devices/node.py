"""The virtual node: the node's real firmware, run 100 times a second on a virtual board."""

from __future__ import annotations

from firmware_bridge.node import protocol
from firmware_bridge.node.brain import Brain
from firmware_bridge.node.config import gains
from firmware_bridge.node.store import MemoryStore
from simulator.devices.node_board import Board

PERIOD_US = 10_000
REPLY_US = 300  # from the last bit of a frame to the first of the answer
BOOT_US = 400_000  # from reset to the first tick


class Node:
    """A Twin. Role "table" drives a motor, role "io" has inputs and outputs only."""

    def __init__(self, role: str, board: Board, gear: str = "a1") -> None:
        self._role = role
        self.board = board
        self._gear = gear
        self._store = MemoryStore()
        self._out: list[tuple[int, bytes]] = []
        self.due_us = PERIOD_US  # however time is cut, there is nothing to sense before
        self.off = False  # fault: its own supply is gone
        self.boots = 0
        self.brain = self._boot(protocol.RESET_POWER)

    def _boot(self, cause: int) -> Brain:
        self.boots += 1
        return Brain(self._role, motor=gains(self._gear), store=self._store, reset_cause=cause)

    @property
    def sounder(self) -> bool:
        """Heard by everybody."""
        return self.brain.sounder and not self.off

    @property
    def lamp(self) -> bool:
        """Seen by the rider."""
        return self.brain.lamp and not self.off

    def reboot(self, now_us: int) -> None:
        """The board's watchdog has bitten: pins open, firmware from the start; the kept numbers stay."""
        self.brain = self._boot(protocol.RESET_WATCHDOG)
        self._out.clear()
        self.board.act(None, True, False)
        self.due_us = now_us + BOOT_US

    def power(self, on: bool, now_us: int) -> None:
        """Take the board's supply away, or give it back."""
        if on and self.off:
            self.brain = self._boot(protocol.RESET_POWER)
            self.due_us = now_us + BOOT_US
        elif not on:
            self._out.clear()
            self.board.act(None, True, False)
        self.off = not on

    def take(self, data: bytes, now_us: int) -> None:
        """Bytes whose last bit has just arrived."""
        if self.off or now_us < self.due_us - PERIOD_US:
            return
        self.brain.take(data, now_us // 1000)
        if self.brain.host.out_size:
            self._out.append((now_us + REPLY_US, self.brain.reply()))

    def step(self, now_us: int) -> None:
        """Let time pass: a tick of the firmware when it is due."""
        if now_us < self.due_us or self.off:
            return
        self.due_us = (now_us // PERIOD_US + 1) * PERIOD_US
        brain = self.brain
        brain.tick(now_us // 1000, *self.board.sample())
        self.board.act(brain.duty_permille if brain.bridge_on else None, brain.brake_closed, brain.enable)
        if brain.host.out_size:
            self._out.append((now_us, brain.reply()))

    def out(self) -> list[tuple[int, bytes]]:
        """Pop what it sends."""
        if not self._out:
            return self._out
        out, self._out = self._out, []
        return out

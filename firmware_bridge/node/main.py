"""The node on its board: one loop for every chip and both roles. NEVER RUN ON A BOARD.

`keel node flash --board ...` copies the tree, and this file as /main.py. What is built in stands in built.py,
pins in board_rp2040.py and board_esp32.py. The inclinometer has no driver on a board yet: WitMotion's is read
by the guard. Without an angle the node does not arm, but a held RETURN creeps up by the motor's back-EMF, so
unplug the motor.
"""

import sys

import machine

from firmware_bridge.node import protocol
from firmware_bridge.node.board import Beat, Board, BoardStore
from firmware_bridge.node.brain import Brain
from firmware_bridge.node.config import gains

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def chip_of(platform: str) -> "Any":
    """The board's file, by what MicroPython says it runs on."""
    if platform == "rp2":
        from firmware_bridge.node import board_rp2040

        return board_rp2040
    if platform == "esp32":
        from firmware_bridge.node import board_esp32

        return board_esp32
    raise RuntimeError("no board file for " + platform + "; there are rp2, esp32")


class Loop:
    """`turn` again and again; the board's own watchdog resets it when a tick takes too long."""

    def __init__(self, chip: "Any", built: "Any", path: str = "/node.txt") -> None:
        self.board = Board(chip, built)
        self.beat = Beat(chip, self.board)
        self._store = BoardStore(chip, path)
        cause = protocol.RESET_POWER
        if machine.reset_cause() == machine.WDT_RESET:
            cause = protocol.RESET_WATCHDOG
        self.brain = Brain(built.ROLE, motor=gains(built.GEAR), store=self._store, reset_cause=cause)
        self._host = self.brain.host
        self._heard = bytearray(64)
        self._store.dog = chip.watchdog(chip.WATCHDOG_MS)
        self.beat.beats = 0

    def turn(self) -> None:
        """What has come, a tick when one is due, what is to be sent."""
        board, beat, host = self.board, self.beat, self._host
        now_ms = beat.now_ms
        size = board.uart.readinto(self._heard) if board.uart.any() else 0
        if size:
            host.take(self._heard, size, now_ms)
        if beat.beats:
            beat.beats = 0
            known = (1 << len(board.inputs)) - 1
            self.brain.tick(now_ms, board.count(), None, board.current_ma(), board.bits(), known)
            board.act(self.brain)
            self._store.dog.feed()
        if host.out_size:
            board.uart.write(host.out, host.out_size)
            host.out_size = 0


def main() -> None:
    """For ever."""
    from firmware_bridge.node import built

    loop = Loop(chip_of(sys.platform), built)
    while True:
        loop.turn()


if __name__ == "__main__":
    main()

"""One node on a board that is not there: `main(GIVEN, OUT)`, the same under any Python.

GIVEN: board (0 rp2040, 1 esp32), role (0 table, 1 io), whether encoder and current are built in, then what
the host sends. OUT: what was done to the board, a line each.
"""

import sys

import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

try:
    from micropython import heap_lock, heap_unlock  # who allocates now gets a MemoryError
except ImportError:

    def heap_lock() -> None:
        """Only there."""

    def heap_unlock() -> None:
        """Only there."""


ZERO_MDEG = 180_000
RETURN_A = 2  # places in the table of the inputs
ESTOP_OK = 4


class Built:
    """As built.py or built_io.py."""

    def __init__(self, role: str, whole: bool) -> None:
        self.ROLE = role
        self.GEAR = "a1"
        self.ENCODER = ("as5600", 1, 1_000, ZERO_MDEG) if whole else None
        self.CURRENT = (1_650, 10) if whole else None


def turn(loop: "Any", ticks: int, heard: bytes = b"") -> None:
    """So many ticks; what the host sends comes in pieces."""
    for tick in range(ticks):
        machine.arrived += heard[tick * 25 : tick * 25 + 25]
        for beat in machine.beats:
            beat(None)
        loop.turn()


def main(given: str, output: str) -> None:
    """Ride, write down."""
    with open(given, "rb") as file:
        words = file.read()
    machine.is_esp32 = words[0] == 1
    from firmware_bridge.node.main import Loop, chip_of

    chip = chip_of("esp32" if words[0] else "rp2")
    machine.counts = (-30 * 512 // 45 + 2_048) & 0xFFF  # at -30 deg
    machine.millivolts = 1_650
    machine.low.add(chip.INPUTS[ESTOP_OK])
    loop = Loop(chip, Built("io" if words[1] else "table", bool(words[2])), "node.txt")
    machine.note("made")
    heard = words[3:]
    turn(loop, len(heard) // 25 + 3, heard)
    machine.note("greeted")
    machine.low.add(chip.INPUTS[RETURN_A])
    turn(loop, 60)
    machine.note(f"held {loop.board.count()} {loop.board.current_ma()}")
    for _ in range(12):  # the loop hangs
        for beat in machine.beats:
            beat(None)
    machine.note("hung")
    machine.low.discard(chip.INPUTS[RETURN_A])
    turn(loop, 60)
    machine.note(f"fed {machine.fed}")
    machine.quiet = True
    heap_lock()
    try:
        for _ in range(20):
            machine.beats[0](None)
            loop.turn()
    finally:
        heap_unlock()
    with open(output, "w") as file:
        file.write("\n".join(machine.log))
    print(f"python {sys.implementation.name} {sys.version}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

"""The far end of the line: the real node on a board with an ideal motor, and the table under it."""

from __future__ import annotations

from typing import Final

from firmware_bridge.node import protocol
from firmware_bridge.node.brain import Brain
from firmware_bridge.node.store import MemoryStore
from hil.pair.numbers import LIMITS, MDPS_PER_PERMILLE, MOTOR, PARK_CDEG, STOPS_CDEG, TICK_MS
from hil.pair.parts import Parts

_ALWAYS: Final = protocol.ESTOP_OK | protocol.ANKLE_A | protocol.ANKLE_B | protocol.LOAD | protocol.SUPPLY_OK


class Table:
    """Truth, and what people do to it."""

    def __init__(self) -> None:
        self.mdeg = PARK_CDEG * 10
        self.mdps = 0
        self.pendant = True
        self.home = False  # RETURN held
        self.held_ticks = 0
        self.off_ticks = 0  # so long the board is still without power


class TableEnd:
    """`moved` by one tick, `heard` frame by frame, then `answered`."""

    def __init__(self) -> None:
        self.table = Table()
        self.store = MemoryStore()
        self.brain = Brain(motor=MOTOR, store=self.store)

    def reboot(self, parts: Parts, ticks: int) -> None:
        """Its memory is gone, what it stored is not. `parts` are those of `brain`."""
        parts.load(Parts(brain=Brain(motor=MOTOR, store=_copy(self.store))).save())
        self.table.off_ticks = ticks

    def moved(self) -> None:
        """The table, by what bridge and brake have done since the last tick; a worm gear holds it else."""
        brain, table = self.brain, self.table
        drives = brain.bridge_on and not brain.brake_closed and not table.off_ticks
        table.mdps = brain.duty_permille * MDPS_PER_PERMILLE if drives else 0
        mdeg = table.mdeg + table.mdps * TICK_MS // 1_000 // 10 * 10
        table.mdeg = max(STOPS_CDEG[0] * 10, min(STOPS_CDEG[1] * 10, mdeg))

    def ticked(self, now_ms: int) -> None:
        """One tick of the firmware, unless it is off."""
        table = self.table
        if table.off_ticks:
            table.off_ticks -= 1
            return
        self.brain.tick(now_ms, table.mdeg, table.mdeg // 10, 0, self._inputs(), protocol.ALL_INPUTS)

    def _inputs(self) -> int:
        table, bits = self.table, _ALWAYS
        bits |= protocol.PENDANT if table.pendant else 0
        bits |= protocol.RETURN_A if table.home else 0
        bits |= protocol.AT_PARK if table.mdeg <= (PARK_CDEG + LIMITS.at_park_cdeg) * 10 else 0
        bits |= protocol.PAST_REST if table.mdeg > LIMITS.rest_switch_cdeg * 10 else 0
        return bits | (protocol.ENABLED if self.brain.enable else 0)


def _copy(store: MemoryStore) -> MemoryStore:
    """What the flash says; a new board's memory is none of the old one's."""
    after = MemoryStore()
    after._values = dict(store._values)
    return after

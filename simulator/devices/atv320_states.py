"""The DRIVECOM states of an ATV320 (CiA 402 without its modes), as its status word shows them."""

from __future__ import annotations

from typing import Final

SWITCH_ON_DISABLED: Final = 0x40
READY: Final = 0x21
SWITCHED_ON: Final = 0x23
OPERATION_ENABLED: Final = 0x27
QUICK_STOP: Final = 0x07
FAULT_REACTION: Final = 0x0F
FAULT: Final = 0x08
POWERED: Final = frozenset({OPERATION_ENABLED, QUICK_STOP, FAULT_REACTION})


class States:
    """The state, and whether the output stage still ramps down after leaving operation."""

    def __init__(self) -> None:
        self.value = SWITCH_ON_DISABLED
        self._ramps_down = False

    @property
    def runs(self) -> bool:
        """Follows the reference."""
        return self.value == OPERATION_ENABLED

    @property
    def powered(self) -> bool:
        """The output stage is on."""
        return self.value in POWERED or self._ramps_down

    @property
    def reacts(self) -> bool:
        """Still busy with the reaction to a fault."""
        return self.value == FAULT_REACTION

    def command(self, word: int) -> None:
        """Bits 0 to 3 of the control word; what does not fit the state is ignored."""
        if not word & 0x02:
            self.cut()
        elif not word & 0x04:
            self.value = QUICK_STOP if self.value == OPERATION_ENABLED else SWITCH_ON_DISABLED
        elif word & 0x07 == 0x06:
            # Out of operation the output drops.
            self.value, self._ramps_down = READY, False
        elif self.value in (READY, OPERATION_ENABLED) and word & 0x0F == 0x07:
            self._ramps_down = self.value == OPERATION_ENABLED
            self.value = SWITCHED_ON
        elif self.value == SWITCHED_ON and word & 0x0F == 0x0F:
            self.value, self._ramps_down = OPERATION_ENABLED, False

    def cut(self) -> None:
        """Voltage disabled."""
        if self.value not in (FAULT, FAULT_REACTION):
            self.value, self._ramps_down = SWITCH_ON_DISABLED, False

    def fail(self, slowly: bool) -> None:
        """A fault; slowly: its reaction keeps the output on until the motor stands."""
        self.value = FAULT_REACTION if slowly and self.powered else FAULT
        self._ramps_down = False

    def stood(self) -> None:
        """The motor stands and its brake is closed."""
        self._ramps_down = False
        if self.value == FAULT_REACTION:
            self.value = FAULT
        elif self.value == QUICK_STOP:
            self.value = SWITCH_ON_DISABLED

    def reset(self) -> None:
        """Out of a fault."""
        if self.value == FAULT:
            self.value = SWITCH_ON_DISABLED

    def shown(self, speed: float) -> int:
        """HMIS: ready, or running."""
        return 4 if self.powered and speed else 2

"""The state machine of CiA 402 (IEC 61800-7-201): statusword 6041h to state, state to controlword 6040h."""

from __future__ import annotations

from typing import Final

NOT_READY, SWITCH_ON_DISABLED, READY, SWITCHED_ON = "not ready", "switch-on disabled", "ready", "switched on"
OPERATION_ENABLED, QUICK_STOP, FAULT_REACTION, FAULT = "enabled", "quick stop", "fault reaction", "fault"

# Mask, value; fault first.
PATTERNS: Final = (
    (0x4F, 0x08, FAULT),
    (0x4F, 0x0F, FAULT_REACTION),
    (0x4F, 0x00, NOT_READY),
    (0x4F, 0x40, SWITCH_ON_DISABLED),
    (0x6F, 0x21, READY),
    (0x6F, 0x23, SWITCHED_ON),
    (0x6F, 0x27, OPERATION_ENABLED),
    (0x6F, 0x07, QUICK_STOP),
)

DISABLE_VOLTAGE, SHUTDOWN, SWITCH_ON, ENABLE_OPERATION = 0x00, 0x06, 0x07, 0x0F
FAULT_RESET: Final = 0x80  # acts on its rise

# One step towards "enabled".
NEXT: Final = {
    NOT_READY: DISABLE_VOLTAGE,
    SWITCH_ON_DISABLED: SHUTDOWN,
    READY: SWITCH_ON,
    SWITCHED_ON: ENABLE_OPERATION,
    QUICK_STOP: DISABLE_VOLTAGE,
}


def state_of(statusword: int) -> str | None:
    """The state, None when no drive of the profile says so."""
    return next((name for mask, value, name in PATTERNS if statusword & mask == value), None)

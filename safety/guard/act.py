"""From one Decision to intents for the drive and the outputs."""

from __future__ import annotations

from typing import Final

from firmware_bridge.ports import Devices
from safety.decision import CUT, LEAVE, MOVE, Decision
from safety.guard import able
from safety.observation import DRIVE_ARMED

TOO_LATE_MS: Final = 100  # a command judged longer ago than this may no longer lead head-down
STOP_CDPS2: Final = 3_000  # protective stop


def act(
    devices: Devices, decision: Decision, drive_state: int, session_open: bool, now_ms: int
) -> str | None:
    """State the intents of this tick; arm while that is missing. Returns why arming is refused."""
    drive = devices.drive
    refused = None
    if drive_state != DRIVE_ARMED and decision.command not in (CUT, LEAVE):
        refused = able.why_not(drive.capabilities) or drive.arm(now_ms).refused
    if decision.command == MOVE:
        drive.move(decision.angle_cdeg, decision.rate_cdps)
    elif decision.command == CUT:
        drive.release()
    elif decision.command == LEAVE:
        drive.yield_to_own_return()
    else:
        # Hold and stop alike: what is not led on must stand at once.
        drive.stop(decision.decel_cdps2 or STOP_CDPS2)
    devices.outputs.set(decision.sounder, decision.lamp, decision.enable, session_open)
    return refused


def take_back_if_late(devices: Devices, decision: Decision, age_ms: int) -> bool:
    """Just before the send: a judgement that is too old sends no head-down command; True when taken back."""
    if age_ms <= TOO_LATE_MS or decision.command != MOVE:
        return False
    if decision.rate_cdps < 0:
        return False
    devices.drive.stop(STOP_CDPS2)
    return True

"""The values behind `r` and `w` of an ODrive v3.x (odrive-interface.yaml, f9b5419c), for the twin.

Typed from the document on its own. Defaults are the factory's as far as the documents say; the
calibrated encoder is what a builder has after commissioning.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

IDLE, CLOSED_LOOP = 1, 8
DECIMAL, WHOLE, READ_ONLY = "decimal", "whole", "read-only"


class Entry(NamedTuple):
    """One value: how it prints, and what it is at the factory."""

    kind: str
    default: float


ENTRIES: Final[dict[str, Entry]] = {
    "hw_version_major": Entry(READ_ONLY, 3),
    "fw_version_major": Entry(READ_ONLY, 0),
    "fw_version_minor": Entry(READ_ONLY, 5),
    "vbus_voltage": Entry(DECIMAL, 24.0),
    "ibus": Entry(DECIMAL, 0.0),
    "axis0.error": Entry(WHOLE, 0),
    "axis0.current_state": Entry(READ_ONLY, IDLE),
    "axis0.requested_state": Entry(WHOLE, 0),
    "axis0.config.watchdog_timeout": Entry(DECIMAL, 0.0),
    "axis0.config.enable_watchdog": Entry(WHOLE, 0),
    "axis0.controller.config.control_mode": Entry(WHOLE, 3),
    "axis0.controller.config.input_mode": Entry(WHOLE, 1),
    "axis0.controller.config.vel_limit": Entry(DECIMAL, 2.0),
    "axis0.controller.config.vel_ramp_rate": Entry(DECIMAL, 1.0),
    "axis0.trap_traj.config.vel_limit": Entry(DECIMAL, 2.0),
    "axis0.trap_traj.config.accel_limit": Entry(DECIMAL, 0.5),
    "axis0.motor.config.torque_lim": Entry(DECIMAL, math.inf),
    "axis0.controller.error": Entry(WHOLE, 0),
    "axis0.motor.error": Entry(WHOLE, 0),
    "axis0.motor.current_control.Iq_measured": Entry(DECIMAL, 0.0),
    "axis0.motor.fet_thermistor.temperature": Entry(DECIMAL, 30.0),
    "axis0.encoder.error": Entry(WHOLE, 0),
    "axis0.encoder.is_ready": Entry(READ_ONLY, 1),
    "axis0.encoder.pos_estimate": Entry(DECIMAL, 0.0),
    "axis0.encoder.vel_estimate": Entry(DECIMAL, 0.0),
    "axis0.min_endstop.endstop_state": Entry(READ_ONLY, 0),
    "axis0.max_endstop.endstop_state": Entry(READ_ONLY, 0),
}


HELP: Final = """\
Please see documentation for more details\r\n\r\nAvailable commands syntax reference:\r\n\
Position: q axis pos vel-lim I-lim\r\nPosition: p axis pos vel-ff I-ff\r\nVelocity: v axis vel I-ff\r\n\
Torque: c axis T\r\nTrajectory: t axis pos\r\nFeedback: f axis"""
INFO: Final = "Hardware version: 3.6-24V\r\nFirmware version: 0.5.1\r\nSerial number: 1234567890AB"


def as_words(words: list[str]) -> list[float] | None:
    """All words as numbers, None when one is not."""
    try:
        return [float(word) for word in words]
    except ValueError:
        return None


def as_value(words: list[str]) -> float | None:
    """The one number after a path."""
    numbers = as_words(words)
    return numbers[0] if numbers and len(numbers) == 1 else None

"""From readings to one Observation: ages by the readings' own times, None for what is unknown."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from firmware_bridge.ports import Devices, MotorDrive
from firmware_bridge.readings import AngleReading, DriveReading, InputsReading
from safety.observation import (
    AGE_MAX_MS,
    DRIVE_OFFLINE,
    UNKNOWN_INPUTS,
    Inputs,
    Observation,
    Proposal,
    Terms,
)

BEYOND: Final = 32_767  # centidegrees or centidegrees per second: no table gets there, a broken reading does
SAMPLES_KEPT: Final = 256  # inputs change rarely
HEAT_UNKNOWN_PERMILLE: Final = 1_000  # at its limit
STALE_MS: Final = 100  # buttons and contacts older than this are unknown
_SILENT: Final = (None, None, AGE_MAX_MS)


def age_ms(at_ms: int, now_ms: int) -> int:
    """How old something is, saturating; what claims to be from the future is of no known age."""
    age = now_ms - at_ms
    return age if 0 <= age < AGE_MAX_MS else AGE_MAX_MS


def observe(
    devices: Devices,
    now_ms: int,
    dt_ms: int,
    late_ms: int,
    proposal: Proposal | None,
    begin: Terms | None,
    orders: int,
    controller_age_ms: int,
    station_age_ms: int,
    test_due: bool = False,
    silence_ms: int | None = None,
) -> Observation:
    """What the rules see in this tick."""
    drive = devices.drive.read()
    a_cdeg, a_cdps, a_age_ms = _angle(drive, now_ms)
    b_cdeg, b_cdps, b_age_ms = _angle(devices.inclinometer.read(), now_ms)
    return Observation(
        min(dt_ms, AGE_MAX_MS),
        min(late_ms, AGE_MAX_MS),
        a_cdeg,
        a_cdps,
        a_age_ms,
        b_cdeg,
        b_cdps,
        b_age_ms,
        *_state(drive, now_ms),
        *_inputs(devices.inputs.read(), now_ms),
        proposal,
        begin,
        orders,
        controller_age_ms,
        station_age_ms,
        None if drive is None else _bounded(drive.effort_permille),
        None if drive is None else _heat_permille(devices.drive, drive),
        test_due,
        *((None, None) if drive is None else (drive.braked, drive.timed_out)),
        silence_ms,
    )


def _state(drive: DriveReading | None, now_ms: int) -> tuple[int, int, int, int]:
    """State, stage of its own return, fault, age."""
    if drive is None:
        return DRIVE_OFFLINE, 0, 0, AGE_MAX_MS
    return drive.state, drive.stage, drive.fault, age_ms(drive.at_ms, now_ms)


def _angle(reading: DriveReading | AngleReading | None, now_ms: int) -> tuple[int | None, int | None, int]:
    if reading is None:
        return _SILENT
    age = age_ms(reading.at_ms, now_ms)
    return _bounded(reading.angle_cdeg), _bounded(reading.rate_cdps), age


def _heat_permille(device: MotorDrive, drive: DriveReading) -> int | None:
    """A drive that should tell its heat and does not counts as one at its limit: nothing begins on it."""
    told = _bounded(drive.heat_permille)
    return HEAT_UNKNOWN_PERMILLE if told is None and device.capabilities.tells_heat else told


def _bounded(value: int | None) -> int | None:
    return value if value is not None and -BEYOND <= value <= BEYOND else None


def _inputs(reading: InputsReading | None, now_ms: int) -> tuple[Inputs, int]:
    if reading is None:
        return UNKNOWN_INPUTS, AGE_MAX_MS
    age = age_ms(reading.at_ms, now_ms)
    return (UNKNOWN_INPUTS if age > STALE_MS else _contacts(reading[2:])), age


@lru_cache(SAMPLES_KEPT)
def _contacts(values: tuple[bool | None, ...]) -> Inputs:
    return Inputs(*values)

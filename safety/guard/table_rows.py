"""Every key of the table file: what it may be and what it is for. The numbers are the design's, section 6."""

from __future__ import annotations

from typing import Final

from firmware_bridge import keys
from firmware_bridge.config import NodeConfig
from firmware_bridge.drives import catalogue
from firmware_bridge.inputs.config import GpioConfig
from firmware_bridge.sensors import catalogue as sensors
from safety import limits
from safety.guard import lever_section
from safety.guard.toml_lines import Row, Section

CAP_DEG: Final = limits.HARD_CAP_CDEG / 100
STOP_MARGIN_DEG: Final = limits.STOP_CLEARANCE_CDEG / 100  # what the worst single fault may overshoot
PARK_MARGIN_DEG: Final = limits.PARK_CLEARANCE_CDEG / 100
PARK_LOW_DEG, PARK_HIGH_DEG = (cdeg / 100 for cdeg in limits.PARK_ALLOWED_CDEG)
DAY_MAX_MIN: Final = 15  # therapy notes, section 5: hard cap of a day
CHECK_IN_MAX_S: Final = limits.CHECK_IN_MAX_MS / 1_000
PASSIVE_NM: Final = {"sides": 65.0, "overhead": 20.0}

SECTIONS: Final = (
    Section("table", "what the machine is", required=True, by="power_loss"),
    Section("stops", "where the metal ends", required=True),
    Section("limits", "how far and how fast this table may go", required=True),
    Section("drive", "the motor and its wire", required=True, by="type"),
    lever_section.SECTION,
    Section("inclinometer", "the second, independent angle", by="type"),
    Section("inputs", "buttons, contacts and switches, when the drive does not carry them", by="type"),
    Section("attendant", "whether a partner must stand beside the table"),
)

_TABLE: Final = (
    Row("table", "name", "text", "how people call this table", required=True),
    Row("table", "gear", "text", "the gear between motor and bed, for the records", default=""),
    Row(
        "table",
        "park_deg",
        "number",
        "upright, where riders get on and off",
        "deg",
        PARK_LOW_DEG,
        PARK_HIGH_DEG,
        default=-70.0,
    ),
    Row(
        "table",
        "power_loss",
        "choice",
        "what brings the rider back without power",
        choices=("battery", "passive"),
        required=True,
    ),
    Row(
        "table",
        "battery_returns",
        "whole",
        "full returns the battery has energy for",
        "returns",
        2,
        100,
        required=True,
        when=("battery",),
    ),
    Row("table", "crank", "flag", "a hand crank is fitted", required=True, when=("battery",)),
    Row(
        "table",
        "passive_moment_nm",
        "number",
        "how foot-heavy the loaded table is, measured",
        "N m",
        0,
        1_000,
        required=True,
        when=("passive",),
    ),
    Row(
        "table",
        "passive_arms",
        "choice",
        "where the arms were when it was measured",
        choices=("sides", "overhead"),
        required=True,
        when=("passive",),
    ),
    Row(
        "table",
        "passive_proved",
        "flag",
        "one unpowered descent with ballast has shown it",
        required=True,
        when=("passive",),
    ),
    Row(
        "table",
        "way_out_after_cut",
        "choice",
        "what moves the table once the motor had to be cut; without one the cap is 30 deg",
        choices=("passive", "second-drive", "none"),
        required=True,
    ),
)
_STOPS: Final = (
    Row("stops", "up_deg", "number", "the stop beyond park", "deg", -90, -62, required=True),
    Row("stops", "down_deg", "number", "the stop head-down", "deg", 11, 90, required=True),
)
_LIMITS: Final = (
    Row("limits", "cap_deg", "number", "the most head-down", "deg", 5, CAP_DEG, required=True),
    Row("limits", "down_dps", "number", "fastest way down", "deg/s", 0.2, 2, default=2.0),
    Row("limits", "up_dps", "number", "way up to horizontal", "deg/s", 1, 2, default=2.0),
    Row("limits", "upright_dps", "number", "from horizontal to park", "deg/s", 0.5, 1.5, default=1.5),
    Row(
        "limits",
        "day_max_min",
        "number",
        "head-down time of a rider in 24 h",
        "min",
        0,
        DAY_MAX_MIN,
        default=15.0,
    ),
    Row("limits", "sessions_a_day", "whole", "sessions of one rider in 24 h", "sessions", 1, 3, default=2),
    Row(
        "limits",
        "check_in_every_s",
        "number",
        "time between check-ins",
        "s",
        15,
        CHECK_IN_MAX_S,
        default=60.0,
    ),
)


def _keys(section: str, device: str, config: type) -> tuple[Row, ...]:
    """The rows of a device whose config class carries its own rules."""
    return tuple(
        Row(
            section,
            key.name,
            key.kind,
            key.help,
            key.unit,
            key.low,
            key.high,
            key.choices,
            key.default,
            required=key.default is None,
            when=(device,),
        )
        for key in keys.keys_of(config)
    )


def _device(section: str, *names: str) -> Row:
    return Row(section, "type", "choice", "which device it is", choices=names, required=True)


def _drive() -> tuple[Row, ...]:
    """The rows of every drive that is known by now."""
    known = catalogue.known()
    rows = (row for name, entry in known.items() for row in _keys("drive", name, entry.config))
    return (_device("drive", *known), *rows)


_INCLINOMETER: Final = (
    _device("inclinometer", "node", *sensors.SENSORS),
    *(row for name, entry in sensors.SENSORS.items() for row in _keys("inclinometer", name, entry.config)),
    Row(
        "inclinometer",
        "offset_deg",
        "number",
        "added to its angle so that horizontal reads 0",
        "deg",
        -180,
        180,
        default=0.0,
        when=tuple(sensors.SENSORS),
    ),
)
_INPUTS: Final = (
    _device("inputs", "node", "gpio"),
    *_keys("inputs", "node", NodeConfig),
    *_keys("inputs", "gpio", GpioConfig),
)
_ATTENDANT: Final = (
    Row(
        "attendant",
        "required",
        "flag",
        "a partner must stand beside, and press a button at the table before each session",
        default=False,
    ),
)


def rows() -> tuple[Row, ...]:
    """Every key of the file, those of a drive from another package too once it has been named."""
    return (*_TABLE, *_STOPS, *_LIMITS, *_drive(), *lever_section.ROWS, *_INCLINOMETER, *_INPUTS, *_ATTENDANT)


ROWS: Final = rows()

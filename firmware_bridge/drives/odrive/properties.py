"""Properties and commands of an ODrive v3.x, firmware 0.5.x, that the driver uses, with units and source.

Angles are turns of the motor, so the gear's ratio stands between them and the bed. Paths are those of axis 0.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Kind = Literal["decimal", "whole", "pair", "complaint", "no_motor", "no_form"]

YAML: Final = "odrive-interface.yaml f9b5419c"
ASCII: Final = "ascii-protocol.rst f9b5419c"


class Property(NamedTuple):
    """One value behind `r` and `w`."""

    name: str
    path: str
    unit: str
    kind: Kind
    source: str


class Command(NamedTuple):
    """One command; only those that answer have a kind."""

    name: str
    form: str
    kind: Kind | None
    feeds: bool  # the watchdog
    source: str


P: Final = Property
FIRMWARE_MAJOR: Final = P("firmware, major", "fw_version_major", "", "whole", YAML)
FIRMWARE_MINOR: Final = P("firmware, minor", "fw_version_minor", "", "whole", YAML)
POSITION: Final = P("position", "axis0.encoder.pos_estimate", "turn", "decimal", YAML)
CURRENT: Final = P("motor current", "axis0.motor.current_control.Iq_measured", "A", "decimal", YAML)
# UNVERIFIED: at how many degrees it sets the bit of over temperature stands in no document read.
HEAT: Final = P("bridge temperature", "axis0.motor.fet_thermistor.temperature", "degC", "decimal", YAML)
STATE: Final = P("axis state", "axis0.current_state", "", "whole", YAML)
REQUEST: Final = P("requested axis state", "axis0.requested_state", "", "whole", YAML)
ERROR: Final = P("axis error", "axis0.error", "", "whole", YAML)
# UNVERIFIED: that flags and states print as plain whole numbers.
ENCODER_READY: Final = P("encoder ready", "axis0.encoder.is_ready", "", "whole", YAML)
CONTROL_MODE: Final = P("control mode", "axis0.controller.config.control_mode", "", "whole", YAML)
INPUT_MODE: Final = P("input mode", "axis0.controller.config.input_mode", "", "whole", YAML)
VELOCITY_LIMIT: Final = P("velocity limit", "axis0.controller.config.vel_limit", "turn/s", "decimal", YAML)
VELOCITY_RAMP: Final = P("velocity ramp", "axis0.controller.config.vel_ramp_rate", "turn/s2", "decimal", YAML)
WATCHDOG: Final = P("watchdog timeout", "axis0.config.watchdog_timeout", "s", "decimal", YAML)
WATCHDOG_ON: Final = P("watchdog enabled", "axis0.config.enable_watchdog", "", "whole", YAML)

C: Final = Command
FEEDBACK: Final = C("feedback", "f 0", "pair", False, ASCII)
VELOCITY: Final = C("velocity", "v 0 {:.6f} 0", None, True, ASCII)
FEED: Final = C("feed the watchdog", "u 0", None, True, ASCII)
CLEAR: Final = C("clear errors", "sc", None, False, ASCII)

# Axis states.
IDLE, CLOSED_LOOP = 1, 8
STATES: Final = range(1, 14)

# Modes of the controller. 2 = velocity ramp stands in the notes; control mode 2 = velocity in the interface.
VELOCITY_CONTROL, VELOCITY_RAMP_INPUT = 2, 2

WATCHDOG_EXPIRED: Final = 1 << 11
# UNVERIFIED: the enable relay wired to the e-stop input shows as this bit, and clears with the watchdog's.
ESTOP: Final = 1 << 14
ERROR_NAMES: Final = {
    0: "invalid state",
    6: "motor failed",
    8: "encoder failed",
    9: "controller failed",
    11: "watchdog expired",
    12: "lower end stop",
    13: "upper end stop",
    14: "e-stop",
    17: "homing without end stop",
    18: "over temperature",
}

WATCHDOG_MS: Final = 140
LONGEST_WATCHDOG_S: Final = 0.2
FIRMWARE: Final = "0.5"
DEAD: Final = "a dead host would not stop it"


def read(wanted: Property) -> str:
    """The line that asks for it."""
    return f"r {wanted.path}"


def write(wanted: Property, value: float) -> str:
    """The line that sets it; nothing answers."""
    return f"w {wanted.path} {value:.6f}" if wanted.kind == "decimal" else f"w {wanted.path} {value:.0f}"


def error_text(error: int) -> str:
    """The bits of an axis error in words."""
    bits = [bit for bit in range(error.bit_length()) if error >> bit & 1]
    return ", ".join(ERROR_NAMES.get(bit, f"bit {bit}") for bit in bits)


class Setting(NamedTuple):
    """What a property must be before anybody lies on the table, and the range that is still acceptable."""

    of: Property
    wanted: float
    least: float
    most: float
    why: str

    def allows(self, value: float) -> bool:
        """Whether the value found will do; the drive's numbers are 32-bit floats."""
        return self.least * 0.9999 <= value <= self.most * 1.0001


def settings(turns_s_max: float, turns_s2: float) -> tuple[Setting, ...]:
    """For a gear: the fastest the motor may ever turn, and its ramp. The watchdog is switched on last."""
    low, high = turns_s_max, turns_s2
    return (
        Setting(WATCHDOG, WATCHDOG_MS / 1_000, 0.02, LONGEST_WATCHDOG_S, f"0 is off: {DEAD}"),
        Setting(CONTROL_MODE, VELOCITY_CONTROL, 2, 2, "the position loop is the guard's"),
        Setting(INPUT_MODE, VELOCITY_RAMP_INPUT, 2, 2, "without a ramp each command is a jerk"),
        Setting(VELOCITY_LIMIT, low, low / 2, low, "8 deg/s of the bed is the most a fault may reach"),
        Setting(VELOCITY_RAMP, high, high / 2, high * 2, "the protective stop takes 30 deg/s2"),
        Setting(WATCHDOG_ON, 1, 1, 1, DEAD),
    )

"""Virtual twin of one axis of an ODrive v3.x, firmware 0.5.x, behind its ASCII protocol.

Typed from docs/ascii-protocol.rst, ascii_protocol.cpp and odrive-interface.yaml (f9b5419c), not from the
driver. Whoever owns the shaft moves it: the world's plant lets it follow `wanted_deg`
while `armed`, and `follow=True` makes an ideal shaft of it. The encoder counts from where it was switched on.
"""

from __future__ import annotations

import math
from typing import Final

from simulator.devices.base import Shaft
from simulator.devices.odrive_values import (
    CLOSED_LOOP,
    DECIMAL,
    ENTRIES,
    HELP,
    IDLE,
    INFO,
    READ_ONLY,
    as_value,
    as_words,
)
from simulator.devices.warmth import Warmth

LONGEST_LINE: Final = 256
ENDS: Final = b"\r\n!"
REPLY_US: Final = 500  # UNVERIFIED: a task of its own answers
LONGEST_STEP_US: Final = 1_000
ERROR_WATCHDOG, ERROR_ESTOP, ERROR_INVALID_STATE = 0x800, 0x4000, 0x1
TORQUE, VELOCITY, POSITION = 1, 2, 3
RAMP, TRAJECTORY = 2, 5
MOTOR_VERBS: Final = {"p": 2, "q": 2, "v": 2, "c": 2, "t": 2, "es": 2, "f": 1, "u": 1}  # numbers at least
GAIN_PER_S: Final = 20.0  # factory: pos_gain

AXIS: Final = "axis0."
HEAT: Final = AXIS + "motor.fet_thermistor.temperature"
LOOP: Final = AXIS + "controller.config."
TRAJECTORY_ACCEL: Final = AXIS + "trap_traj.config.accel_limit"
TRAJECTORY_LIMIT, TORQUE_LIMIT = AXIS + "trap_traj.config.vel_limit", AXIS + "motor.config.torque_lim"
TIMEOUT, ENABLED = AXIS + "config.watchdog_timeout", AXIS + "config.enable_watchdog"


class Odrive:
    """Values, motor and watchdog; its serial line too, as a Twin."""

    due_us = 0  # always something to do

    def __init__(self, shaft: Shaft, turns_per_degree: float = 200 / 360, follow: bool = False) -> None:
        self.shaft = shaft
        self.estop = False  # its e-stop input, from the enable relay
        self.current_a = 0.0  # from whoever knows the load
        self.error = 0
        self.state = IDLE
        self.warmth = Warmth(driver=ENTRIES[HEAT].default)
        self.locked: frozenset[str] = frozenset()  # values that do not change when written
        self._per_degree = turns_per_degree
        self._follow = follow
        self._values: dict[str, float] = {path: entry.default for path, entry in ENTRIES.items()}
        self._saved = dict(self._values)  # survives a power cycle
        self._zero_turns = shaft.angle_deg * turns_per_degree
        self._setpoint = shaft.angle_deg * turns_per_degree  # turns from horizontal
        self._speed = 0.0
        self._target = 0.0
        self._target_speed = 0.0
        self._fed_us = 0
        self._now_us = 0
        self._line = bytearray()
        self._out: list[tuple[int, bytes]] = []

    # What the world sees

    @property
    def armed(self) -> bool:
        """Whether the motor has torque and follows the setpoint."""
        return self.state == CLOSED_LOOP

    @property
    def wanted_deg(self) -> float:
        """Where the loops want the bed."""
        return self._setpoint / self._per_degree

    @property
    def wanted_rate_dps(self) -> float:
        """How fast they want it."""
        return self._speed / self._per_degree

    def power_cycle(self) -> None:
        """Off and on: what was not saved is gone, and the encoder counts from here."""
        self._values = dict(self._saved)
        self.error, self.state = 0, IDLE
        self._zero_turns = self.shaft.angle_deg * self._per_degree
        self._line.clear()

    def value(self, path: str) -> float:
        """One value, as `r` shows it."""
        if path == HEAT:
            return self.warmth.tell("driver")
        return self._live().get(path, self._values[path])

    def put(self, path: str, value: float) -> None:
        """Set a value as a person with odrivetool does."""
        self._values[path] = value

    # Serial line

    def take(self, data: bytes, now_us: int) -> None:
        """Bytes of the host."""
        self.step(now_us)
        for byte in data:
            if byte not in ENDS:
                self._line.append(byte)
            else:
                line, self._line = bytes(self._line), bytearray()
                if line and len(line) < LONGEST_LINE:
                    self._obey(line)

    def step(self, now_us: int) -> None:
        """Let time pass."""
        while self._now_us < now_us:
            dt_us = min(LONGEST_STEP_US, now_us - self._now_us)
            # After a pause of seconds nothing is gained by a million small steps.
            dt_us = max(dt_us, (now_us - self._now_us) // 1_000)
            self._now_us += dt_us
            self._check()
            self._move(dt_us / 1e6)
            if self._follow and self.armed:
                self.shaft.angle_deg, self.shaft.rate_dps = self.wanted_deg, self.wanted_rate_dps
            elif self._follow:
                self.shaft.rate_dps = 0.0

    def out(self) -> list[tuple[int, bytes]]:
        """Pop the answers."""
        out, self._out = self._out, []
        return out

    def _obey(self, line: bytes) -> None:
        body, star, told = line.rpartition(b"*")
        if star:
            if not told.isdigit() or int(told) != checksum(body):
                return  # dropped without a word
        else:
            body = told
        words = body.split(b";")[0].decode("ascii", "replace").split()
        if not words:
            return
        reply = self._command(words[0], words[1:])
        if reply is not None:
            data = reply.encode("ascii")
            tail = b"*%d" % checksum(data) if star else b""
            self._out.append((self._now_us + REPLY_US, data + tail + b"\r\n"))

    def _command(self, verb: str, words: list[str]) -> str | None:
        if verb in ("r", "w"):
            return self._property(verb, words)
        if verb in ("sc", "ss", "se", "sr"):
            self._system(verb)
            return None
        if verb in ("i", "h"):
            return INFO if verb == "i" else HELP
        if verb not in MOTOR_VERBS:
            return "unknown command"
        numbers = as_words(words)
        if numbers is None or len(numbers) < MOTOR_VERBS[verb]:
            return "invalid command format"
        if numbers[0] != 0:
            return f"invalid motor {numbers[0]:.0f}"
        return self._motor(verb, numbers[1:])

    def _system(self, verb: str) -> None:
        """Clear errors, save, erase what was saved, reboot."""
        if verb == "sc":
            self.error = 0
        elif verb == "ss":
            self._saved = dict(self._values)
        else:
            if verb == "se":
                self._saved = {path: entry.default for path, entry in ENTRIES.items()}
            self.power_cycle()  # after erasing, too

    def _motor(self, verb: str, numbers: list[float]) -> str | None:
        if verb == "f":
            position, velocity = self._estimates()
            return f"{position:.6f} {velocity:.6f}"
        self._fed_us = self._now_us
        if verb == "v":
            self._values[LOOP + "control_mode"] = VELOCITY
            self._target_speed = numbers[0]
        elif verb == "c":
            self._values[LOOP + "control_mode"] = TORQUE
            self._target_speed = 0.0  # an ideal shaft has no inertia that a torque could turn
        elif verb == "es":
            self._zero_turns = self.shaft.angle_deg * self._per_degree - numbers[0]
        elif verb in "pqt":
            self._go_to(verb, numbers)
        return None

    def _go_to(self, verb: str, numbers: list[float]) -> None:
        self._values[LOOP + "control_mode"] = POSITION
        self._target = numbers[0] + self._zero_turns
        self._target_speed = numbers[1] if verb == "p" and len(numbers) > 1 else 0.0
        if verb == "q":
            self._values |= dict(zip((LOOP + "vel_limit", TORQUE_LIMIT), numbers[1:], strict=False))
        elif verb == "t":
            self._values[LOOP + "input_mode"] = TRAJECTORY

    def _property(self, verb: str, words: list[str]) -> str | None:
        if not words or words[0] not in ENTRIES:
            return "invalid property"
        path = words[0]
        if verb == "r":
            value = self.value(path)
            return f"{value:.6f}" if ENTRIES[path].kind == DECIMAL else f"{value:.0f}"
        value_or_none = as_value(words[1:])
        if value_or_none is None or ENTRIES[path].kind == READ_ONLY:
            return "invalid property" if value_or_none is not None else "invalid command format"
        if path not in self.locked:
            self._values[path] = value_or_none
            if path == AXIS + "requested_state":
                self._request(round(value_or_none))
        return None

    # Axis

    def _request(self, state: int) -> None:
        if state == CLOSED_LOOP and self._values[AXIS + "encoder.is_ready"]:
            if self.error:
                return  # falls back to idle at once; UNVERIFIED that it notes nothing more
            if not self.armed:
                self._setpoint, self._speed = self.shaft.angle_deg * self._per_degree, 0.0
                self._target = self._setpoint
            self.state = CLOSED_LOOP
        elif state == IDLE:
            self._disarm(0)
        else:
            self._disarm(ERROR_INVALID_STATE)

    def _disarm(self, error: int) -> None:
        self.error |= error
        self.state = IDLE
        self._speed = self._target_speed = 0.0

    def _check(self) -> None:
        timeout_us = self._values[TIMEOUT] * 1e6
        if self._values[ENABLED] and self._now_us - self._fed_us > timeout_us:
            self._disarm(ERROR_WATCHDOG)
        if self.estop:
            self._disarm(ERROR_ESTOP)

    def _move(self, dt_s: float) -> None:
        if not self.armed:
            self._setpoint = self.shaft.angle_deg * self._per_degree
            return
        fastest = self._values[LOOP + "vel_limit"]
        wanted = self._target_speed
        if self._values[LOOP + "control_mode"] == POSITION:
            wanted += GAIN_PER_S * (self._target - self._setpoint)
        wanted = max(-fastest, min(fastest, wanted))
        most = math.inf
        if self._values[LOOP + "input_mode"] == TRAJECTORY:  # UNVERIFIED: that a later `v` ends it
            accel = self._values[TRAJECTORY_ACCEL]
            brakes = math.sqrt(2 * accel * abs(self._target - self._setpoint))
            fastest = min(self._values[TRAJECTORY_LIMIT], brakes)
            wanted, most = max(-fastest, min(fastest, wanted)), accel * dt_s
        elif self._values[LOOP + "input_mode"] == RAMP:
            most = self._values[LOOP + "vel_ramp_rate"] * dt_s
        wanted = self._speed + max(-most, min(most, wanted - self._speed))
        self._speed = wanted
        self._setpoint += wanted * dt_s

    def _estimates(self) -> tuple[float, float]:
        position = self.shaft.angle_deg * self._per_degree - self._zero_turns
        return position, self.shaft.rate_dps * self._per_degree

    def _live(self) -> dict[str, float]:
        position, velocity = self._estimates()
        return {
            AXIS + "encoder.pos_estimate": position,
            AXIS + "encoder.vel_estimate": velocity,
            AXIS + "motor.current_control.Iq_measured": self.current_a if self.armed else 0.0,
            AXIS + "current_state": self.state,
            AXIS + "error": self.error,
        }


def checksum(data: bytes) -> int:
    """XOR of all bytes before the asterisk."""
    total = 0
    for byte in data:
        total ^= byte
    return total

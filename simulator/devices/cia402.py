"""Virtual twin of a CiA 402 drive on RS-485, profile velocity mode, driven by a register list of its own.

The list (`cia402_map.toml`) is typed for itself; the host's map is another file. States and transitions are
those of the profile (IEC 61800-7-201). What a real drive does on a lost host differs; here it stops by its
quick-stop ramp and then reports a fault with the torque off (UNVERIFIED for any real drive).
"""

from __future__ import annotations

import importlib.resources
import struct
import tomllib
from collections.abc import Sequence
from typing import Any, Final

from simulator.devices.base import Shaft
from simulator.devices.modbus_slave import ILLEGAL_ADDRESS, ILLEGAL_VALUE, Refusal, RtuSlave
from simulator.devices.ramp import Ramp

C35_US: Final = 1_750
REPLY_US: Final = 2_000
LONGEST_STEP_US: Final = 1_000
BRAKE_US: Final = 100_000
PROFILE_VELOCITY: Final = 3
QUICK_STOP_RPM_S: Final = 6_000.0
RPM_S_A_COUNT: Final = 1.0

DISABLED, READY, SWITCHED_ON, ENABLED, QUICK_STOP, FAULT = range(6)
STATUS: Final = {DISABLED: 0x0240, READY: 0x0231, SWITCHED_ON: 0x0233, ENABLED: 0x0237, QUICK_STOP: 0x0217}
FAULT_STATUS: Final = 0x0218


class Cia402:
    """Registers, state machine, motor and watchdog; its serial line too, as a Twin."""

    due_us = 0  # always something to do
    functions = frozenset({0x03, 0x06, 0x10})

    def __init__(
        self,
        shaft: Shaft,
        gear_ratio: float = 600.0,  # turns of the motor for one of the table; negative: positive is up
        follow: bool = False,
        locked: bool = False,  # refuses to write parameters
        give_up_us: int | None = None,
    ) -> None:
        text = (importlib.resources.files("simulator.devices") / "cia402_map.toml").read_text()
        self._list: dict[str, Any] = tomllib.loads(text)
        self.shaft = shaft
        self.unit: int = self._list["unit"]
        self.current_ma = 0  # from whoever knows the load
        self.error = 0
        self.state = DISABLED
        self.locked = locked
        self.powered = True  # the bus
        self.ramp = Ramp()  # r/min
        self._follow = follow
        self._dps_per_rpm = 6.0 / gear_ratio
        self._counts_per_deg = gear_ratio * self._list["counts_per_motor_turn"] / 360.0
        self._zero_deg = shaft.angle_deg
        self._values = self._factory()
        self._slave = RtuSlave(self, self.unit, C35_US, REPLY_US, give_up_us)
        self._now_us = 0
        self._heard_us: int | None = None
        self._heard_frames = 0
        self._enabled_us = 0
        self._lost = False  # the host, and stopping because of it

    def _factory(self) -> dict[int, int]:
        values = {
            place: 0 for first, last in self._list["readable"].values() for place in range(first, last + 1)
        }
        values.update({int(place, 16): value for place, value in self._list["factory"].items()})
        return values

    def register(self, index: str) -> int:
        """First register of an object."""
        first: int = self._list["objects"][index][0]
        return first

    # What the world sees

    @property
    def excited(self) -> bool:
        """Whether the motor has current."""
        return self.state in (ENABLED, QUICK_STOP)

    @property
    def brake_closed(self) -> bool:
        """The drive's own brake output."""
        return not self.excited or self._now_us - self._enabled_us < BRAKE_US

    @property
    def wanted_dps(self) -> float:
        """The speed that the motor is led at, of the table."""
        return self.ramp.speed * self._dps_per_rpm

    def power_cycle(self) -> None:
        """Off and on: settings as at the factory, the encoder counts from here."""
        self._values = self._factory()
        self.state, self.error, self._heard_us = DISABLED, 0, None
        self._zero_deg = self.shaft.angle_deg

    # Serial line

    def take(self, data: bytes, now_us: int) -> None:
        """Bytes of the host."""
        self._advance(now_us)
        self._slave.take(data, now_us)
        self._count_frames(now_us)

    def step(self, now_us: int) -> None:
        """Let time pass."""
        self._slave.step(now_us)
        self._count_frames(now_us)
        self._advance(now_us)

    def out(self) -> list[tuple[int, bytes]]:
        """Pop the answers."""
        return self._slave.out()

    def heard(self, now_us: int) -> None:
        """A request for this unit came: feeds the time-out."""
        self._heard_us = now_us

    def _count_frames(self, now_us: int) -> None:
        if self._slave.good_frames != self._heard_frames:
            self._heard_frames = self._slave.good_frames
            self.heard(now_us)

    # Time

    def _advance(self, now_us: int) -> None:
        while self._now_us < now_us:
            dt_us = min(LONGEST_STEP_US, now_us - self._now_us)
            # After a pause of seconds nothing is gained by a million small steps.
            dt_us = max(dt_us, (now_us - self._now_us) // 1_000)
            self._now_us += dt_us
            self._watch()
            self._run(dt_us / 1e6)
            if self._follow:
                moves = self.excited and not self.brake_closed
                self.shaft.rate_dps = self.wanted_dps if moves else 0.0
                self.shaft.angle_deg += self.shaft.rate_dps * dt_us / 1e6

    def _watch(self) -> None:
        timing = self._list["communication"]
        timeout_us = self._values[timing["timeout"]] * timing["timeout_ms"] * 1_000
        if self._heard_us is not None and self._now_us - self._heard_us > timeout_us > 0 and self.excited:
            self.state, self._lost = QUICK_STOP, True
        if not self.powered and self.excited:
            self.state = DISABLED

    def _run(self, dt_s: float) -> None:
        acceleration = max(1, self._values[self.register("6083")]) * RPM_S_A_COUNT
        stopping = self.state == QUICK_STOP
        self.ramp.speed_up = acceleration
        self.ramp.slow_down = QUICK_STOP_RPM_S if stopping else acceleration
        runs = self.state == ENABLED and not self.brake_closed
        runs = runs and self._values[self.register("6060")] == PROFILE_VELOCITY
        self.ramp.step(self._target_rpm() if runs else 0.0, dt_s)
        if not self.excited:
            self.ramp.speed = 0.0
        if stopping and self.ramp.speed == 0.0:
            self.state = FAULT if self._lost else DISABLED
            self.error = self._list["communication"]["fault"] if self._lost else 0
            self._lost = False

    def _target_rpm(self) -> float:
        first = self.register("60FF")
        (tenths,) = struct.unpack(">i", struct.pack(">HH", self._values[first], self._values[first + 1]))
        return float(tenths) / 10

    # Registers

    def read(self, address: int, count: int) -> list[int]:
        """A block without holes."""
        last = address + count - 1
        if not any(first <= address and last <= end for first, end in self._list["readable"].values()):
            raise Refusal(ILLEGAL_ADDRESS)
        live = self._live()
        return [live.get(place, self._values[place]) for place in range(address, last + 1)]

    def write(self, address: int, values: Sequence[int]) -> None:
        """Settings, or control and target."""
        settings, control = self._list["readable"]["settings"], self._list["readable"]["control"]
        places = range(address, address + len(values))
        if not all(control[0] <= place <= control[1] for place in places):
            if not all(settings[0] <= place <= settings[1] for place in places):
                raise Refusal(ILLEGAL_ADDRESS)
            if self.locked:
                raise Refusal(ILLEGAL_VALUE)
        before = self._values[self.register("6040")]
        self._values.update(zip(places, values, strict=True))
        if self.register("6040") in places:
            self._control(before, self._values[self.register("6040")])

    def _control(self, before: int, word: int) -> None:
        """Transitions of the profile, by their commands."""
        if self.state == FAULT:
            if word & 0x80 and not before & 0x80:
                self.state, self.error = DISABLED, 0
        elif not word & 0x02 or not self.powered:
            self.state = DISABLED
        elif not word & 0x04:
            self.state = QUICK_STOP if self.excited else DISABLED
        elif word & 0x87 == 0x06:
            self.state = READY
        elif word & 0x8F == 0x07 and self.state != DISABLED:
            self.state = SWITCHED_ON
        elif word & 0x8F == 0x0F and self.state in (SWITCHED_ON, ENABLED):
            self._enabled_us = self._now_us if self.state == SWITCHED_ON else self._enabled_us
            self.state = ENABLED

    def _live(self) -> dict[int, int]:
        counts = round((self.shaft.angle_deg - self._zero_deg) * self._counts_per_deg)
        tenths = round(self.shaft.rate_dps / self._dps_per_rpm * 10)
        position, velocity = self.register("6064"), self.register("606C")
        upper, lower = struct.unpack(">HH", struct.pack(">i", counts))
        fast, slow = struct.unpack(">HH", struct.pack(">i", tenths))
        return {
            self.register("6041"): STATUS.get(self.state, FAULT_STATUS),
            self.register("603F"): self.error,
            position: upper,
            position + 1: lower,
            velocity: fast,
            velocity + 1: slow,
        }

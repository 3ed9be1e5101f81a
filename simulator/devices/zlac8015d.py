"""Virtual twin of the ZLAC8015D on RS-485: registers, left motor in speed mode, offline protection.

Whoever owns the shaft moves it: a world's motor follows `wanted_dps` while `excited`, and `follow=True` makes
an ideal shaft of it. The encoder counts from where the twin was made. What the offline protection does stands
in no document: here the motor stops by the e-stop ramp and is then switched off (UNVERIFIED).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from simulator.devices.base import Shaft
from simulator.devices.modbus_slave import ILLEGAL_ADDRESS, ILLEGAL_VALUE, Refusal, RtuSlave
from simulator.devices.ramp import Ramp
from simulator.devices.warmth import Warmth
from simulator.devices.zlac8015d_registers import ENTRIES

C35_US: Final = 1_750
REPLY_US: Final = 3_000  # UNVERIFIED
LONGEST_STEP_US: Final = 1_000
BRAKE_US: Final = 100_000  # Y0 opens so long after the motor has current (UNVERIFIED)
FIRST_COMMAND: Final = 0x2088  # those before it are parameters, but for the control word
EMERGENCY, CLEAR, STOP, ENABLE = 0x05, 0x06, 0x07, 0x08
SPEED_MODE: Final = 3
HEAT: Final = 0x20A4  # left motor in the high byte, right motor, degC


class Zlac8015d:
    """Registers, left motor and watchdog; its serial line too, as a Twin."""

    due_us = 0  # always something to do
    functions = frozenset({0x03, 0x06, 0x10})

    def __init__(
        self,
        shaft: Shaft,
        unit: int = 1,
        gear_ratio: float = 600.0,  # turns of the motor for one of the table; negative: positive is up
        counts_per_turn: int = 4_096,
        follow: bool = False,
        locked: bool = False,  # refuses to write parameters
        give_up_us: int | None = None,
    ) -> None:
        self.shaft = shaft
        self.unit = unit
        self.current_ma = 0  # from whoever knows the load
        self.fault = 0
        self.locked = locked
        self.ramp = Ramp()  # r/min
        self.warmth = Warmth(motor=ENTRIES[HEAT].default >> 8)
        self.powered = True  # the bus
        self._dps_per_rpm = 6.0 / gear_ratio
        self._counts_per_deg = gear_ratio * counts_per_turn / 360.0
        self._zero_deg = shaft.angle_deg
        self._follow = follow
        self._values = {address: entry.default for address, entry in ENTRIES.items()}
        self._slave = RtuSlave(self, unit, C35_US, REPLY_US, give_up_us)
        self._now_us = 0
        self._heard_us: int | None = None
        self._heard_frames = 0
        self._excited_us: int | None = None
        self._stopping = False  # on the way to being switched off
        self.offline = False

    # What the world sees

    @property
    def excited(self) -> bool:
        """Whether the motor has current."""
        return self._excited_us is not None

    @property
    def brake_closed(self) -> bool:
        """The brake on output Y0."""
        return self._excited_us is None or self._now_us - self._excited_us < BRAKE_US

    @property
    def wanted_dps(self) -> float:
        """The speed that the motor is led at, of the table."""
        return self.ramp.speed * self._dps_per_rpm

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
        """A request for this unit came: feeds the offline protection."""
        self._heard_us, self.offline = now_us, False

    def power_cycle(self) -> None:
        """Off and on: what was not saved is gone, and the counts begin anew."""
        self._off()
        self._values = {address: entry.default for address, entry in ENTRIES.items()}
        self._zero_deg = self.shaft.angle_deg
        self._heard_us = None

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
            if self._follow and self.excited and not self.brake_closed:
                self.shaft.rate_dps = self.wanted_dps
                self.shaft.angle_deg += self.shaft.rate_dps * dt_us / 1e6
            elif self._follow:
                self.shaft.rate_dps = 0.0

    def _watch(self) -> None:
        timeout_us = self._values[0x2000] * 1_000
        if self._heard_us is not None and self._now_us - self._heard_us > timeout_us > 0 and not self.offline:
            self.offline, self._stopping = True, True
            self._values[0x2088] = 0
        if self.fault or not self.powered:
            self._off()

    def _run(self, dt_s: float) -> None:
        """The ramp: a time from 0 to the maximum speed (UNVERIFIED)."""
        fastest = self._values[0x2008]
        slow_ms = self._values[0x2084 if self.offline else 0x2082]
        self.ramp.speed_up = fastest / max(1, self._values[0x2080]) * 1_000
        self.ramp.slow_down = fastest / max(1, slow_ms) * 1_000
        runs = self.excited and not self.brake_closed and not self._stopping
        wanted = float(self._values[0x2088]) if runs and self._values[0x200D] == SPEED_MODE else 0.0
        self.ramp.step(max(-fastest, min(fastest, wanted)), dt_s)
        if self._stopping and self.ramp.speed == 0.0:
            self._off()

    def _off(self) -> None:
        self._excited_us, self._stopping, self.ramp.speed = None, False, 0.0
        if self._values[0x200E] == ENABLE:
            self._values[0x200E] = 0

    # Registers

    def read(self, address: int, count: int) -> list[int]:
        """A block of registers that all exist."""
        live = self._live()
        places = range(address, address + count)
        if any(place not in ENTRIES for place in places):
            raise Refusal(ILLEGAL_ADDRESS)
        if HEAT in places:
            live[HEAT] = round(self.warmth.tell("motor")) << 8 | ENTRIES[HEAT].default & 0xFF
        return [live.get(place, self._values[place]) & 0xFFFF for place in places]

    def write(self, address: int, values: Sequence[int]) -> None:
        """Check everything, then write everything, then let the drive act on it."""
        changed: dict[int, int] = {}
        for place, word in enumerate(values, address):
            entry = ENTRIES.get(place)
            if entry is None or entry.least is None:
                raise Refusal(ILLEGAL_ADDRESS)
            value = word - 0x1_0000 if entry.least < 0 and word & 0x8000 else word
            parameter = place < FIRST_COMMAND and place != 0x200E
            if not entry.least <= value <= entry.most or (self.locked and parameter):
                raise Refusal(ILLEGAL_VALUE)
            changed[place] = value
        self._values.update(changed)
        if 0x200E in changed:
            self._control(changed[0x200E])

    def _control(self, word: int) -> None:
        if word == ENABLE and not self.fault and self.powered:
            self._stopping = False
            self._excited_us = self._now_us if self._excited_us is None else self._excited_us
        elif word in (EMERGENCY, STOP):
            self._off()
        elif word == CLEAR:
            self.fault = 0

    def _live(self) -> dict[int, int]:
        """The monitors; the right motor stands."""
        counts = round((self.shaft.angle_deg - self._zero_deg) * self._counts_per_deg)
        upper, lower = struct.unpack(">HH", struct.pack(">i", counts))
        rate_rpm = self.shaft.rate_dps / self._dps_per_rpm
        return {
            0x2001: self.unit,
            0x20A5: self.fault,
            0x20A7: upper,
            0x20A8: lower,
            0x20AB: round(rate_rpm * 10),
            0x20AD: round(self.current_ma / 100) if self.excited else 0,
            0x20AF: int(not self.offline),
        }

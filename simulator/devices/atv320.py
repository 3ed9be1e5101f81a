"""Virtual twin of the Schneider ATV320 on RS-485: registers, DRIVECOM states, ramps, brake logic, time-out.

Whoever owns the shaft moves it: a world's motor follows `wanted_dps` while `excited` with the brake open, and
`follow=True` makes an ideal shaft of it. The drive itself knows no angle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from simulator.devices.atv320_registers import ENTRIES
from simulator.devices.atv320_states import States
from simulator.devices.base import Shaft
from simulator.devices.modbus_slave import ILLEGAL_ADDRESS, ILLEGAL_VALUE, Refusal, RtuSlave
from simulator.devices.ramp import Ramp
from simulator.devices.warmth import Warmth

C35_US: Final = 2_005  # at 19200 baud
REPLY_US: Final = 4_000  # UNVERIFIED
LONGEST_STEP_US: Final = 1_000
DEVICE_FAILURE: Final = 4
POLE_PAIRS: Final = 2
HEATS: Final = {3209: "driver", 9630: "motor"}  # THD, THR: %
INCREMENT_S: Final = {0: 0.01, 1: 0.1, 2: 1.0}  # INR
MODBUS_REFERENCE, COMBINED = 164, 1  # FR1, CHCF
SLF1, SLF1_CODE = 5, 0x7510
IGNORED, FREEWHEEL, PER_STOP_TYPE, FALLBACK, KEPT, RAMP, FAST = 0, 1, 2, 4, 5, 6, 7  # SLL


class Atv320:
    """Registers, motor and watchdog; its serial line too, as a Twin."""

    due_us = 0  # always something to do
    functions = frozenset({0x03, 0x06, 0x10})

    def __init__(
        self,
        shaft: Shaft,
        unit: int = 1,
        gear_ratio: float = 1_200.0,  # turns of the motor for one of the table; negative: forward is up
        follow: bool = False,
        locked: bool = False,  # refuses to write parameters
        give_up_us: int | None = None,
    ) -> None:
        self.shaft = shaft
        self.unit = unit
        self.sto_open = False  # safe torque off, from the enable relay
        self.current_ma = 0  # from whoever knows the load
        self.locked = locked
        self.states = States()
        self.fault = 0
        self.ramp = Ramp()  # r/min
        self.warmth = Warmth(**{part: ENTRIES[at].default for at, part in HEATS.items()})
        self._dps_per_rpm = 6.0 / gear_ratio
        self._follow = follow
        self._values = {address: entry.default for address, entry in ENTRIES.items()}
        self._slave = RtuSlave(self, unit, C35_US, REPLY_US, give_up_us)
        self._now_us = 0
        self._heard_us: int | None = None
        self._heard_frames = 0
        self._torque_us = 0  # since when the motor has been able to hold
        self._rest_us: int | None = None  # since when it has stood without being wanted
        self._brake_open = False

    # What the world sees

    @property
    def excited(self) -> bool:
        """Whether the motor has current."""
        return self.states.powered and not self.sto_open

    @property
    def brake_closed(self) -> bool:
        """The relay of the brake logic; without one nothing ever opens the brake."""
        return not self._brake_open

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
            self._brake()
            if self._follow and self._brake_open:
                self.shaft.rate_dps = self.wanted_dps
                self.shaft.angle_deg += self.shaft.rate_dps * dt_us / 1e6
            elif self._follow:
                self.shaft.rate_dps = 0.0

    def _watch(self) -> None:
        """The Modbus time-out, and safe torque off."""
        timeout_us = self._values[6005] * 100_000
        silent = self._heard_us is not None and self._now_us - self._heard_us > timeout_us
        if silent and not self.fault and self._values[7010] != IGNORED:
            self.trip(SLF1, slowly=self._values[7010] != FREEWHEEL)
        if self.sto_open:
            self.states.cut()

    def trip(self, fault: int, slowly: bool = False) -> None:
        """A fault of this LFT code; slowly: with the motor under control down to standstill."""
        self.fault = self._values[7200] = fault
        self.states.fail(slowly)

    def _run(self, dt_s: float) -> None:
        """The ramp towards the reference, or down."""
        unit_s = INCREMENT_S[self._values[9020]]
        nominal_rpm = self._values[9602] / 10 * 60 / POLE_PAIRS
        self.ramp.speed_up = nominal_rpm / max(0.01, self._values[9001] * unit_s)
        self.ramp.slow_down = nominal_rpm / max(0.01, self._values[9002] * unit_s)
        if not self.excited:
            self.ramp.speed = 0.0
        self.ramp.step(self._wanted_rpm(), dt_s)
        if self.ramp.speed == 0.0 and self.brake_closed:
            self.states.stood()

    def _wanted_rpm(self) -> float:
        if self.fault and self._values[7010] in (KEPT, FALLBACK):
            return self.ramp.speed
        released = self._brake_open or self._values[10001] == 0
        if not self.states.runs or not released or not self._is_commanded():
            return 0.0
        most = self._values[3104] / 10 * 60 / POLE_PAIRS
        return max(-most, min(most, float(signed(self._values[8602]))))

    def _brake(self) -> None:
        """Open once the motor holds and is to move; closed again once it stands and is not."""
        if self._values[10001] == 0 or not self.excited:
            self._brake_open, self._rest_us, self._torque_us = False, None, self._now_us
            return
        wanted = self.states.runs and self._values[8602] != 0 and self._is_commanded()
        if wanted or self.ramp.speed != 0.0:
            self._rest_us = None
            held_us = self._now_us - self._torque_us
            self._brake_open = self._brake_open or held_us >= self._values[10004] * 10_000
            return
        self._rest_us = self._now_us if self._rest_us is None else self._rest_us
        if not self.states.runs or self._now_us - self._rest_us >= 2_000_000:
            self._brake_open = False
            self._torque_us = self._now_us

    def _is_commanded(self) -> bool:
        """Whether command and reference come over Modbus; if not, writes are confirmed and do nothing."""
        return self._values[8401] == COMBINED and self._values[8413] == MODBUS_REFERENCE

    # Registers

    def read(self, address: int, count: int) -> list[int]:
        """A block of registers that all exist."""
        live = self._live()
        places = range(address, address + count)
        if any(place not in ENTRIES for place in places):
            raise Refusal(ILLEGAL_ADDRESS)
        live |= {place: round(self.warmth.tell(HEATS[place])) for place in places if place in HEATS}
        return [live.get(place, self._values[place]) & 0xFFFF for place in places]

    def write(self, address: int, values: Sequence[int]) -> None:
        """Check everything, then write everything, then let the drive act on it."""
        changed = dict(enumerate(values, address))
        for place, value in changed.items():
            entry = ENTRIES.get(place)
            if entry is None or entry.least is None:
                raise Refusal(ILLEGAL_ADDRESS)
            if not entry.least <= value <= entry.most or (self.locked and entry.most != 0xFFFF):
                raise Refusal(ILLEGAL_VALUE)
            if entry.when_stopped and self.states.runs and value != self._values[place]:
                raise Refusal(DEVICE_FAILURE)
        before = self._values[8501]
        self._values.update(changed)
        if 8501 in changed:
            self._control(before, changed[8501])

    def _control(self, before: int, command: int) -> None:
        if not self._is_commanded():
            return
        if command & ~before & 0x80 and not self.states.reacts:
            self.fault = 0
            self.states.reset()
        if not self.fault and not self.sto_open:
            self.states.command(command)

    def _live(self) -> dict[int, int]:
        """The monitors."""
        rpm, reference = round(self.ramp.speed), signed(self._values[8602])
        hertz = POLE_PAIRS / 60 * 10
        status = self._status(rpm, reference)
        return {
            3201: status,
            3202: round(self.ramp.speed * hertz),
            3203: round(reference * hertz),
            3204: round(self.current_ma / 100) if self.excited else 0,
            3240: 30 if self.sto_open else self.states.shown(self.ramp.speed),
            6001: self.unit,
            7121: self._values[7200],
            8441: 1 << 3 if self._is_commanded() else 1,
            8442: 1 << 3 if self._is_commanded() else 1,
            8603: status,
            8604: rpm,
            8605: reference,
            8606: SLF1_CODE if self.fault else 0,
        }

    def _status(self, rpm: int, reference: int) -> int:
        bits = {
            0x0010: self._values[3207],
            0x0200: self._is_commanded(),
            0x0400: self.states.runs and rpm == reference,
            0x8000: self.ramp.speed < 0,
        }
        return self.states.value | sum(bit for bit, on in bits.items() if on)


def signed(word: int) -> int:
    """A register as a signed number."""
    return word - 0x1_0000 if word & 0x8000 else word

"""Virtual twin of the Oriental Motor BLV-R on RS-485: registers, direct data operation, watchdogs, alarms.

Whoever owns the shaft moves it: the world's plant lets it follow `wanted_deg` while `excited`, and
`follow=True` makes an ideal shaft of it. Steps count from horizontal (ABSPEN is on: absolute encoder).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from simulator.devices import blvr_motion
from simulator.devices.base import Shaft
from simulator.devices.blvr_motion import Operation
from simulator.devices.blvr_registers import ENTRIES, FIRST_PARAMETER, READABLE
from simulator.devices.modbus_slave import ILLEGAL_ADDRESS, ILLEGAL_VALUE, Refusal, RtuSlave
from simulator.devices.trapezoid import Trapezoid
from simulator.devices.warmth import Warmth

STEPS_PER_REVOLUTION: Final = 36_000  # factory: 0.01 deg of the motor shaft
C35_US: Final = 2_500  # at 19200 baud and above
REPLY_US: Final = 3_000  # transmission wait, factory
LONGEST_STEP_US: Final = 1_000
DEVIATION_DEG: Final = 5.0  # of the table, between generator and encoder

ALARM_DEVIATION: Final = 0x10
ALARM_COMM_ERRORS: Final = 0x84
ALARM_COMM_TIMEOUT: Final = 0x85
KEEPS_CURRENT: Final = frozenset({0, ALARM_COMM_ERRORS, ALARM_COMM_TIMEOUT})
QUICK_STOP_KEEPS_CURRENT: Final = frozenset({5, 6})
IN_POSITION_STEPS: Final = 180
HEATS: Final = {"driver": 0x00F8, "motor": 0x00FA}  # 0.1 degC

# Bits of 007Ch (low word) and of 007Eh (low word).
S_ON, QSTOP, STOP, FREE, ALM_RST = 1 << 0, 1 << 4, 1 << 5, 1 << 6, 1 << 7
SON_MON, RDY_DD_OPE, ABSPEN, STOP_R, FREE_R, ALM_A = 1 << 0, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7
IN_POS, MOVE = 1 << 9, 1 << 13


class Blvr:
    """Registers, motor and watchdogs; its serial line too, as a Twin."""

    due_us = 0  # always something to do
    functions = frozenset({0x03, 0x06, 0x08, 0x10, 0x17})

    def __init__(
        self,
        shaft: Shaft,
        unit: int = 1,
        steps_per_degree: float = 100.0,  # of the table; negative when growing steps turn the head up
        follow: bool = False,
        locked: bool = False,  # refuses to write parameters
        give_up_us: int | None = None,
    ) -> None:
        self.shaft = shaft
        self.unit = unit
        self.sto_open = False  # safe torque off, from the enable relay
        self.current_ma = 0  # from whoever knows the load
        self.alarm = 0
        self.motion = Trapezoid()
        self.warmth = Warmth(**{part: ENTRIES[at].default / 10 for part, at in HEATS.items()})
        self._per_degree = steps_per_degree
        self._follow = follow
        self.locked = locked
        self._values = {address: entry.default for address, entry in ENTRIES.items()}
        self._saved = dict(self._values)
        self._slave = RtuSlave(self, unit, C35_US, REPLY_US, give_up_us)
        self._now_us = 0
        self._heard_us: int | None = None
        self._heard_frames = 0
        self._bad_frames = 0
        self._lifetime_us: int | None = None  # when the operation expires
        self._excited = False
        self._quick_stopped = False

    # What the world sees

    @property
    def excited(self) -> bool:
        """Whether the motor has current and follows the generator."""
        return self._excited

    @property
    def brake_closed(self) -> bool:
        """The drive's own brake: open with current, and opened by FREE."""
        return not self._excited and not self._values[0x7C] & FREE

    @property
    def wanted_deg(self) -> float:
        """Where the generator is, in degrees of the table."""
        return self.motion.position / self._per_degree

    @property
    def wanted_rate_dps(self) -> float:
        """How fast it moves."""
        return self.motion.speed / self._per_degree

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
        """A valid query for this unit came: feeds the communication timeout."""
        self._heard_us = now_us
        self._bad_frames = 0

    def power_cycle(self) -> None:
        """Off and on: what was not saved is gone."""
        self._values = dict(self._saved)
        self.alarm, self._heard_us, self._lifetime_us = 0, None, None

    def _count_frames(self, now_us: int) -> None:
        slave = self._slave
        if slave.good_frames != self._heard_frames:
            self._heard_frames = slave.good_frames
            self.heard(now_us)
        if slave.bad_frames:
            self._bad_frames += slave.bad_frames
            slave.bad_frames = 0
        if self._bad_frames >= self._values[0x138C]:
            self._raise(ALARM_COMM_ERRORS)

    # Time

    def _advance(self, now_us: int) -> None:
        while (left_us := now_us - self._now_us) > 0:
            # After a pause of seconds nothing is gained by a million small steps.
            dt_us = left_us if left_us <= LONGEST_STEP_US else max(LONGEST_STEP_US, left_us // 1_000)
            self._now_us += dt_us
            self._watch()
            self._excite()
            self.motion.step(dt_us / 1e6)
            if self._follow and self._excited:
                self.shaft.angle_deg, self.shaft.rate_dps = self.wanted_deg, self.wanted_rate_dps

    def _watch(self) -> None:
        """Both watchdogs, and the deviation."""
        now_us, heard_us, lifetime_us = self._now_us, self._heard_us, self._lifetime_us
        silent = heard_us is not None and now_us - heard_us > self._values[0x138A] * 1_000 > 0
        if silent or (lifetime_us is not None and now_us > lifetime_us):
            self._lifetime_us = None
            self._raise(ALARM_COMM_TIMEOUT)
        if self._excited and abs(self.shaft.angle_deg - self.wanted_deg) > DEVIATION_DEG:
            self._raise(ALARM_DEVIATION)

    def _raise(self, alarm: int) -> None:
        self.alarm = self.alarm or alarm
        self.motion.stop(self.motion.slow_down)

    def _excite(self) -> None:
        command = self._values[0x7C]
        excited = command & (S_ON | FREE) == S_ON and not self.sto_open and self.alarm in KEEPS_CURRENT
        excited = excited and not (command & QSTOP and self._cut_by_quick_stop())
        if excited != self._excited or not excited:
            self.motion.put(self._actual())
            self.motion.slow_down = max(self.motion.slow_down, abs(self._per_degree))
            self._lifetime_us = None  # the operation is over, and so is its lifetime (UNVERIFIED)
        self._excited = excited

    def _cut_by_quick_stop(self) -> bool:
        """By the factory's QSTOP action the current goes off once the motor stands."""
        return self._values[0x0E64] not in QUICK_STOP_KEEPS_CURRENT and not self.motion.is_moving

    def _actual(self) -> float:
        return self.shaft.angle_deg * self._per_degree

    # Registers

    def read(self, address: int, count: int) -> list[int]:
        """A block within one readable range."""
        if not any(first <= address and address + count - 1 <= last for first, last in READABLE):
            raise Refusal(ILLEGAL_ADDRESS)
        values, live, odd = self._values, self._live(), address & 1
        if address in range(0x00F8, 0x00FC):
            live |= {at: round(self.warmth.tell(part) * 10) for part, at in HEATS.items()}
        words: list[int] = []
        for even in range(address - odd, address + count, 2):
            value = live[even] if even in live else values.get(even, 0)
            words += (value >> 16 & 0xFFFF, value & 0xFFFF)
        return words[odd : odd + count]

    def write(self, address: int, values: Sequence[int]) -> None:
        """Check everything, then write everything, then let the drive act on it."""
        changed: dict[int, int] = {}
        for place, word in enumerate(values, address):
            even = place & ~1
            entry = ENTRIES.get(even)
            if entry is None or entry.least is None:
                raise Refusal(ILLEGAL_ADDRESS)
            old = changed.get(even, self._values[even]) & 0xFFFF_FFFF
            changed[even] = old & 0xFFFF_0000 | word if place & 1 else old & 0xFFFF | word << 16
        signed = {even: value - (value >> 31 << 32) for even, value in changed.items()}
        if self._forbids(signed):
            if self._values[0x1392]:
                raise Refusal(ILLEGAL_VALUE)
            return
        before = {even: self._values[even] for even in signed}
        self._values.update(signed)
        self._act(before, signed)

    def _forbids(self, values: dict[int, int]) -> bool:
        def wrong(even: int, value: int) -> bool:
            entry = ENTRIES[even]
            in_range = entry.least is not None and entry.least <= value <= entry.most
            return not in_range or (self.locked and even >= FIRST_PARAMETER)

        return any(wrong(even, value) for even, value in values.items())

    def _act(self, before: dict[int, int], after: dict[int, int]) -> None:
        risen = {even for even, value in after.items() if value == 1 and before[even] == 0}
        if 0x0180 in risen:
            self.alarm = 0
        if 0x0192 in risen:
            self._saved.update({k: v for k, v in self._values.items() if k >= FIRST_PARAMETER})
        if 0x007C in after:
            self._inputs(before[0x7C], after[0x7C])
        if after.get(0x01BE):
            blvr_motion.start(self.motion, self._operation(0)._replace(kind=0x20), 0, 1)
        self._trigger(after)

    def _inputs(self, before: int, after: int) -> None:
        if after & ~before & ALM_RST:
            self.alarm = 0
        if after & (STOP | QSTOP):
            rate = self._values[0x0E68] * STEPS_PER_REVOLUTION / 60
            self.motion.stop(rate if after & QSTOP else self.motion.slow_down)

    def _trigger(self, written: dict[int, int]) -> None:
        """Start at the trigger, or, with a negative one, at the field it names."""
        word = self._values[0x66] & 0xFFFF
        trigger = word - 0x1_0000 if word & 0x8000 else word
        named = 0x0066 + 2 * trigger if trigger < 0 else 0x0066
        if trigger == 0 or trigger > blvr_motion.HIGHEST_TRIGGER or named not in written:
            return
        operation = self._operation(max(1, trigger))
        if operation.kind not in blvr_motion.OPERATIONS or not self._excited or self.alarm:
            return
        blvr_motion.start(self.motion, operation, self._actual(), STEPS_PER_REVOLUTION)
        lifetime_ms = self._values[0x66] >> 16
        self._lifetime_us = self._now_us + lifetime_ms * 1_000 if lifetime_ms > 0 else None

    def _operation(self, trigger: int) -> Operation:
        kind, position, velocity, speed_up, slow_down = (
            self._values[even] for even in (0x5A, 0x5C, 0x5E, 0x60, 0x62)
        )
        return Operation(kind, position, velocity, speed_up, slow_down, trigger)

    def _live(self) -> dict[int, int]:
        """The monitors."""
        position = round(self._actual())
        rate = round(self.shaft.rate_dps * self._per_degree)
        return {
            0x7E: self._outputs(),
            0x80: self.alarm,
            0x9A: position,
            0xA0: rate,
            0xCE: round(rate * 60 / STEPS_PER_REVOLUTION),
            0x120: position,
            0x136: self.current_ma if self._excited else 0,
        }

    def _outputs(self) -> int:
        command = self._values[0x7C]
        close = abs(self.motion.position - self._actual()) <= IN_POSITION_STEPS
        bits = {
            SON_MON: self._excited,
            RDY_DD_OPE: self._excited and not self.alarm,
            ABSPEN: True,
            STOP_R: command & STOP,
            FREE_R: command & FREE,
            ALM_A: self.alarm,
            IN_POS: not self.motion.is_moving and close,
            MOVE: self.motion.is_moving,
        }
        return sum(bit for bit, on in bits.items() if on)

"""A driver with its line and its twin in virtual time; one call of `tick` is one tick of the guard."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from firmware_bridge.drives.catalogue import Angles, WiredDrive
from firmware_bridge.ports import ByteLink
from firmware_bridge.readings import ARMED, AngleReading, Arming, DriveReading
from simulator.devices.base import Shaft, Twin
from tests.modbus_line import TICK_US, Fault, Line

PARK_CDEG = -7_000


class Rig:
    """The shaft stands at park at first; the inclinometer says where it is, unless `angle` is taken away."""

    def __init__(
        self,
        twin: Twin,
        shaft: Shaft,
        make: Callable[[ByteLink, Angles], WiredDrive],
        baud: int,
        bits: int = 10,
    ) -> None:
        self.shaft, self.twin = shaft, twin
        self.line = Line(twin, baud, bits)
        self.angle: Callable[[], AngleReading | None] = self._inclined
        self.drive = make(self.line.host, Angles(lambda: self.angle(), lambda: self.angle()))
        self.ticks = 0
        self.worst_age_ms = 0

    def _inclined(self) -> AngleReading:
        return AngleReading(self.line.now_ms, self.ticks, round(self.shaft.angle_deg * 100), None)

    def tick(self, state: Callable[[], None] | None = None) -> DriveReading | None:
        """Take, state an intent, send, let 20 ms pass; returns what was read at its beginning."""
        now_ms = self.line.now_ms
        self.drive.take(now_ms)
        reading = self.drive.read()
        if reading is not None:
            self.worst_age_ms = max(self.worst_age_ms, now_ms - reading.at_ms)
        if state is not None:
            state()
        self.drive.send(self.ticks, 0, now_ms)
        self.line.run(TICK_US)
        self.ticks += 1
        return reading

    def arm(self, ticks: int = 100) -> Arming:
        """Until armed or refused."""
        arming = Arming(False)
        for _ in range(ticks):
            arming = self.drive.arm(self.line.now_ms)
            if arming.armed or arming.refused:
                break
            self.tick(lambda: self.drive.stop(3_000))
        return arming

    def arm_again(self, ticks: int = 300) -> None:
        """Until armed, whatever was refused before."""
        for _ in range(ticks):
            if self.drive.arm(self.line.now_ms).armed:
                return
            self.tick(lambda: self.drive.stop(3_000))
        raise AssertionError(f"not armed: {self.drive.trouble}")

    def hold(self, ticks: int) -> None:
        for _ in range(ticks):
            self.tick(lambda: self.drive.stop(3_000))

    def follow(self, setpoint: float, rate: float) -> DriveReading | None:
        return self.tick(lambda: self.drive.move(round(setpoint), round(rate)))

    def move(self, speed_cdps: int, seconds: float, accel_cdps2: int = 100) -> list[float]:
        """A planned ramp from here; returns how far the shaft was from the plan at each tick, in cdeg."""
        errors = []
        setpoint, rate = self.shaft.angle_deg * 100, 0.0
        for _ in range(round(seconds * 50)):
            change = accel_cdps2 * 0.02
            rate = max(min(rate + change, speed_cdps), rate - change)
            setpoint += rate * 0.02
            self.follow(setpoint, rate)
            errors.append(self.shaft.angle_deg * 100 - setpoint - rate * 0.02)
        return errors


def armed(rig: Rig) -> Rig:
    """The same, armed at park and holding."""
    assert rig.arm() == Arming(True)
    rig.hold(10)
    reading = rig.drive.read()
    assert reading is not None
    assert reading.state == ARMED
    rig.worst_age_ms = 0
    return rig


def flips(frame: bytes) -> list[bytes]:
    """The frame with every single and every double bit flipped."""
    bits = [1 << bit for bit in range(8 * len(frame))]
    whole = int.from_bytes(frame, "big")
    wrong = [whole ^ bit for bit in bits] + [whole ^ a ^ b for a, b in combinations(bits, 2)]
    return [value.to_bytes(len(frame), "big") for value in wrong]


# What a bad line does to one answer: (extra delay in us, bytes) to deliver.


def lose(answer: bytes) -> list[tuple[int, bytes]]:
    return []


def late(answer: bytes) -> list[tuple[int, bytes]]:
    return [(20_500, answer)]


def very_late(answer: bytes) -> list[tuple[int, bytes]]:
    return [(41_000, answer)]


def twice(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer + answer)]


def again_later(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer), (19_900, answer)]


def again_much_later(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer), (39_500, answer)]


def truncate(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer[:-1])]


def flip(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, bytes([answer[0] ^ 0x10]) + answer[1:])]


def noise_before(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, b"\x00\xff" + answer)]


def merge(answer: bytes) -> list[tuple[int, bytes]]:
    """Held back until the next answer comes; the spoiler brings both at once."""
    return []


BAD_LINES = (lose, late, very_late, twice, again_later, again_much_later, truncate, flip, noise_before, merge)


class Sometimes:
    """Every tenth answer is spoilt, of those that are long enough to say something."""

    def __init__(self, fault: Fault, least: int = 2) -> None:
        self.fault, self.least = fault, least
        self.answers = self.spoilt = 0
        self.kept = b""

    def __call__(self, answer: bytes) -> list[tuple[int, bytes]]:
        if len(answer) < self.least:
            return [(0, answer)]
        self.answers += 1
        kept, self.kept = self.kept, b""
        if self.answers % 10:
            return [(0, kept + answer)]
        self.spoilt += 1
        self.kept = answer if self.fault is merge else b""
        return self.fault(answer)


def ride_on_a_bad_line(rig: Rig, fault: Fault, speed_cdps: int = 200) -> list[tuple[float, DriveReading]]:
    """Six seconds at a steady speed; each reading with where the shaft was at the reading's own time."""
    rig.move(speed_cdps, 3.0)
    spoiler = Sometimes(fault)
    rig.line.fault = spoiler
    track: dict[int, float] = {}
    seen: dict[int, DriveReading] = {}
    setpoint = rig.shaft.angle_deg * 100
    for _ in range(300):
        setpoint += speed_cdps * 0.02
        track[rig.line.now_ms] = rig.shaft.angle_deg * 100
        reading = rig.follow(setpoint, speed_cdps)
        assert reading is not None
        seen[reading.counter] = reading
    assert spoiler.spoilt >= 8
    return [
        (track[reading.at_ms - reading.at_ms % 20] + reading.at_ms % 20 * speed_cdps / 1_000, reading)
        for reading in list(seen.values())[1:]
    ]

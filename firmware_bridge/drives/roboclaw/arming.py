"""Arming a RoboClaw: is it one, does it stop by itself, is it tuned, is it sound, where does it stand.

Its watchdog lives in volatile memory, so it is written at each arming. Its encoder counts from wherever the
power came, so it is set by the inclinometer unless the two agree already.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from firmware_bridge.drives.line_drive import Steps
from firmware_bridge.drives.roboclaw import commands as c
from firmware_bridge.drives.roboclaw.config import RoboclawConfig
from firmware_bridge.readings import AngleReading

WATCHDOG_UNITS: Final = 2  # 200 ms, the longest allowed; one unit would be five ticks, no room for a lost one
FASTEST_CDPS: Final = 800
AGREES_CDEG: Final = 150  # the guard calls 3 degrees a disagreement
STILL_DEG: Final = 0.03
STILL_READS, STILL_TRIES = 6, 40
OLD_MS: Final = 100


class Scale(NamedTuple):
    """The only place that knows how counts and angles belong together."""

    counts_per_degree: float
    sign: int

    def counts(self, cdeg: float) -> int:
        """Signed counts of an angle or a rate in centidegrees."""
        return self.sign * round(cdeg * self.counts_per_degree / 100)

    def cdeg(self, counts: int) -> int:
        """Signed centidegrees of signed counts."""
        return self.sign * round(counts * 100 / self.counts_per_degree)


def procedure(config: RoboclawConfig, angle: Callable[[], AngleReading | None], may_hold: bool) -> Steps:
    """All of it; nothing is written before the device is known, nothing moves. A cut is not undone."""
    refused = yield from identify(config.address)
    refused = refused or (yield from set_watchdog(config.address))
    refused = refused or (yield from check_tuning(config))
    refused = refused or (yield from check_status(config.address))
    return refused or (yield from refer(config, angle, may_hold))


def settings(config: RoboclawConfig) -> Steps:
    """What must still be so a minute later."""
    refused = yield from check_watchdog(config.address)
    return refused or (yield from check_tuning(config))


def identify(address: int) -> Steps:
    """The firmware says what it is."""
    answer = yield c.read_version(address)
    name = bytes(answer.values).rstrip(b"\x00\n").decode("ascii", "replace")
    if "roboclaw" not in name.lower():
        return f"{c.named(c.VERSION)} says {name!r}: not a RoboClaw; check [drive] and the wiring"
    return None


def set_watchdog(address: int) -> Steps:
    """Written always: it is lost with the power."""
    yield c.write(address, c.SET_TIMEOUT, WATCHDOG_UNITS)
    return (yield from check_watchdog(address))


def check_watchdog(address: int) -> Steps:
    """Read back: on, and not longer than 200 ms."""
    (units,) = (yield c.read(address, c.TIMEOUT)).values
    if 1 <= units <= WATCHDOG_UNITS:
        return None
    found = "off" if units == 0 else f"{units * c.TIMEOUT_UNIT_MS} ms"
    most = WATCHDOG_UNITS * c.TIMEOUT_UNIT_MS
    return (
        f"{c.named(c.TIMEOUT)} is {found}, allowed {c.TIMEOUT_UNIT_MS} to {most} ms: "
        "the drive must stop by itself when the guard is gone; set it in Motion Studio"
    )


def check_tuning(config: RoboclawConfig) -> Steps:
    """Without gains or top speed a speed command does nothing, and nothing holds."""
    p, i, _, qpps = (yield c.read(config.address, c.VELOCITY_PID)).values
    least = abs(Scale(config.counts_per_degree, config.sign).counts(FASTEST_CDPS))
    if p == 0 or i == 0:
        what = "P" if p == 0 else "I"
        return f"{c.named(c.VELOCITY_PID)}: {what} is 0, allowed above 0; tune the motor in Motion Studio"
    if qpps < least:
        return (
            f"{c.named(c.VELOCITY_PID)}: QPPS is {qpps} counts/s, allowed from {least} counts/s "
            f"({FASTEST_CDPS / 100:g} deg/s of the table); tune the motor in Motion Studio"
        )
    return None


def check_status(address: int) -> Steps:
    """No fault; they clear themselves when their cause goes."""
    names = c.fault_names(*(yield c.read_status(address)).values)
    if names:
        return f"{c.named(c.STATUS)}: {names}; remove the cause"
    return None


def refer(config: RoboclawConfig, angle: Callable[[], AngleReading | None], may_hold: bool) -> Steps:
    """Set the encoder to the inclinometer's angle, standing still, where they differ."""
    address, scale = config.address, Scale(config.counts_per_degree, config.sign)
    answer = yield c.read(address, c.ENCODER)
    seen = angle()
    if seen is None or answer.sent_ms - seen.at_ms > OLD_MS:
        return "the inclinometer says nothing, so the encoder has no reference; check [inclinometer]"
    counted = c.signed(answer.values[0])
    if abs(scale.cdeg(counted) - seen.angle_cdeg) <= AGREES_CDEG:
        return None
    refused = yield from stand_still(config, may_hold)
    seen = angle()
    if refused or seen is None:
        return refused or "the inclinometer fell silent; check [inclinometer]"
    wanted = scale.counts(seen.angle_cdeg)
    yield c.write(address, c.SET_ENCODER, wanted & 0xFFFF_FFFF)
    found = c.signed((yield c.read(address, c.ENCODER)).values[0])
    if abs(found - wanted) > STILL_DEG * config.counts_per_degree + 1:
        return f"{c.named(c.SET_ENCODER)} reads back {found} counts, written {wanted} counts"
    return None


def stand_still(config: RoboclawConfig, may_hold: bool) -> Steps:
    """Hold at speed 0, unless it is cut, until so many counts in a row are the same."""
    track: list[int] = []
    reach = STILL_DEG * config.counts_per_degree + 1
    for _ in range(STILL_TRIES):
        if may_hold:
            yield c.write(config.address, c.SPEED, 0xFFFF_FFFF, 0)
        track.append(c.signed((yield c.read(config.address, c.ENCODER)).values[0]))
        last = track[-STILL_READS:]
        if len(last) == STILL_READS and max(last) - min(last) <= reach:
            return None
    return "the encoder has no reference and the table moves; wait until it stands"

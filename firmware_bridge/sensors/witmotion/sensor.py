"""WitMotion inclinometer as an AngleSensor, asked as often as its line allows.

The time of a reading is the moment the request was over: the sensor cannot have looked earlier, so the
reading is never taken for older than it is by more than the sensor's own delay, and never for younger by any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

from firmware_bridge.codec import modbus
from firmware_bridge.config import WireConfig, WitmotionConfig
from firmware_bridge.modbus_port import Answer, ModbusPort, Timing
from firmware_bridge.ports import ByteLink
from firmware_bridge.readings import AngleReading
from firmware_bridge.sensors.calibration import Calibrated, inversion_cdeg
from firmware_bridge.sensors.witmotion import registers as r

TICK_MS: Final = 20
LONGEST_PERIOD_MS: Final = 80
REPLY_US: Final = 5_000  # UNVERIFIED: register 74h sets it, the documents read do not say the factory's value


class Mounted(WireConfig, Calibrated, Protocol):
    """What the config of any of these sensors says."""

    @property
    def address(self) -> int: ...

    @property
    def axis(self) -> str: ...


class Layout(NamedTuple):
    """How a family lays out its angles from roll on."""

    turns: tuple[int, ...]  # lengths asked for in turn, so that a late answer to one is not taken
    millidegrees: Callable[[Sequence[int], str], int]


def _column(registers: Sequence[int], axis: str) -> int:
    return r.millidegrees(registers[r.AXES[axis].address - r.ROLL.address])


# The angles, and the angles with the temperature.
SIXTEEN_BITS: Final = Layout((3, 4), _column)


def timing_of(config: Mounted) -> Timing:
    """C3.5 by the Modbus rule: three and a half characters, 1.75 ms above 19200."""
    bits = 10 if config.parity == "none" else 11
    silence_us = 1_750 if config.baud > 19_200 else 35 * 11 * 100_000 // config.baud
    return Timing(config.baud, bits, silence_us, REPLY_US)


def period_ms(config: Mounted, layout: Layout = SIXTEEN_BITS) -> int:
    """How often it can answer: the longest transaction, rounded up to ticks. Refused above 80 ms."""
    longest = modbus.read(config.address, r.ROLL.address, max(layout.turns))
    ticks = -(-timing_of(config).transaction_us(longest) // (TICK_MS * 1_000))
    if ticks * TICK_MS > LONGEST_PERIOD_MS:
        raise ValueError(
            f"[inclinometer].baud: {config.baud} baud gives one angle in {ticks * TICK_MS} ms, "
            f"allowed {LONGEST_PERIOD_MS} ms; set the sensor to 9600 baud or more"
        )
    return ticks * TICK_MS


class WitmotionSensor:
    """AngleSensor; `take` and `send` are called once a tick by whoever holds the devices."""

    def __init__(self, config: Mounted, link: ByteLink, layout: Layout = SIXTEEN_BITS) -> None:
        self._config = config
        self._layout = layout
        self._period_ticks = period_ms(config, layout) // TICK_MS
        self._port = ModbusPort(link, timing_of(config))
        self._turn = 0
        self._ticks_left = 0  # until the next request
        self._reading: AngleReading | None = None

    @property
    def trouble(self) -> str | None:
        """The newest wire trouble."""
        return self._port.trouble

    def read(self) -> AngleReading | None:
        """The newest angle; its rate is not measured."""
        return self._reading

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    def take(self, now_ms: int) -> None:
        """Bring in the answer of an earlier tick."""
        answer = self._port.take(now_ms)
        if answer is not None and answer.error is None:
            self._reading = self._angle(answer)

    def send(self, now_ms: int) -> None:
        """Ask, when it is time to and the line is free."""
        self._ticks_left -= 1
        if self._ticks_left > 0 or not self._port.is_idle(now_ms):
            return
        turns = self._layout.turns
        self._turn = (self._turn + 1) % len(turns)
        request = modbus.read(self._config.address, r.ROLL.address, turns[self._turn])
        if self._port.send(request, now_ms):
            self._ticks_left = self._period_ticks

    def _angle(self, answer: Answer) -> AngleReading:
        raw_mdeg = self._layout.millidegrees(answer.registers, self._config.axis)
        return AngleReading(
            at_ms=answer.true_ms,
            counter=self._reading.counter + 1 if self._reading else 1,
            angle_cdeg=inversion_cdeg(raw_mdeg, self._config),
            rate_cdps=None,
        )


def make(config: WitmotionConfig, link: ByteLink) -> WitmotionSensor:
    """For the catalogue. Raises ValueError when the line is too slow."""
    return WitmotionSensor(config, link)

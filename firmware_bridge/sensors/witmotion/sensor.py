"""WitMotion inclinometer as an AngleSensor, asked as often as its line allows.

The time of a reading is the moment the request was over: the sensor cannot have looked earlier, so the
reading is never taken for older than it is by more than the sensor's own delay, and never for younger by any.
"""

from __future__ import annotations

from typing import Final

from firmware_bridge.codec import modbus
from firmware_bridge.config import WitmotionConfig
from firmware_bridge.modbus_port import Answer, ModbusPort, Timing
from firmware_bridge.ports import ByteLink
from firmware_bridge.readings import AngleReading
from firmware_bridge.sensors.witmotion import registers as r

TICK_MS: Final = 20
LONGEST_PERIOD_MS: Final = 80
REPLY_US: Final = 5_000  # UNVERIFIED: register 74h sets it, the documents read do not say the factory's value
# The angles, and the angles with the temperature: two lengths, so that a late answer to one is not taken.
TURNS: Final = (3, 4)


def timing_of(config: WitmotionConfig) -> Timing:
    """C3.5 by the Modbus rule: three and a half characters, 1.75 ms above 19200."""
    bits = 10 if config.parity == "none" else 11
    silence_us = 1_750 if config.baud > 19_200 else 35 * 11 * 100_000 // config.baud
    return Timing(config.baud, bits, silence_us, REPLY_US)


def period_ms(config: WitmotionConfig) -> int:
    """How often it can answer: the longest transaction, rounded up to ticks. Refused above 80 ms."""
    longest = modbus.read(config.address, r.ROLL.address, max(TURNS))
    ticks = -(-timing_of(config).transaction_us(longest) // (TICK_MS * 1_000))
    if ticks * TICK_MS > LONGEST_PERIOD_MS:
        raise ValueError(
            f"[inclinometer].baud: {config.baud} baud gives one angle in {ticks * TICK_MS} ms, "
            f"allowed {LONGEST_PERIOD_MS} ms; set the sensor to 9600 baud or more"
        )
    return ticks * TICK_MS


class WitmotionSensor:
    """AngleSensor; `take` and `send` are called once a tick by whoever holds the devices."""

    def __init__(self, config: WitmotionConfig, link: ByteLink) -> None:
        self._config = config
        self._period_ticks = period_ms(config) // TICK_MS
        self._port = ModbusPort(link, timing_of(config))
        self._column = r.AXES[config.axis].address - r.ROLL.address
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
        self._turn = (self._turn + 1) % len(TURNS)
        request = modbus.read(self._config.address, r.ROLL.address, TURNS[self._turn])
        if self._port.send(request, now_ms):
            self._ticks_left = self._period_ticks

    def _angle(self, answer: Answer) -> AngleReading:
        cdeg = r.centidegrees(answer.registers[self._column])
        return AngleReading(
            at_ms=answer.true_ms,
            counter=self._reading.counter + 1 if self._reading else 1,
            angle_cdeg=self._config.sign * cdeg + self._config.offset_cdeg,
            rate_cdps=None,
        )

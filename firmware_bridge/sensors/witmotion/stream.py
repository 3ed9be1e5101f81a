"""WitMotion on TTL or USB as an AngleSensor: it talks by itself, this listens and sends nothing.

A byte may have come just after the last look, so a reading is taken for that old, and for the time its frame
was on the wire besides. Only frames of angles count: a sensor that sends accelerations alone grows stale.
"""

from __future__ import annotations

from typing import Final

from firmware_bridge.errors import LinkLost
from firmware_bridge.ports import ByteLink
from firmware_bridge.readings import AngleReading
from firmware_bridge.sensors.calibration import inversion_cdeg
from firmware_bridge.sensors.config import WitmotionStreamConfig
from firmware_bridge.sensors.witmotion import frames
from firmware_bridge.way import Way

LONGEST_PERIOD_MS: Final = 80
LONGEST_BURST_MS: Final = 20
STREAMS: Final = 4  # acceleration, rate, angle, field: one burst a moment
COUNTED: Final = 10
REMEDY: Final = ", ".join(
    frames.command(*one).hex(" ").upper() for one in (frames.UNLOCK, frames.RATE, frames.BAUD, frames.SAVE)
)
COLUMNS: Final = {"roll": 0, "pitch": 1, "yaw": 2}
# Two wrong bits pass the sum where they are worth the same up and down, so an angle may be 2^n steps of
# 0.0055 deg off; those of 0.18 deg and more are no way that a table goes.
DOUBT_CDEG: Final = 15.0
CLOCK_MS: Final = 20  # a frame came at any time since the last look


def burst_ms(config: WitmotionStreamConfig) -> int:
    """How long the frames of one moment are on the wire. Refused above 20 ms: the last would be too old."""
    bits = 10 if config.parity == "none" else 11
    took_ms = -(-STREAMS * frames.SIZE * bits * 1_000 // config.baud)
    if took_ms > LONGEST_BURST_MS:
        raise ValueError(
            f"[inclinometer].baud: {config.baud} baud takes {took_ms} ms for {STREAMS} frames, allowed"
            f" {LONGEST_BURST_MS} ms; set the sensor's register 04h to 6 (115200)"
        )
    return took_ms


class WitmotionStream:
    """AngleSensor."""

    def __init__(self, config: WitmotionStreamConfig, link: ByteLink) -> None:
        self._config = config
        self._link = link
        self._column = COLUMNS[config.axis]
        self._burst_ms = burst_ms(config)
        self._deframer = frames.Deframer()
        self._looked_ms: int | None = None
        self._came: list[int] = []
        self._reading: AngleReading | None = None
        self._way = Way(DOUBT_CDEG, CLOCK_MS)
        self._lost: str | None = None

    @property
    def trouble(self) -> str | None:
        """A lost link, or a sensor that is too slow."""
        if self._lost is not None:
            return self._lost
        period_ms = self._period_ms()
        if period_ms <= LONGEST_PERIOD_MS:
            return None
        return (
            f"{self._link.name}: one angle in {period_ms} ms, allowed {LONGEST_PERIOD_MS} ms; set the"
            " sensor's register 03h (rate) to 8 (50 Hz), and 04h (baud) to 6 (115200); with its maker's tool,"
            f" or send it {REMEDY}"
        )

    def _period_ms(self) -> int:
        came = self._came
        return (came[-1] - came[0]) // (len(came) - 1) if len(came) == COUNTED else 0

    def read(self) -> AngleReading | None:
        """The newest angle; none of a sensor that is too slow. Its rate is not measured."""
        return None if self._period_ms() > LONGEST_PERIOD_MS else self._reading

    def take(self, now_ms: int) -> None:
        """Bring in what has arrived."""
        try:
            data = self._link.read()
            self._lost = None
        except LinkLost as error:
            data, self._lost = b"", str(error)
        looked_ms = now_ms if self._looked_ms is None else self._looked_ms
        self._looked_ms = now_ms
        for frame in self._deframer.feed(data):
            if frame.kind == frames.ANGLES:
                self._came = [*self._came, now_ms][-COUNTED:]
                self._judge(frames.millidegrees(frame.words[self._column]), looked_ms - self._burst_ms)

    def _judge(self, raw_mdeg: int, at_ms: int) -> None:
        """Believe what a table can do; besides, what the sensor says again and again."""
        angle, last = inversion_cdeg(raw_mdeg, self._config), self._reading
        if self._way.believes(at_ms, angle):
            self._reading = AngleReading(at_ms, 1 if last is None else last.counter + 1, angle, None)

    def send(self, now_ms: int) -> None:
        """Nothing: it is never asked."""

    def close(self) -> None:
        """Close the port."""
        self._link.close()


def make(config: WitmotionStreamConfig, link: ByteLink) -> WitmotionStream:
    """For the catalogue. Raises ValueError when the line is too slow."""
    return WitmotionStream(config, link)

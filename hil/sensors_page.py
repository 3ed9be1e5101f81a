"""The page docs/reference/sensors.md: `python -m hil.sensors_page > docs/reference/sensors.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from firmware_bridge.keys import keys_of
from firmware_bridge.sensors import catalogue

HEAD: Final = """\
# Angle sensors

Written from the code by `python -m hil.sensors_page > docs/reference/sensors.md`; a test compares.

A table needs two angles that fail differently: the drive's own (an encoder), and one of gravity or of the
hinge. None of these sensors has been tried on hardware by this project: each driver is written from its
maker's document and proved against a twin of its own that is typed from the same document.

## On a wire of their own: `[inclinometer]`
"""
CHIPS: Final = (
    (
        "AS5600",
        "I2C 36h",
        "`as5600.py`",
        "STATUS and RAW ANGLE in one transfer; magnet right (MD, not ML or MH)",
    ),
    (
        "AS5048A",
        "SPI mode 1",
        "`as5048.py`",
        "even parity, no error flag, OCF set, COF clear; answers a frame late",
    ),
    (
        "AS5048B",
        "I2C 40h",
        "`as5048.py`",
        "OCF set, COF clear in FBh: UNVERIFIED, the document read names only FEh, FFh",
    ),
    (
        "ADS1115 + potentiometer",
        "I2C 48h",
        "`ads1115.py`",
        "wiper over supply; the outer 5 % of the travel are no angle",
    ),
)
NODE: Final = """\

## Behind a node

I2C and SPI reach half a metre, so these belong to a microcontroller beside the sensor: the node reads them
100 times a second and hands their angle on. `ENCODER` in `firmware_bridge/node/built.py` says which one is on
the board's I2C and how it is built in: kind, sign, scale in permille, zero in millidegrees. The AS5048A has
its driver, but no board file has its SPI pins yet.

| chip | bus | driver | what makes a sample count |
|---|---|---|---|
"""
TAIL: Final = """\

A sample that does not count is silence, never the last value. The node's own encoder and inclinometer are
watched against each other, see `node.md`.

## Calibrating

Put the bed horizontal by a spirit level, read the sensor's angle at the panel, and write its negative into
`offset_deg`. Turn the head down a little by hand: if the angle falls, `sign = -1`. A sensor at a gear that
turns further than the bed has a `scale`. The offset comes last, so find the sign first. Zeroing a sensor by
its own command moves every limit and is never done by Keel.
"""


def page() -> str:
    """The whole page."""
    return "\n".join(_wired()) + NODE + "\n".join(_row(*chip) for chip in CHIPS) + "\n" + TAIL


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _wired() -> Iterator[str]:
    yield HEAD
    yield _row("`type`", "sensor", "keys besides `port`", "from", "know before buying")
    yield "|---|---|---|---|---|"
    for name, entry in catalogue.SENSORS.items():
        keys = ", ".join(
            f"`{key.name}` ({key.default})" for key in keys_of(entry.config) if key.name != "port"
        )
        yield _row(f"`{name}`", entry.title, f"{keys}, `offset_deg` (0)", entry.source, entry.trap)


if __name__ == "__main__":
    sys.stdout.write(page())

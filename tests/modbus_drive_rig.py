"""The two speed drives on Modbus with their lines and twins, as a table file would set them up."""

from __future__ import annotations

from firmware_bridge.config import Parity
from firmware_bridge.drives.atv320.config import Atv320Config
from firmware_bridge.drives.atv320.driver import Atv320Drive
from firmware_bridge.drives.zlac8015d.config import Zlac8015dConfig
from firmware_bridge.drives.zlac8015d.driver import Zlac8015dDrive
from firmware_bridge.readings import DriveReading
from simulator.devices.atv320 import Atv320
from simulator.devices.base import Shaft
from simulator.devices.zlac8015d import Zlac8015d
from tests.line_rig import PARK_CDEG, Rig

RELAY_R2 = 2
ATV_RATIO, ZLAC_RATIO = 1_200.0, 600.0
NAMES = ("atv320", "zlac8015d")


def atv320(
    sign: int = 1, baud: int = 19_200, held: str = "brake", logic: int = RELAY_R2, locked: bool = False
) -> Rig:
    """Its brake logic is wired to relay R2 unless told otherwise; all else is as at the factory."""
    shaft = Shaft(PARK_CDEG / 100)
    twin = Atv320(shaft, gear_ratio=sign * ATV_RATIO, follow=True)
    twin.write(10_001, [logic])
    twin.locked = locked
    config = Atv320Config("line", ATV_RATIO, held, baud=baud, sign=sign)
    return Rig(twin, shaft, lambda link, angles: Atv320Drive(config, link, angles), baud, bits=11)


def zlac8015d(
    sign: int = 1,
    baud: int = 115_200,
    verified: bool = True,
    locked: bool = False,
    parity: Parity = "none",
) -> Rig:
    """As at the factory."""
    shaft = Shaft(PARK_CDEG / 100)
    twin = Zlac8015d(shaft, gear_ratio=sign * ZLAC_RATIO, follow=True, locked=locked)
    config = Zlac8015dConfig(
        "line", ZLAC_RATIO, "brake", baud=baud, parity=parity, bench_verified=verified, sign=sign
    )
    return Rig(twin, shaft, lambda link, angles: Zlac8015dDrive(config, link, angles), baud)


def make(name: str, sign: int = 1, locked: bool = False) -> Rig:
    """By name."""
    return atv320(sign, locked=locked) if name == "atv320" else zlac8015d(sign, locked=locked)


def twin_of(rig: Rig) -> Atv320 | Zlac8015d:
    """The device at the far end."""
    assert isinstance(rig.twin, Atv320 | Zlac8015d)
    return rig.twin


def reading_of(rig: Rig) -> DriveReading:
    """The newest reading, which there must be."""
    reading = rig.drive.read()
    assert reading is not None
    return reading

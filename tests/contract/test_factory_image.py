"""A drive as it leaves the factory and that takes no setting is refused, its watchdog named.

Where a driver may write its watchdog it does, and reads it back; here nothing that is written stays. The
node is not among them: its window is part of its firmware.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.drives import catalogue
from hil import demo_table
from safety.guard import table
from simulator.devices import jrk_map, odrive_values
from simulator.devices.base import Shaft, Twin
from simulator.devices.jrk import Jrk
from simulator.sides import SIDES
from tests.line_rig import PARK_CDEG, Rig

NAMES = sorted(name for name in catalogue.DRIVES if name != "node")
ODRIVE = "axis0.config."
# Half a second instead of nothing, as a twin takes it from its maker's tool; ODrive's is in seconds.
SLOW: dict[str, Callable[[Any], object]] = {
    "blvr": lambda twin: twin.write(0x138A, [0, 500]),
    "atv320": lambda twin: twin.write(6_005, [5]),
    "zlac8015d": lambda twin: twin.write(0x2000, [500]),
    "cia402": lambda twin: twin.write(0x0140, [50]),
    "roboclaw": lambda twin: setattr(twin, "timeout", 5),
    "odrive": lambda twin: (
        twin.put(ODRIVE + "watchdog_timeout", 0.5),
        twin.put(ODRIVE + "enable_watchdog", 1),
    ),
    "jrk": lambda twin: None,
}


def twin_of(name: str, shaft: Shaft, slow: bool) -> Twin:
    """As from the factory, or with a slow watchdog; whatever is written from now on is lost."""
    if name == "jrk":
        changes = jrk_map.COMMISSIONED | {0x26: 50} if slow else {}
        return Jrk(shaft, follow=True, changes=changes)
    twin: Any = SIDES[name].alone(shaft)
    if slow:
        SLOW[name](twin)
    twin.locked = frozenset(odrive_values.ENTRIES) if name == "odrive" else True
    return twin  # type: ignore[no-any-return]


def rig(name: str, slow: bool) -> Rig:
    ports = {wire: Path(f"/dev/{wire}") for wire in demo_table.DRIVES[name]}
    config = table.parse(demo_table.text(name, "a1", ports).encode()).devices.drive
    shaft = Shaft(PARK_CDEG / 100)
    bits = 10 if config.parity == "none" else 11
    return Rig(
        twin_of(name, shaft, slow),
        shaft,
        lambda link, angles: catalogue.make(config, link, angles),
        config.baud,
        bits,
    )


@pytest.mark.parametrize("slow", [False, True], ids=["factory", "half a second"])
@pytest.mark.parametrize("name", NAMES)
def test_a_watchdog_that_is_off_or_slow_is_refused_by_name(name: str, slow: bool) -> None:
    one = rig(name, slow)
    refused = str(one.arm(400).refused)
    assert one.drive.capabilities.watchdog_setting
    assert one.drive.capabilities.watchdog_setting in refused
    for _ in range(60):
        one.tick(lambda: one.drive.move(-6_000, 200))
    assert not one.drive.arm(one.line.now_ms).armed
    assert one.shaft.angle_deg == pytest.approx(PARK_CDEG / 100, abs=0.01)

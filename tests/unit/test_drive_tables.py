"""A drive is a folder and one row in each of two tables; they agree, and so does all that is made of them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from firmware_bridge import keys
from firmware_bridge.drives import catalogue
from firmware_bridge.link.memory import memory_pair
from hil import demo_table
from hil.device_command import DEVICES
from safety.guard import table, table_rows
from simulator.sides import SIDES

NAMES = sorted(catalogue.DRIVES)


def test_the_bridge_and_the_bench_know_the_same_drives() -> None:
    assert {"node", *SIDES} == set(catalogue.DRIVES)
    assert set(catalogue.DRIVES) <= set(DEVICES)
    assert set(demo_table.KEYS) <= set(catalogue.DRIVES)


@pytest.mark.parametrize("name", NAMES)
def test_the_demos_table_of_every_drive_is_a_table(name: str) -> None:
    ports = {wire: Path(f"/dev/{wire}") for wire in demo_table.DRIVES[name]}
    machine = table.parse(demo_table.text(name, "a1", ports).encode())
    assert catalogue.name_of(machine.devices.drive) == name
    assert machine.devices.drive.port == "/dev/drive"
    assert (machine.devices.inputs is None) == (name == "node")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "node"])
def test_every_driver_can_be_made_from_the_demos_table(name: str) -> None:
    ports = {wire: Path(f"/dev/{wire}") for wire in demo_table.DRIVES[name]}
    config = table.parse(demo_table.text(name, "a1", ports).encode()).devices.drive
    drive = catalogue.make(config, memory_pair()[0], catalogue.Angles(lambda: None, lambda: None))
    assert drive.read() is None
    assert drive.capabilities.watchdog_ms <= 200
    assert drive.capabilities.holds_when_dead in ("drive", "brake", "self-locking")


@pytest.mark.parametrize("name", NAMES)
def test_every_key_of_a_drive_is_a_row_of_the_table_file(name: str) -> None:
    rows = {row.key for row in table_rows.ROWS if row.section == "drive" and name in row.when}
    config = catalogue.DRIVES[name].config
    assert rows == {key.name for key in keys.keys_of(config)}
    assert {"port", "baud", "parity"} <= rows
    assert {one.name for one in fields(config)} - rows <= {"limits", "lever"}

"""Discovery reads the kernel's folders and opens no port; `keel ports` tells what is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from firmware_bridge import discovery
from hil import ports_command


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """An FTDI adapter held by a process, an 8250 port that is not there, a console, and a pseudo terminal."""
    usb = tmp_path / "sys/devices/usb1/1-1"
    tty = usb / "1-1:1.0/ttyUSB0"
    drivers = tmp_path / "sys/bus/usb-serial/drivers/ftdi_sio"
    phantom = tmp_path / "sys/devices/platform/serial8250"
    for folder in (tty, drivers, phantom, tmp_path / "dev/serial/by-id", tmp_path / "proc/self"):
        folder.mkdir(parents=True)
    for name, value in (
        ("idVendor", "0403"),
        ("idProduct", "6001"),
        ("product", "FT232R"),
        ("manufacturer", "FTDI"),
    ):
        (usb / name).write_text(value + "\n")
    (tty / "driver").symlink_to(drivers)
    for name, device, kind in (("ttyUSB0", tty, None), ("ttyS0", phantom, "0"), ("console", None, None)):
        entry = tmp_path / "sys/class/tty" / name
        entry.mkdir(parents=True)
        if device is not None:
            (entry / "device").symlink_to(device)
        if kind is not None:
            (entry / "type").write_text(kind + "\n")
    os.mkfifo(tmp_path / "dev/ttyUSB0")  # whoever opened it would wait for ever
    (tmp_path / "dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0").symlink_to("../../ttyUSB0")
    holder = tmp_path / "proc/4711/fd"
    holder.mkdir(parents=True)
    (holder / "3").symlink_to("/dev/ttyUSB0")
    (holder.parent / "comm").write_text("keel\n")
    return tmp_path


def test_a_port_is_found_with_the_name_that_stays_and_who_holds_it(machine: Path) -> None:
    assert discovery.ports(machine) == [
        discovery.Port(
            "/dev/ttyUSB0",
            "/dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0",
            "0403:6001",
            "FTDI FT232R",
            "ftdi_sio",
            ("keel (4711)",),
        )
    ]


def test_a_machine_without_ports_has_none(tmp_path: Path) -> None:
    assert discovery.ports(tmp_path) == []


def test_the_list_says_all_of_it_and_what_comes_next(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ports_command.listed(discovery.ports(machine), as_json=False)
    said = capsys.readouterr().out
    for words in ("usb-FTDI_FT232R_A1-if00-port0", "0403:6001 FTDI FT232R", "keel (4711)", "table file"):
        assert words in said
    ports_command.listed([], as_json=False)
    assert "No serial port" in capsys.readouterr().out

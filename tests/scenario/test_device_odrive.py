"""keel device odrive as a process, spoken to as a person with a terminal program would."""

from __future__ import annotations

import os
import select
import tty

import pytest

from tests.device_process import device

TALK = (
    (b"r vbus_voltage *93\n", b"24.000000*40\r\n"),
    (b"r vbus_voltage\r", b"24.000000\r\n"),
    (b"f 0 *86!", b"0.000000 0.000000*32\r\n"),
    (b"f 1\n", b"invalid motor 1\r\n"),
    (b"v 0\n", b"invalid command format\r\n"),
    (b"x\n", b"unknown command\r\n"),
    (b"r nonsense\n", b"invalid property\r\n"),
    # A wrong sum is dropped without a word, and what is written answers nothing: only the last line does.
    (
        b"r ibus *94\nw axis0.config.watchdog_timeout 0.5\nr axis0.config.watchdog_timeout\n",
        b"0.500000\r\n",
    ),
)


@pytest.mark.serial
def test_its_ascii_protocol_on_a_pty() -> None:
    with device("odrive", "--pty") as place:
        port = os.open(str(place["pty"]), os.O_RDWR | os.O_NOCTTY)
        tty.setraw(port)
        for said, answer in TALK:
            os.write(port, said)
            heard = b""
            while not heard.endswith(b"\n") and select.select([port], [], [], 5.0)[0]:
                heard += os.read(port, 200)
            assert heard == answer
        os.close(port)

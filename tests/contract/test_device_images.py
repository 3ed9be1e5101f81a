"""The images of `keel device`: as from the factory, locked, without CRC, the node of the inputs.

And what a tool of the maker may say to a twin besides what our drivers say.
"""

from __future__ import annotations

import binascii
from pathlib import Path

import pytest

from controller.exit_codes import CommandError
from firmware_bridge.config import NodeConfig
from firmware_bridge.drives import catalogue
from firmware_bridge.drives.node.port import NodePort
from firmware_bridge.link.memory import memory_pair
from hil import demo_table
from hil.device_command import DEVICES, Image, maker
from safety.guard import table
from simulator.devices.base import Shaft, Twin
from simulator.devices.odrive import Odrive, checksum
from simulator.devices.roboclaw import Roboclaw
from simulator.devices.witmotion_stream import WitmotionStreamTwin, frame
from simulator.sides import SIDES
from tests.line_rig import PARK_CDEG, Rig

JRK = DEVICES["jrk"]


def said(twin: Twin, hexed: str, now_us: int = 1_000) -> str:
    """What it answers to these bytes, in hex."""
    twin.take(bytes.fromhex(hexed), now_us)
    return b"".join(data for _, data in twin.out()).hex(" ").upper()


def rig(name: str, image: Image) -> Rig:
    ports = {wire: Path(f"/dev/{wire}") for wire in demo_table.DRIVES[name]}
    config = table.parse(demo_table.text(name, "a1", ports).encode()).devices.drive
    shaft = Shaft(PARK_CDEG / 100)
    twin = maker(name, DEVICES[name], image)(shaft)
    bits = 10 if config.parity == "none" else 11
    return Rig(twin, shaft, lambda link, angles: catalogue.make(config, link, angles), config.baud, bits)


@pytest.mark.parametrize("name", SIDES)
def test_a_locked_image_is_refused_at_arming_with_its_watchdog_named(name: str) -> None:
    one = rig(name, Image(locked=True))
    assert one.drive.capabilities.watchdog_setting in str(one.arm(400).refused)


@pytest.mark.parametrize("name", ["blvr", "zlac8015d", "cia402", "odrive"])
def test_a_factory_image_takes_the_watchdog_from_its_driver(name: str) -> None:
    assert rig(name, Image(factory=True)).arm(400).armed


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("jrk", "setting 26h (serial timeout) is 0 ms"),
        ("roboclaw", "command 55"),
        ("atv320", "register 10001 (BLC brake logic) is 0"),
    ],
)
def test_a_factory_image_that_only_its_makers_tool_can_set_up_is_refused(name: str, words: str) -> None:
    assert words in str(rig(name, Image(factory=True)).arm(400).refused)


@pytest.mark.parametrize(
    ("name", "image", "words"),
    [
        ("node", Image(factory=True), "its watchdog is part of its firmware"),
        ("witmotion", Image(locked=True), "it has no watchdog"),
        ("blvr", Image(role="io"), "--role is for the node"),
        ("odrive", Image(no_crc=True), "--no-crc is for jrk"),
    ],
)
def test_an_image_that_a_device_has_not_is_refused(name: str, image: Image, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        maker(name, DEVICES[name], image)


def test_the_node_of_the_inputs_answers_as_one() -> None:
    ours, its = memory_pair()
    twin = maker("node", DEVICES["node"], Image(role="io"))(Shaft(-70.0))
    port = NodePort(NodeConfig("line"), ours, "io")
    for tick in range(120):
        now_ms = tick * 20
        port.take(now_ms)
        port.send(tick, 0xFFFF, now_ms)
        for ms in range(now_ms, now_ms + 20):
            twin.take(its.read(), ms * 1_000)
            twin.step(ms * 1_000)
            for _, data in twin.out():
                its.write(data)
    assert port.proved, port.trouble
    assert port.newest is not None


def test_the_jrk_without_crc_obeys_the_guides_bare_frames() -> None:
    """Pololu 0J73: the worked frames of its sections 11 and 12."""
    twin = maker("jrk", JRK, Image(no_crc=True))(Shaft(0.0))
    assert said(twin, "DD 64") == ""
    assert twin.target == 3_229  # type: ignore[attr-defined]
    assert said(twin, "E5 02 02") == "9D 0C"
    said(twin, "C0 40")
    assert said(twin, "E5 02 02") == "00 08"
    said(twin, "AA 0B 5D 64")
    assert said(twin, "E5 02 02") == "9D 0C"
    assert said(twin, "E5 12 04") == "00 00 01 00"
    said(twin, "AA 0C 40 40")  # another device
    assert said(twin, "E5 02 02") == "9D 0C"
    assert said(twin, "E1 0A") == ""
    assert said(twin, "E5 02 02") == (2_048 + 160).to_bytes(2, "little").hex(" ").upper()
    assert said(twin, "E0 0A") == ""
    assert said(twin, "E5 02 02") == (2_048 - 160).to_bytes(2, "little").hex(" ").upper()
    assert said(twin, "EC") == "00"
    assert said(twin, "E0 00") == ""
    assert said(twin, "E5 12 02") == "01 00"  # the motor is stopped and awaits a command


def crc(hexed: str) -> str:
    data = bytes.fromhex(hexed)
    return hexed + " " + binascii.crc_hqx(data, 0).to_bytes(2, "big").hex(" ")


@pytest.mark.parametrize(
    ("write", "read", "data"),
    [
        (
            "80 3D 00000003 00000001 00000002 00000004 00000005 FFFFFFF6 0000000A",
            "80 3F",
            "00000001 00000002 00000003 00000004 00000005 FFFFFFF6 0000000A",
        ),
        ("80 4A 01 02 04", "80 4B", "01 02 04"),
        ("80 85 00000BB8 00000001", "80 87", "00000BB8 00000001"),
        ("80 C9 AA", "80 CA", "AA"),
    ],
)
def test_the_roboclaw_keeps_its_further_settings(write: str, read: str, data: str) -> None:
    twin = Roboclaw(Shaft())
    assert said(twin, crc(write)) == "FF"
    answer = bytes.fromhex(said(twin, read))
    assert answer[:-2] == bytes.fromhex(data)
    assert binascii.crc_hqx(bytes.fromhex(read) + answer, 0) == 0
    assert said(twin, crc(write)[:-2] + "00", 50_000) == ""


def test_the_roboclaw_takes_its_further_writes() -> None:
    twin = Roboclaw(Shaft())
    for write in ("80 34 4000 00001388", "80 44 00001388", "80 C8"):
        assert said(twin, crc(write)) == "FF"
    assert twin.duty == pytest.approx(0.5, abs=0.001)
    twin.status = 1
    said(twin, crc("80 C8"))
    assert twin.status == 1, "the lock is not software's"
    said(twin, crc("80 C9 AA"))
    said(twin, crc("80 C8"))
    assert twin.status == 0
    said(twin, crc("80 0E 02"))
    said(twin, crc("80 5E 00000000"))
    twin.power_cycle()
    assert twin.timeout == 0, "another key saves nothing"
    said(twin, crc("80 0E 02"))
    said(twin, crc("80 5E E22EAB7A"))
    twin.power_cycle()
    assert twin.timeout == 2


def test_the_stream_answers_a_register_read() -> None:
    twin = WitmotionStreamTwin(Shaft(45.0))
    twin.step(1)
    twin.out()
    assert bytes.fromhex(said(twin, "FF AA 27 3D 00")) == frame(0x5F, 0x2000, 0, 0, 2_500)
    assert bytes.fromhex(said(twin, "FF AA 27 03 00")) == frame(0x5F, 6, 0, 0, 0)


def line(twin: Odrive, text: str) -> str:
    return bytes.fromhex(said(twin, text.encode().hex() + "0A", twin._now_us + 1_000)).decode()


def test_the_odrive_knows_all_its_commands() -> None:
    """docs/ascii-protocol.rst."""
    twin = Odrive(Shaft(0.0), turns_per_degree=0.1, follow=True)
    line(twin, "w axis0.requested_state 8")
    assert line(twin, "q 0 0.5 3.5 1.25") == ""
    assert line(twin, "r axis0.controller.config.vel_limit") == "3.500000\r\n"
    assert line(twin, "r axis0.motor.config.torque_lim") == "1.250000\r\n"
    twin.step(4_000_000)
    assert twin.shaft.angle_deg == pytest.approx(5.0, abs=0.1)
    assert line(twin, "t 0 0") == ""
    twin.step(5_000_000)
    assert twin.shaft.angle_deg > -0.1
    twin.step(8_000_000)
    assert twin.shaft.angle_deg == pytest.approx(0.0, abs=0.1)
    assert line(twin, "es 0 7.5") == ""
    assert line(twin, "f 0").startswith("7.500")
    assert line(twin, "c 0 0.2") == ""
    assert line(twin, "r axis0.controller.config.control_mode") == "1\r\n"
    assert "Trajectory: t axis pos" in line(twin, "h")
    assert line(twin, "q 0") == line(twin, "t 0") == line(twin, "es") == "invalid command format\r\n"
    assert line(twin, "t 1 0") == "invalid motor 1\r\n"
    body = "h"
    assert line(twin, f"{body}*{checksum(body.encode())}").count("*") == 1


def test_the_odrive_keeps_what_is_saved_and_no_more() -> None:
    twin = Odrive(Shaft(0.0))
    limit = "axis0.controller.config.vel_limit"
    line(twin, f"w {limit} 9")
    line(twin, "sr")
    assert line(twin, f"r {limit}") == "2.000000\r\n"
    line(twin, f"w {limit} 9")
    line(twin, "ss")
    line(twin, "sr")
    assert line(twin, f"r {limit}") == "9.000000\r\n"
    line(twin, "se")
    assert line(twin, f"r {limit}") == "2.000000\r\n"

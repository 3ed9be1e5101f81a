"""RoboClaw: arming, the watchdog, a bad line, the bridge's loop on its encoder."""

from __future__ import annotations

import re

import pytest

from firmware_bridge.drives.roboclaw import commands as c
from firmware_bridge.drives.roboclaw.config import RoboclawConfig
from firmware_bridge.drives.roboclaw.driver import RoboclawDrive
from firmware_bridge.line_port import BadAnswer
from firmware_bridge.readings import ARMED, FAULT, UNPOWERED
from simulator.devices import roboclaw_commands as twin_map
from simulator.devices.base import Shaft
from simulator.devices.roboclaw import Roboclaw
from tests.line_rig import BAD_LINES, PARK_CDEG, Rig, armed, merge, ride_on_a_bad_line
from tests.modbus_line import Fault
from tests.world_host import riding


def rig(sign: int = 1, baud: int = 38_400, timeout: int = 0, **twin: bool) -> Rig:
    shaft = Shaft(PARK_CDEG / 100)
    device = Roboclaw(shaft, counts_per_degree=1_000.0 * sign, follow=True, timeout=timeout, **twin)
    config = RoboclawConfig(
        port="line", baud=baud, counts_per_degree=1_000.0, sign=sign, holds_when_dead="brake"
    )
    return Rig(device, shaft, lambda link, angles: RoboclawDrive(config, link, angles), baud)


def twin_of(one: Rig) -> Roboclaw:
    assert isinstance(one.twin, Roboclaw)
    return one.twin


def test_the_twin_answers_as_the_manual_does() -> None:
    shaft = Shaft(0.0)
    twin = Roboclaw(shaft)
    shaft.angle_deg = 10.0
    twin.take(bytes.fromhex("80 10"), 0)
    assert twin.out()[0][1] == bytes.fromhex("00 00 27 10 00 B1 58")


def test_the_answer_to_another_command_is_none() -> None:
    with pytest.raises(BadAnswer, match="command 16 with CRC 0000"):
        c.read(0x80, c.ENCODER).decode(bytes(7))
    with pytest.raises(BadAnswer, match="instead of the acknowledgement ff"):
        c.write(0x80, c.DUTY, 0).decode(b"\xfe")


def test_driver_and_twin_know_the_same_commands() -> None:
    writes = (c.SET_TIMEOUT, c.SET_ENCODER, c.DUTY, c.SPEED, c.SPEED_AT_ONCE, c.POSITION, c.SET_VELOCITY_PID)
    reads = (
        c.TIMEOUT,
        c.ENCODER,
        c.BATTERY,
        c.CURRENTS,
        c.VELOCITY_PID,
        c.ENCODERS,
        c.STATUS,
        c.VERSION,
        *c.HEATS,
    )
    assert {one.number: ">" + one.data for one in writes}.items() <= twin_map.WRITES.items()
    assert {one.number for one in reads} <= twin_map.READS


@pytest.mark.parametrize("sign", [1, -1])
def test_it_arms_with_its_watchdog_written_and_its_encoder_referred(sign: int) -> None:
    one = armed(rig(sign))
    assert twin_of(one).timeout == 2
    assert twin_of(one).count == sign * PARK_CDEG * 10
    assert one.drive.capabilities.watchdog_ms == 200
    errors = one.move(200, 5.0)
    assert max(map(abs, errors)) < 40
    assert one.shaft.angle_deg > -62.0


@pytest.mark.parametrize(
    ("twin", "timeout", "words"),
    [
        ({"factory": True}, 0, r"command 55 \(M1 velocity PID and QPPS\): P is 0, allowed above 0"),
        ({"locked": True}, 0, r"command 15 \(serial timeout\) is off, allowed 100 to 200 ms"),
        ({"locked": True}, 10, r"command 15 \(serial timeout\) is 1000 ms, allowed 100 to 200 ms"),
    ],
)
def test_what_is_set_wrong_is_refused_by_name(twin: dict[str, bool], timeout: int, words: str) -> None:
    one = rig(timeout=timeout, **twin)
    arming = one.arm()
    assert not arming.armed
    assert arming.refused is not None
    assert re.search(words, arming.refused)
    one.hold(60)
    assert twin_of(one).duty == 0.0


def test_a_fault_is_refused_by_name_and_takes_the_arming_away() -> None:
    one = rig()
    twin_of(one).status = 1 << 6 | 1 << 18
    assert one.arm().refused == "command 90 (status): M1 driver fault; remove the cause"
    again = armed(rig(old=True))
    twin_of(again).status = 1 << 2
    again.hold(60)
    reading = again.drive.read()
    assert reading is not None
    assert (reading.state, reading.fault) == (FAULT, 1 << 2)
    assert "E-stop" in str(again.arm().refused)


def test_without_an_inclinometer_there_is_no_reference() -> None:
    one = rig()
    one.angle = lambda: None
    assert "inclinometer says nothing" in str(one.arm().refused)


def test_a_power_cycle_disarms_and_the_reference_comes_back() -> None:
    one = armed(rig())
    one.move(200, 5.0)
    twin_of(one).power_cycle()
    for _ in range(6):
        one.follow(one.shaft.angle_deg * 100, 0)
    reading = one.drive.read()
    assert reading is not None
    assert reading.state != ARMED
    assert one.arm().armed
    one.hold(10)
    reading = one.drive.read()
    assert reading is not None
    assert reading.angle_cdeg == pytest.approx(one.shaft.angle_deg * 100, abs=2)
    assert twin_of(one).timeout == 2


def test_its_own_watchdog_ends_the_motion_within_200_ms_of_the_last_feed() -> None:
    one = armed(rig())
    one.move(200, 4.0)
    one.line.run(100_000)
    assert one.shaft.rate_dps == pytest.approx(2.0, abs=0.1)
    one.line.run(101_000)
    assert twin_of(one).duty == 0.0
    at = one.shaft.angle_deg
    one.line.run(1_000_000)
    assert one.shaft.angle_deg == at
    one.follow(at * 100, 0)
    one.follow(at * 100, 0)
    reading = one.drive.read()
    assert reading is not None
    assert reading.state != ARMED
    assert one.arm().armed


@pytest.mark.parametrize("turn", [0, 1])
def test_a_stop_goes_out_in_its_tick_and_a_cut_takes_the_duty(turn: int) -> None:
    one = armed(rig())
    one.move(200, 4.0 + 0.02 * turn)
    one.tick(lambda: one.drive.stop(3_000))
    assert one.line.asked[-1][:2] == bytes([0x80, c.SPEED.number])
    assert one.line.asked[-1][2:10] == (30_000).to_bytes(4, "big") + bytes(4)
    one.hold(4)
    assert one.shaft.rate_dps == 0.0
    one.tick(one.drive.release)
    assert one.line.asked[-1] == bytes.fromhex("80 20 00 00 5B FE")
    for _ in range(4):
        one.tick(one.drive.release)
    reading = one.drive.read()
    assert reading is not None
    assert reading.state == UNPOWERED


@pytest.mark.parametrize("fault", BAD_LINES, ids=lambda fault: fault.__name__)
def test_on_a_bad_line_no_reading_is_wrong(fault: Fault) -> None:
    one = armed(rig())
    readings = ride_on_a_bad_line(one, fault)
    assert len(readings) > 80
    for where, reading in readings:
        assert reading.angle_cdeg == pytest.approx(where, abs=2.5)
    # A merged pair is two answers lost in a row.
    assert one.worst_age_ms <= (160 if fault is merge else 120)
    assert twin_of(one).duty is None  # never without a feed for 200 ms


def test_an_adapter_that_echoes_is_found_out() -> None:
    one = rig()
    one.line.fault = lambda answer: [(0, one.line.asked[-1] + answer)]
    assert not one.arm(40).armed
    assert "echo" in str(one.drive.trouble)


@pytest.mark.parametrize("gear", ["a1", "a2"])
def test_it_moves_a_loaded_table_as_planned_and_holds_it(gear: str) -> None:
    host = riding("roboclaw", "a2" if gear == "a2" else "a1", start_deg=-30.0)
    worst = 0.0
    for _ in range(900):
        host.step(-15.0)
        if host.at_deg is not None:
            worst = max(worst, abs(host.truth.angle_deg - host.at_deg))
    assert worst < 1.5
    assert host.truth.angle_deg == pytest.approx(-15.0, abs=0.3)
    host.step(-15.0, cut=True)


def test_without_its_host_it_stops_and_the_gear_holds() -> None:
    host = riding("roboclaw", start_deg=-20.0)
    host.run(4.0, 20.0)
    assert host.truth.rate_dps == pytest.approx(2.0, abs=0.2)
    host.silence(0.35)
    assert host.truth.rate_dps == pytest.approx(0.0, abs=0.05)
    at = host.truth.angle_deg
    host.silence(10.0)
    assert host.truth.angle_deg == pytest.approx(at, abs=0.1)
    host.start()
    host.go(0.0)
    assert host.truth.angle_deg == pytest.approx(0.0, abs=0.3)

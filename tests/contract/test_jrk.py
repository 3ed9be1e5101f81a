"""Jrk G2: arming, the serial timeout, a bad line, a loaded table."""

from __future__ import annotations

import pytest

from firmware_bridge.codec import crc
from firmware_bridge.drives.jrk import commands as c
from firmware_bridge.drives.jrk.config import JrkConfig
from firmware_bridge.drives.jrk.driver import JrkDrive
from firmware_bridge.line_port import BadAnswer
from firmware_bridge.readings import ARMED, FAULT, UNPOWERED, DriveReading
from simulator.devices import jrk_map
from simulator.devices.base import Shaft
from simulator.devices.jrk import Jrk
from tests.line_rig import BAD_LINES, PARK_CDEG, Rig, armed, flips, merge, ride_on_a_bad_line
from tests.modbus_line import Fault
from tests.world_host import riding

COMPACT = c.Framing()
COUNTS = 27.0


def rig(sign: int = 1, baud: int = 9_600, compact: bool = True, changes: dict[int, int] | None = None) -> Rig:
    shaft = Shaft(PARK_CDEG / 100)
    image = jrk_map.COMMISSIONED | {0x51: 20} if changes is None else changes
    twin = Jrk(shaft, counts_per_degree=COUNTS * sign, follow=True, changes=image)
    config = JrkConfig(
        port="line",
        baud=baud,
        counts_per_degree=COUNTS,
        zero_counts=2_048,
        sign=sign,
        compact=compact,
        holds_when_dead="self-locking",
    )
    return Rig(twin, shaft, lambda link, angles: JrkDrive(config, link), baud)


def twin_of(one: Rig) -> Jrk:
    assert isinstance(one.twin, Jrk)
    return one.twin


def reading_of(one: Rig) -> DriveReading:
    reading = one.drive.read()
    assert reading is not None
    return reading


def test_both_error_words_are_read_without_clearing_them() -> None:
    ask = COMPACT.variables(c.ERRORS)
    assert ask.frame[:2] == bytes.fromhex("E5 12")
    twin = Jrk(Shaft())
    twin.take(bytes.fromhex("E5 12 04") + bytes([crc.pololu7(bytes.fromhex("E5 12 04"))]), 0)
    assert twin.out()[0][1] == bytes.fromhex("01 00 01 00")
    assert twin.halting == jrk_map.AWAITING


def test_no_feedback_with_a_wrong_bit_is_read_and_two_only_where_they_agree() -> None:
    """Answers have no check: the feedback is there twice, and the same wrong bit in both is a jump."""
    good = bytes.fromhex("0A 05 0A 05")
    assert c.feedback(good) == (0x50A,)
    passed = []
    for wrong in flips(good):
        try:
            passed.append(c.feedback(wrong)[0] ^ 0x50A)
        except BadAnswer:
            continue
    assert sorted(passed) == [1 << bit for bit in range(12)]


@pytest.mark.parametrize("bit", range(12))
def test_a_feedback_that_jumps_is_left_out(bit: int) -> None:
    """The same wrong bit in both copies, once in a while."""
    one = armed(rig())
    one.move(200, 3.0)
    answers = []

    def spoil(answer: bytes) -> list[tuple[int, bytes]]:
        answers.append(answer)
        value = int.from_bytes(answer, "little") ^ (1 << bit | 1 << bit + 16)
        spoilt = len(answer) < 9 and len(answers) % 7 == 0
        return [(0, value.to_bytes(len(answer), "little") if spoilt else answer)]

    one.line.fault = spoil
    for _ in range(100):
        one.hold(1)
        assert reading_of(one).angle_cdeg == pytest.approx(one.shaft.angle_deg * 100, abs=14)
    assert reading_of(one).state == ARMED


def test_no_error_flags_with_a_wrong_bit_are_read() -> None:
    calm = bytes.fromhex("00 00 00 00 00 C0 5D 00 00")
    assert c.errors(calm) == (0, 0)
    for bit in range(16):
        wrong = bytearray(calm)
        wrong[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadAnswer, match="not possible together"):
            c.errors(bytes(wrong))


def test_driver_and_twin_know_the_same_settings() -> None:
    for row in (*c.SETTINGS, *c.RAM_SETTINGS, c.NUMBER):
        assert jrk_map.FACTORY[row.offset][0] == row.size
    assert {1 << bit for bit in c.ERROR_NAMES} == {1 << bit for bit in range(14)}


@pytest.mark.parametrize(
    ("sign", "baud", "compact"), [(1, 9_600, True), (-1, 9_600, True), (1, 115_200, False)]
)
def test_it_arms_where_it_stands_and_follows(sign: int, baud: int, compact: bool) -> None:
    one = armed(rig(sign, baud, compact))
    assert one.shaft.angle_deg == pytest.approx(-70.0, abs=0.1)
    assert one.drive.capabilities.watchdog_ms == 200
    errors = one.move(200, 5.0)
    assert max(map(abs, errors)) < 40
    assert one.shaft.angle_deg > -62.0
    assert one.worst_age_ms <= 60


def test_as_it_comes_from_the_factory_it_is_refused_with_every_setting_named() -> None:
    one = rig(changes={})
    refused = str(one.arm(200).refused)
    for words in (
        "setting 26h (serial timeout) is 0 ms, allowed 100 to 200 ms",
        "setting 01h (options byte 1, CRC enabled) is 0, allowed 2",
        "setting 2Ah (error enable, serial timeout) is 0, allowed 4096",
        "setting 19h (feedback error minimum) is 0 counts",
        "setting 51h (proportional multiplier) is 0",
        "Configuration Utility",
    ):
        assert words in refused
    one.hold(60)
    assert twin_of(one).duty == 0


@pytest.mark.parametrize(
    ("offset", "value", "words"),
    [
        (0x26, 0, "serial timeout) is 0 ms, allowed 100 to 200 ms"),
        (0x26, 21, "serial timeout) is 210 ms, allowed 100 to 200 ms"),
        (0x01, 0, "CRC enabled) is 0, allowed 2"),
        (0x18, 0, "feedback mode) is 0, allowed 1"),
        (0x28, 12, "device number) is 12, [drive].address 11"),
    ],
)
def test_one_wrong_setting_is_refused_by_name(offset: int, value: int, words: str) -> None:
    one = rig(changes=jrk_map.COMMISSIONED | {offset: value})
    assert words in str(one.arm(200).refused)


def test_what_is_broken_is_refused_and_what_the_line_did_is_cleared() -> None:
    one = rig()
    twin_of(one).powered = False
    assert one.arm(200).refused == "errors halting: no power; remove the cause"
    twin_of(one).powered = True
    one.arm_again()
    one.hold(10)
    twin_of(one).broken_wire = True
    one.hold(20)
    assert twin_of(one).duty == 0
    assert (reading_of(one).state, reading_of(one).angle_cdeg) == (FAULT, None)
    assert reading_of(one).fault == jrk_map.FEEDBACK_DISCONNECT
    assert "feedback disconnect" in str(one.arm(200).refused)


def test_its_own_timeout_ends_the_motion_within_200_ms_of_the_last_feed() -> None:
    one = armed(rig())
    one.move(200, 4.0)
    assert one.shaft.rate_dps > 1.0
    one.line.run(202_000)
    assert twin_of(one).duty == 0
    assert twin_of(one).halting & jrk_map.TIMEOUT_ERROR
    at = one.shaft.angle_deg
    one.line.run(1_000_000)
    assert one.shaft.angle_deg == at
    for _ in range(4):
        one.follow(at * 100 + 500, 200)
    assert reading_of(one).state != ARMED
    assert one.shaft.angle_deg == at
    assert one.arm(200).armed


def test_it_does_not_travel_on_to_a_target_far_away() -> None:
    one = armed(rig())
    for _ in range(3):
        one.follow(0, 0)
    assert twin_of(one).target < 2_048 + (-70.0 + 2.5) * COUNTS + 20


def test_a_stop_holds_and_a_cut_takes_the_duty_in_the_same_tick() -> None:
    one = armed(rig())
    one.move(200, 4.0)
    before = one.shaft.angle_deg
    one.hold(15)
    assert abs(one.shaft.rate_dps) < 0.4
    assert one.shaft.angle_deg - before < 0.6
    one.tick(one.drive.release)
    assert one.line.asked[-1].startswith(bytes.fromhex("FF 4F"))
    assert twin_of(one).duty == 0
    for _ in range(14):  # its error flags come each 160 ms and have to be said twice
        one.tick(one.drive.release)
    assert reading_of(one).state == UNPOWERED


def test_a_cut_that_takes_its_supply_too_is_no_fault_and_it_arms_again() -> None:
    """The enable relay has its supply."""
    one = armed(rig())
    twin_of(one).powered = False
    for _ in range(100):
        one.tick(one.drive.release)
        assert reading_of(one).fault == 0
    assert twin_of(one).halting & jrk_map.NO_POWER
    assert reading_of(one).state == UNPOWERED
    twin_of(one).powered = True
    one.hold(50)
    assert reading_of(one).state == ARMED
    twin_of(one).powered = False
    one.hold(20)
    assert reading_of(one).fault == jrk_map.NO_POWER, "the next time it is no cut's doing"


def test_a_supply_that_goes_while_it_moves_is_a_fault() -> None:
    one = armed(rig())
    twin_of(one).powered = False
    for _ in range(20):
        one.follow(0, 0)
    assert reading_of(one).fault == jrk_map.NO_POWER


@pytest.mark.parametrize("fault", BAD_LINES, ids=lambda fault: fault.__name__)
def test_on_a_bad_line_no_reading_is_wrong(fault: Fault) -> None:
    one = armed(rig())
    readings = ride_on_a_bad_line(one, fault)
    assert len(readings) > 100
    for where, reading in readings:
        assert reading.angle_cdeg == pytest.approx(where, abs=8)
    # A merged pair is two answers lost in a row, and the next one may be of errors.
    assert one.worst_age_ms <= (160 if fault is merge else 100)
    assert twin_of(one).halting == 0


def test_an_adapter_that_echoes_is_found_out() -> None:
    one = rig()
    one.line.fault = lambda answer: [(0, one.line.asked[-1] + answer)]
    assert not one.arm(60).armed
    assert "echo" in str(one.drive.trouble)


@pytest.mark.parametrize("gear", ["a1", "a2"])
def test_it_moves_a_loaded_table_as_planned_and_holds_it(gear: str) -> None:
    host = riding("jrk", "a2" if gear == "a2" else "a1", start_deg=-30.0)
    worst = 0.0
    for _ in range(900):
        host.step(-15.0)
        if host.at_deg is not None:
            worst = max(worst, abs(host.truth.angle_deg - host.at_deg))
    assert worst < 0.5
    assert host.truth.angle_deg == pytest.approx(-15.0, abs=0.2)


def test_without_its_host_it_stops_and_the_gear_holds() -> None:
    host = riding("jrk", start_deg=-20.0)
    host.run(4.0, 20.0)
    host.silence(0.35)
    assert host.truth.rate_dps == pytest.approx(0.0, abs=0.05)
    at = host.truth.angle_deg
    host.silence(10.0)
    assert host.truth.angle_deg == pytest.approx(at, abs=0.1)
    host.start()
    host.go(0.0)
    assert host.truth.angle_deg == pytest.approx(0.0, abs=0.3)

"""The BLV-R driver against its twin, byte for byte, in virtual time."""

from __future__ import annotations

import pytest

from firmware_bridge import readings
from firmware_bridge.drives.blvr import motion
from firmware_bridge.drives.blvr import registers as r
from firmware_bridge.readings import Arming
from simulator.devices import blvr_registers as twin_map
from tests.blvr_rig import PARK_CDEG, Rig, armed, framed, reading_of


def test_arming_sets_the_watchdog_and_switches_on() -> None:
    rig = Rig()
    rig.tick()
    rig.tick()
    assert (reading_of(rig).state, reading_of(rig).boot_count) == (readings.DISARMED, 0)
    assert not rig.twin.excited
    assert rig.register(0x138A) == 0  # as it leaves the factory
    assert rig.arm() == Arming(True)
    rig.hold(5)
    assert (rig.register(0x138A), rig.register(0x0E64), rig.register(0x7C)) == (160, 6, 3)
    reading = reading_of(rig)
    assert (reading.state, reading.angle_cdeg, reading.fault) == (readings.ARMED, PARK_CDEG, 0)
    assert rig.ticks < 60


def test_capabilities_are_those_of_the_manual() -> None:
    capabilities = Rig().drive.capabilities
    assert not capabilities.own_return
    assert capabilities.absolute_angle
    assert capabilities.watchdog_ms <= 200
    assert capabilities.holds_when_dead == "drive"


def test_a_drive_that_refuses_its_settings_is_not_armed() -> None:
    rig = Rig(locked=True)
    arming = rig.arm()
    assert not arming.armed
    assert arming.refused is not None
    assert "register 138Ah (communication timeout) is 0 ms, allowed 1 to 200 ms" in arming.refused
    assert "exception 03h" in arming.refused
    rig.hold(60)
    assert not rig.twin.excited


@pytest.mark.parametrize(
    ("found_ms", "is_armed"), [(0, False), (100, True), (200, True), (201, False), (10_000, False)]
)
def test_a_locked_watchdog_is_judged_by_its_time(found_ms: int, is_armed: bool) -> None:
    rig = Rig()
    rig.twin.write(0x138A, r.words(found_ms))
    rig.twin.write(0x0E64, r.words(6))
    rig.twin.locked = True
    assert rig.arm().armed is is_armed


def test_a_drive_that_swallows_values_silently_is_read_back() -> None:
    rig = Rig()
    rig.twin.write(0x1392, r.words(0))
    rig.twin.locked = True
    assert "register 1392h" in str(rig.arm().refused)


def test_another_device_is_named() -> None:
    rig = Rig()
    rig.line.fault = lambda answer: [(0, framed(bytes([1, answer[1] | 0x80, 2])))]
    assert "unit 1 is not a BLV-R: register 1384h (word order)" in str(rig.arm().refused)


@pytest.mark.parametrize("speed_cdps", [200, -200, 600])
@pytest.mark.parametrize("sign", [1, -1])
def test_it_follows_the_streamed_setpoint(speed_cdps: int, sign: int) -> None:
    rig = armed(sign=sign)
    errors = rig.move(speed_cdps, 4.0, accel_cdps2=200)
    assert max(map(abs, errors)) < 4
    assert rig.worst_age_ms <= 60


@pytest.mark.parametrize("speed_cdps", [100, 300, 600])
def test_it_does_not_brake_between_two_commands(speed_cdps: int) -> None:
    rig = armed()
    rig.move(speed_cdps, 2.0, accel_cdps2=600)
    rates = []
    setpoint = rig.shaft.angle_deg * 100
    for tick in range(100):
        setpoint += speed_cdps * 0.02
        rig.drive.take(rig.line.now_ms)
        rig.drive.move(round(setpoint), speed_cdps)
        if tick % 10:  # one of ten is lost
            rig.drive.send(tick, 0, rig.line.now_ms)
        for _ in range(20):
            rig.line.run(1_000)
            rates.append(rig.shaft.rate_dps * 100)
    assert min(rates) > 0.88 * speed_cdps
    assert max(rates) < 1.12 * speed_cdps


def test_it_ends_exactly_at_the_setpoint() -> None:
    rig = armed()
    rig.move(200, 3.0)
    end = round(rig.shaft.angle_deg * 100) + 150
    for _ in range(200):
        rig.tick(lambda: rig.drive.move(end, 0))
    assert round(rig.shaft.angle_deg * 100) == end


@pytest.mark.parametrize("speed_cdps", [100, 200, 300, 600])
def test_a_dead_host_cannot_over_travel(speed_cdps: int) -> None:
    rig = armed()
    rig.move(speed_cdps, 6.0)
    begin_cdeg, begin_us = rig.shaft.angle_deg * 100, rig.line.now_us
    stopped_us = 0
    for _ in range(1_000):
        rig.line.run(1_000)
        if not stopped_us and rig.shaft.rate_dps == 0:
            stopped_us = rig.line.now_us
    assert rig.shaft.angle_deg * 100 - begin_cdeg <= motion.ahead_cdeg(speed_cdps * 11 // 10)
    assert 0 < stopped_us - begin_us <= 300_000
    assert rig.twin.alarm == 0x85
    assert rig.twin.excited


def test_the_lifetime_of_one_command_stops_the_drive_though_the_line_lives() -> None:
    rig = armed()
    rig.move(200, 3.0)
    begin_us = rig.line.now_us
    rig.twin.write(r.TYPE.address, motion.direct(r.ABSOLUTE, 6_000, 200, 600, 3_000))
    while rig.twin.alarm == 0 and rig.line.now_us < begin_us + 500_000:
        rig.twin.heard(rig.line.now_us)  # queries go on
        rig.line.run(1_000)
    assert 119_000 <= rig.line.now_us - begin_us <= 125_000
    rig.line.run(300_000)
    assert rig.shaft.rate_dps == 0
    assert rig.twin.excited


def test_stop_decelerates_as_told_and_holds() -> None:
    rig = armed()
    rig.move(200, 3.0)
    rig.hold(5)  # 2 deg/s at 30 deg/s2 take 67 ms
    assert rig.shaft.rate_dps == 0
    place = rig.shaft.angle_deg
    rig.hold(100)
    assert rig.shaft.angle_deg == place
    assert rig.twin.alarm == 0


def test_its_own_return_is_to_hold() -> None:
    rig = armed()
    rig.move(200, 2.0)
    for _ in range(20):
        rig.tick(rig.drive.yield_to_own_return)
    assert rig.shaft.rate_dps == 0
    assert rig.twin.excited


def test_cut_takes_the_current_and_closes_the_brake() -> None:
    rig = armed()
    rig.move(100, 1.0)
    for _ in range(5):
        rig.tick(rig.drive.release)
    assert (rig.twin.brake_closed, reading_of(rig).state) == (True, readings.UNPOWERED)
    rig.hold(10)
    assert (rig.twin.brake_closed, reading_of(rig).state) == (False, readings.ARMED)


def test_arming_does_not_undo_a_cut() -> None:
    rig = armed()
    rig.tick(rig.drive.release)
    rig.line.run(1_000_000)  # silence: arming starts anew
    rig.tick(rig.drive.release)
    assert rig.arm() == Arming(True)
    for _ in range(10):
        rig.tick()
    assert not rig.twin.excited


def test_safe_torque_off_shows_as_unpowered() -> None:
    rig = armed()
    rig.twin.sto_open = True
    rig.hold(5)
    assert reading_of(rig).state == readings.UNPOWERED
    rig.twin.sto_open = False
    rig.hold(10)
    assert reading_of(rig).state == readings.ARMED


def test_a_communication_alarm_is_cleared_by_arming_again() -> None:
    rig = armed()
    rig.line.run(1_000_000)
    assert rig.twin.alarm == 0x85
    for _ in range(5):
        rig.tick()
    assert (reading_of(rig).state, reading_of(rig).fault) == (readings.DISARMED, 0x85)
    assert rig.arm() == Arming(True)
    rig.hold(5)
    reading = reading_of(rig)
    assert (reading.state, reading.fault, reading.boot_count) == (readings.ARMED, 0, 2)


def test_any_other_alarm_is_left_for_a_person() -> None:
    rig = Rig()
    rig.twin.alarm = 0x30
    assert "register 0080h (present alarm) is 30h (overload)" in str(rig.arm().refused)


def test_a_drive_that_was_off_is_set_again() -> None:
    rig = armed()
    rig.line.run(300_000)
    rig.twin.power_cycle()
    rig.tick()
    assert not rig.drive.arm(rig.line.now_ms).armed
    assert rig.arm().armed
    assert rig.register(0x138A) == 160


def test_a_setting_that_changes_later_is_found_and_written_again() -> None:
    rig = armed()
    rig.hold(50)
    rig.twin.write(0x138A, r.words(0))
    rig.hold(50 * 62)
    assert not rig.drive.arm(rig.line.now_ms).armed
    assert rig.arm().armed
    assert rig.register(0x138A) == 160
    assert rig.twin.alarm == 0


def test_the_motor_current_is_read() -> None:
    rig = armed()
    rig.twin.current_ma = 4_321
    rig.hold(20)
    assert reading_of(rig).current_ma == 4_321


def test_the_twins_map_knows_every_register_of_the_driver() -> None:
    used = [value for value in vars(r).values() if isinstance(value, r.Register)]
    assert len(used) > 15
    for register in used:
        assert register.address in twin_map.ENTRIES, register
    for setting in r.SETTINGS:
        entry = twin_map.ENTRIES[setting.register.address]
        assert entry.least is not None
        assert entry.least <= setting.wanted <= entry.most

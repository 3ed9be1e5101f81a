"""The ODrive driver against its twin, byte for byte, in virtual time."""

from __future__ import annotations

import pytest

from firmware_bridge import readings
from firmware_bridge.readings import Arming
from tests.odrive_rig import Rig, armed, reading_of

WATCHDOG = "axis0.config.watchdog_timeout"
ENABLED = "axis0.config.enable_watchdog"
LIMIT = "axis0.controller.config.vel_limit"


def test_arming_sets_the_watchdog_and_the_limits() -> None:
    rig = Rig()
    assert (rig.twin.value(WATCHDOG), rig.twin.value(ENABLED)) == (0, 0)  # as it leaves the factory
    assert rig.arm() == Arming(True)
    rig.hold(10)
    assert (rig.twin.value(WATCHDOG), rig.twin.value(ENABLED)) == (0.14, 1)
    assert rig.twin.value("axis0.controller.config.vel_limit") == pytest.approx(8 * 200 / 360, abs=1e-5)
    reading = reading_of(rig)
    assert (reading.state, reading.angle_cdeg, reading.fault) == (readings.ARMED, -7_000, 0)
    assert rig.ticks < 90


@pytest.mark.parametrize("holds", ["brake", "self-locking"])
def test_it_holds_by_what_the_table_declares(holds: str) -> None:
    rig = Rig(holds="brake" if holds == "brake" else "self-locking")
    capabilities = rig.drive.capabilities
    assert (capabilities.own_return, capabilities.has_brake) == (False, False)
    assert 0 < capabilities.watchdog_ms <= 200
    assert capabilities.holds_when_dead == holds


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (WATCHDOG, 0.0, "axis0.config.watchdog_timeout (watchdog timeout) is 0 s, allowed 0.02 s to 0.2 s"),
        (WATCHDOG, 0.5, "is 0.5 s"),
        (ENABLED, 0, "axis0.config.enable_watchdog (watchdog enabled) is 0, allowed 1"),
        ("axis0.controller.config.vel_limit", 50.0, "vel_limit (velocity limit) is 50 turn/s"),
    ],
)
def test_a_setting_that_cannot_be_set_refuses_to_arm(path: str, value: float, words: str) -> None:
    rig = Rig()
    rig.twin.put(path, value)
    rig.twin.locked = frozenset({path})
    assert words.replace("0.02 s to", "0.02 to") in str(rig.arm().refused)
    rig.hold(60)
    assert not rig.twin.armed


def test_another_firmware_is_named() -> None:
    rig = Rig()
    rig.twin.put("fw_version_minor", 6)
    assert "ODrive firmware 0.6, known is 0.5.x" in str(rig.arm().refused)


def test_an_uncalibrated_encoder_is_named() -> None:
    rig = Rig()
    rig.twin.put("axis0.encoder.is_ready", 0)
    assert "axis0.encoder.is_ready is 0, allowed 1" in str(rig.arm().refused)


@pytest.mark.parametrize("speed_cdps", [200, -200, 600])
@pytest.mark.parametrize("sign", [1, -1])
def test_it_follows_the_streamed_setpoint(speed_cdps: int, sign: int) -> None:
    rig = armed(sign)
    errors = rig.move(speed_cdps, 8.0)
    assert max(map(abs, errors)) < 15
    assert rig.worst_age_ms <= 60


def test_stop_decelerates_and_holds() -> None:
    rig = armed()
    rig.move(200, 4.0)
    rig.hold(20)
    assert abs(rig.shaft.rate_dps) < 0.2
    place = rig.shaft.angle_deg
    rig.hold(100)
    assert rig.shaft.angle_deg == pytest.approx(place, abs=0.1)


def test_a_dead_host_takes_the_torque_within_its_watchdog() -> None:
    rig = armed()
    rig.move(200, 4.0)
    begin_us, begin_deg = rig.line.now_us, rig.shaft.angle_deg
    while rig.twin.armed and rig.line.now_us < begin_us + 1_000_000:
        rig.line.run(1_000)
    assert 100_000 < rig.line.now_us - begin_us <= 200_000
    assert rig.twin.error == 0x800
    assert rig.shaft.angle_deg - begin_deg < 0.5


def test_reading_alone_does_not_feed_it() -> None:
    rig = armed()
    for _ in range(20):
        rig.line.host.write(b"f 0\n")
        rig.line.run(20_000)
    assert rig.twin.error == 0x800


@pytest.mark.parametrize("silent_ms", [180, 181, 200, 201, 220, 280])
def test_after_a_silence_it_is_asked_for_its_error(silent_ms: int) -> None:
    """However the ticks fall: a watchdog that has acted is told; not known is not said to be false."""
    rig = armed()
    rig.hold(30)
    rig.line.run(silent_ms * 1_000)
    said = []
    for _ in range(25):
        reading = rig.tick()
        if reading is not None and rig.line.now_ms - reading.at_ms <= 60:
            said.append(reading.timed_out)
    assert True in said
    assert silent_ms == 180 or set(said[: said.index(True)]) <= {None}
    assert set(said[said.index(True) :]) == {True}, "one answer that is lost must not hide it"
    assert rig.twin.error == 0x800


def test_its_watchdogs_error_is_cleared_by_arming_again() -> None:
    rig = armed()
    rig.line.run(1_000_000)
    for _ in range(8):
        rig.tick()
    assert not rig.drive.arm(rig.line.now_ms).armed
    assert rig.arm() == Arming(True)
    rig.hold(10)
    reading = reading_of(rig)
    assert (reading.state, reading.fault, reading.boot_count) == (readings.ARMED, 0, 2)


@pytest.mark.parametrize("error", [0x40, 0x100, 0x40800])
def test_any_other_error_is_left_for_a_person(error: int) -> None:
    rig = Rig()
    rig.twin.error = error
    refused = str(rig.arm().refused)
    assert f"axis0.error is {error:X}h (" in refused
    assert "odrivetool" in refused


def test_an_error_in_motion_is_a_fault() -> None:
    rig = armed()
    rig.twin.error, rig.twin.state = 0x100, 1
    rig.hold(7)
    assert reading_of(rig).state == readings.UNPOWERED
    rig.hold(7)
    assert (reading_of(rig).state, reading_of(rig).fault) == (readings.FAULT, 0x100)
    assert not rig.drive.arm(rig.line.now_ms).armed


def test_cut_takes_the_torque_and_a_stop_gives_it_back() -> None:
    rig = armed()
    rig.move(100, 2.0)
    for _ in range(8):
        rig.tick(rig.drive.release)
    assert (rig.twin.armed, reading_of(rig).state) == (False, readings.UNPOWERED)
    place = rig.shaft.angle_deg
    rig.hold(20)
    assert (rig.twin.armed, reading_of(rig).state) == (True, readings.ARMED)
    assert rig.shaft.angle_deg == pytest.approx(place, abs=0.1)


def test_arming_does_not_undo_a_cut() -> None:
    rig = armed()
    rig.tick(rig.drive.release)
    rig.line.run(1_000_000)  # silence: arming starts anew
    rig.tick(rig.drive.release)
    assert rig.arm() == Arming(True)
    for _ in range(10):
        rig.tick()
    assert not rig.twin.armed


def test_the_emergency_stop_shows_as_unpowered_and_is_armed_again() -> None:
    rig = armed()
    rig.twin.estop = True
    for _ in range(15):
        rig.tick()
    assert reading_of(rig).state == readings.UNPOWERED
    rig.twin.estop = False
    assert rig.arm() == Arming(True)


def test_a_setting_that_changes_later_is_found_and_written_again() -> None:
    rig = armed()
    rig.twin.put(LIMIT, 50.0)
    rig.hold(50 * 63)
    assert rig.twin.value(LIMIT) == pytest.approx(8 * 200 / 360, abs=1e-5)
    assert rig.worst_age_ms <= 60
    assert reading_of(rig).state == readings.ARMED


def test_after_a_power_loss_away_from_park_its_angle_counts_no_more() -> None:
    rig = armed(start_deg=-70.0)
    rig.move(200, 15.0)
    assert reading_of(rig).angle_cdeg == pytest.approx(rig.shaft.angle_deg * 100, abs=15)
    rig.line.run(300_000)
    rig.twin.power_cycle()
    rig.tick()
    assert rig.arm() == Arming(True)
    rig.hold(10)
    assert reading_of(rig).angle_cdeg is None
    errors = rig.move(-150, 4.0)  # by the inclinometer's angle it still moves
    assert max(map(abs, errors)) < 20


def test_after_a_silence_alone_its_angle_still_counts() -> None:
    rig = armed()
    rig.move(200, 15.0)
    rig.line.run(300_000)
    rig.tick()
    assert rig.arm() == Arming(True)
    rig.hold(10)
    assert reading_of(rig).angle_cdeg == pytest.approx(rig.shaft.angle_deg * 100, abs=15)


def test_without_an_inclinometer_it_has_no_angle() -> None:
    rig = Rig()
    rig.inclinometer_works = False
    assert rig.arm() == Arming(True)
    rig.hold(10)
    assert reading_of(rig).angle_cdeg is None
    assert rig.shaft.angle_deg == -70.0


def test_the_motor_current_is_read() -> None:
    rig = armed()
    rig.twin.current_a = 4.321
    rig.hold(20)
    assert reading_of(rig).current_ma == 4_321

"""The guard at its table: the real driver, the real node firmware and the plant, on a counted clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.node import protocol
from safety import observation as o
from safety.causes import BY_NAME
from safety.guard import messages as m
from safety.guard.guard import Clocks
from safety.guard.store import DAY_MS
from tests.guard_rig import MOUNTED, TABLE, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.kill_guard()


def home(rig: Rig, most_s: float = 200) -> None:
    rig.run(0.1)
    rig.until(lambda: rig.mode() in ("inhibited", "latched") and rig.plant.angle_deg < -69.5, most_s)
    rig.run(0.1)


def test_test_begin_down_return_end(rig: Rig) -> None:
    rig.ride(10)
    assert (rig.mode(), rig.report["refusals"], rig.report["session"]) == ("active", 0, 1)
    assert rig.order(o.ORDER_RETURN) == (77, True, "returning")
    home(rig)
    assert (rig.report["session"], rig.report["first_cause"]) == (0, BY_NAME["return_asked"].number)
    debit, back = rig.ledger()
    assert (debit["kind"], debit["rider"], back["kind"]) == ("debit", "Åse", "back")
    assert debit["ms"] - back["ms"] == rig.report["used_ms"] > 2_000
    assert not (rig.folder / "mark.json").exists()
    names = [event["event"] for event in rig.events()]
    assert names.index("tested") < names.index("begin") < names.index("end")
    assert [event["seq"] for event in rig.events()] == list(range(1, len(names) + 1))


def test_end_at_park_gives_everything_back(rig: Rig) -> None:
    rig.arm_and_test()
    rig.inputs = MOUNTED
    assert rig.begin() == (78, True, "")
    assert (rig.folder / "mark.json").exists()
    assert rig.begin()[1:] == (False, "the guard is ready; wait until it is parked and idle")
    assert rig.order(o.ORDER_END)[1]
    rig.run(0.1)
    debit, back = rig.ledger()
    assert debit["ms"] == back["ms"]
    assert not (rig.folder / "mark.json").exists()


def test_what_stands_against_a_session_is_said(rig: Rig) -> None:
    rig.run(0.5)
    assert "tests of the day have not passed" in rig.begin()[2]
    rig.inputs &= ~protocol.PENDANT
    rig.run(0.1)
    assert rig.order(o.ORDER_TEST)[1:] == (False, "hold the pendant while the tests run")
    rig.inputs = MOUNTED
    rig.run(0.1)
    assert "nobody on the table" in rig.order(o.ORDER_TEST)[2]
    rig.inputs &= ~protocol.SUPPLY_OK
    rig.run(0.1)
    assert "the supply is not good" in rig.order(o.ORDER_TEST)[2]
    assert rig.ledger() == []


@pytest.mark.parametrize(
    ("angle_deg", "tier", "words"),
    [(61, 2, "angle is 6100 cdeg"), (21, 0, "beginner allows 2000 cdeg"), (20, 7, "tier 7 is unknown")],
)
def test_a_programme_beyond_the_tier_is_refused(rig: Rig, angle_deg: float, tier: int, words: str) -> None:
    rig.arm_and_test()
    rig.inputs = MOUNTED
    assert words in rig.begin(angle_deg, tier)[2]
    assert rig.ledger() == []


def test_the_controller_gone_is_a_return_in_the_same_tick(rig: Rig) -> None:
    rig.ride(5)
    rig.controller.socket.close()
    rig.guard.tick(rig.now_ms)
    decided = rig.guard.decision
    assert decided is not None
    assert decided.first_cause == BY_NAME["controller_lost"].number
    assert decided.rate_cdps <= 0
    rig.serve()
    rig.controller = rig.client(1, 99)  # a restarted one leads nowhere any more
    rig.shape = None
    home(rig)
    assert rig.report["session"] == 0


def test_a_silent_station_is_a_return_after_5_s_and_a_new_one_does_not_feed(rig: Rig) -> None:
    rig.ride(5)
    rig.station.socket.close()
    rig.station = rig.client(2, 99)
    began_ms = rig.now_ms
    rig.until(lambda: rig.mode() == "returning", 8)
    assert rig.report["first_cause"] == BY_NAME["station_lost"].number
    assert 4_400 <= rig.now_ms - began_ms <= 5_100


def test_a_signal_brings_home_first_and_leaves_then(rig: Rig) -> None:
    rig.ride(5)
    rig.guard.request_return()
    rig.guard.request_return()
    rig.beat()
    assert rig.mode() == "returning"
    rig.until(lambda: rig.guard.finished, 200)
    assert rig.plant.angle_deg < -69.5
    assert rig.report["session"] == 0
    names = [event["event"] for event in rig.events()]
    assert names.count("asked_to_leave") == 1
    assert names[-1] == "left"


def test_a_signal_at_park_leaves_at_once_and_begins_nothing_new(rig: Rig) -> None:
    rig.arm_and_test()
    rig.guard.request_return()
    rig.inputs = MOUNTED
    assert "the guard is leaving" in rig.begin()[2]
    rig.run(0.1)
    assert rig.guard.finished


def test_a_killed_guard_finds_its_session_and_goes_on_homewards(rig: Rig) -> None:
    rig.ride(10)
    used_ms = rig.report["used_ms"]
    rig.kill_guard()
    for _ in range(15):  # the supervisor's restart; the node is on its own way already
        rig.beat(guard=False)
    rig.start_guard()
    home(rig, 300)
    assert rig.report["session"] == 0
    debit, back = rig.ledger()
    assert debit["ms"] - back["ms"] >= used_ms
    starts = [event for event in rig.events() if event["event"] == "start"]
    assert [(event["session"], event["tested"]) for event in starts] == [(0, False), (1, True)]
    assert "cut" not in [event.get("command") for event in rig.events()]


def test_a_guard_that_was_stopped_for_3_s_cuts_nothing_and_comes_home(rig: Rig) -> None:
    rig.ride(3)
    for _ in range(150):
        rig.beat(guard=False)
    commands = set()
    for _ in range(10_000):
        rig.beat()
        commands.add(rig.report["command"])
        if rig.report["session"] == 0:
            break
    assert rig.plant.angle_deg < -69.5
    assert 3 not in commands
    assert "gap" in [event["event"] for event in rig.events()]


def test_the_days_tests_are_kept_for_this_table_only(rig: Rig) -> None:
    rig.arm_and_test()
    rig.kill_guard()
    rig.start_guard()
    rig.run(0.2)
    assert rig.report["tested"] == 1
    rig.kill_guard()
    other = Rig(rig.folder, table_file=TABLE.replace(b"cap_deg = 60.0", b"cap_deg = 59.0"))
    other.run(0.2)
    assert other.report["tested"] == 0
    other.kill_guard()
    rig.start_guard()


def test_tests_that_are_made_anew_take_the_old_ones_away(rig: Rig) -> None:
    """They may fail: until they have passed nobody goes head-down, not after a restart either."""
    rig.arm_and_test()
    assert rig.order(o.ORDER_TEST)[1]
    rig.run(0.1)
    assert (rig.mode(), rig.report["tested"]) == ("test", 0)
    rig.kill_guard()
    rig.start_guard()
    rig.run(0.2)
    assert rig.report["tested"] == 0


def test_a_guard_that_stays_on_asks_for_the_tests_of_the_day_again(rig: Rig) -> None:
    rig.arm_and_test()
    rig.papers.note_tested(rig.now_ms - DAY_MS + 200)
    rig.run(0.1)
    assert rig.report["tested"] == 1
    rig.run(0.2)
    assert rig.report["tested"] == 0
    assert not (rig.folder / "tests.json").exists()


def test_a_latch_outlives_the_guard_and_is_reset_by_the_button_at_park(rig: Rig) -> None:
    rig.run(0.5)
    rig.inputs &= ~protocol.ESTOP_OK
    rig.until(lambda: rig.mode() == "latched", 1)
    rig.inputs |= protocol.ESTOP_OK
    rig.kill_guard()
    rig.start_guard()
    rig.run(0.5)
    assert rig.mode() == "latched"
    assert rig.order(o.ORDER_TEST)[2].startswith("latched by estop: ")
    rig.inputs |= protocol.RETURN_A
    rig.run(3.2)
    assert (rig.folder / "latch.json").exists()
    rig.inputs &= ~protocol.RETURN_A
    rig.until(lambda: rig.mode() == "inhibited", 1)
    assert not (rig.folder / "latch.json").exists()


def test_a_tick_that_became_late_sends_nothing_head_down(rig: Rig) -> None:
    rig.ride(5)
    late_ms = 0
    rig.guard._clocks = Clocks(lambda: rig.now_ms + late_ms, lambda: 0)
    rig.lead(20, 1.5)
    rig.run(1)
    assert rig.brain.mode == protocol.MOVE
    late_ms = 101
    rig.beat()
    rig.beat()
    assert rig.brain.mode == protocol.STOP
    assert rig.guard.decision is not None
    assert rig.guard.decision.rate_cdps > 0


def test_network_stop_freezes_and_in_a_return_says_so(rig: Rig) -> None:
    rig.ride(5)
    rig.lead(20, 1.5)
    rig.run(2)
    stranger = rig.client(0, 1)
    assert rig.order(o.ORDER_STOP, stranger) == (77, True, "stopped")
    rig.run(1)
    assert abs(rig.plant.rate_dps) < 0.05
    assert rig.order(o.ORDER_RETURN, stranger)[1:] == (True, "returning")
    rig.run(2)
    assert rig.order(o.ORDER_STOP, stranger)[1:] == (True, "already returning")


def test_a_report_has_every_field_in_its_place(rig: Rig) -> None:
    rig.ride(3)
    values = rig.guard.tick(rig.now_ms)
    named = m.REPORT_LAYOUT.as_dict(values)
    assert named["tick"] == rig.report["tick"] + 1
    assert named["a_cdeg"] == pytest.approx(rig.plant.angle_deg * 100, abs=10)
    assert named["cap_cdeg"] == 2000
    assert named["proposal_seq"] == rig.seq
    assert (named["controller_state"], named["phase"], named["tested"]) == (4, 0, 1)
    rig.serve()


def test_no_session_without_a_station(rig: Rig) -> None:
    rig.arm_and_test()
    rig.inputs = MOUNTED
    rig.station_lives = False
    rig.run(5.2)
    assert rig.begin()[2] == "no station is connected; start it first"


def test_a_wrong_device_on_the_port_is_named_and_never_armed(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.role = "io"
    rig.boot()
    rig.run(1.5)
    assert rig.mode() == "inhibited"
    assert rig.report["drive_state"] != o.DRIVE_ARMED
    assert "role io, wanted table" in rig.order(o.ORDER_TEST)[2]
    named = [event["trouble"] for event in rig.events() if event["event"] == "trouble"]
    assert any("role io, wanted table; check the port" in (text or "") for text in named)
    rig.guard.request_return()
    rig.run(0.2)
    assert rig.guard.finished  # never armed: nothing to bring home
    rig.kill_guard()

"""What the guard tells people: the answer to each order, what stands against starting, and what is new."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.readings import DRIVE_STATES
from safety import decision as d
from safety import modes
from safety import observation as o
from safety.causes import BY_NAME
from safety.guard.arrivals import Asked
from safety.guard.client import Client
from safety.guard.events import Events
from safety.guard.news import News, answer, why_not
from tests.safety_rig import Rig

PARKED = Rig()
ALL = range(len(d.MODES))


def asked(order: int) -> Asked:
    """Nobody answers here, so nobody needs to be connected."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    client = Client(ours)
    client.close()
    return Asked(client, 1, order)


def said(order: int, mode: int, stage: int = d.NO_STAGE, tested: bool = False) -> tuple[bool, str]:
    decided = PARKED.decision._replace(mode=mode, stage=stage, tested=tested)
    return answer(asked(order), decided, "the reason")


@pytest.mark.parametrize("mode", ALL)
def test_a_stop_is_never_refused_and_says_what_it_did(mode: int) -> None:
    homing = mode in (d.RETURNING, d.WAITING)
    assert said(o.ORDER_STOP, mode, d.FROZEN) == (True, "stopped")
    words = "already returning" if homing else "nothing moves head-down"
    assert said(o.ORDER_STOP, mode) == (True, words)


@pytest.mark.parametrize("mode", ALL)
def test_a_return_is_never_refused_and_says_what_it_did(mode: int) -> None:
    homing = mode in (d.RETURNING, d.WAITING)
    words = "returning" if homing else "nothing to return from"
    assert said(o.ORDER_RETURN, mode) == (True, words)
    assert said(o.ORDER_RETURN, mode, d.FROZEN) == (True, words)


@pytest.mark.parametrize("mode", ALL)
def test_a_test_has_begun_or_has_passed_or_says_why_not(mode: int) -> None:
    begun = (True, "the tests have begun")
    assert said(o.ORDER_TEST, mode) == (begun if mode == d.TEST else (False, "the reason"))
    passed = (True, "the tests of the day have passed")
    assert said(o.ORDER_TEST, mode, tested=True) == (begun if mode == d.TEST else passed)


@pytest.mark.parametrize("mode", ALL)
def test_a_session_ends_at_park_only(mode: int) -> None:
    there = mode in (d.READY, d.INHIBITED, d.TEST)
    no = (False, "a session ends at park only; ask for RETURN first")
    assert said(o.ORDER_END, mode) == ((True, "") if there else no)


@pytest.mark.parametrize("mode", ALL)
@pytest.mark.parametrize("stage", [d.NO_STAGE, d.FROZEN, d.TO_REST])
def test_only_from_a_stop_somebody_goes_on_and_by_the_pendant(mode: int, stage: int) -> None:
    frozen = (True, "release the pendant, then press it")
    no = (False, "there is no STOP to continue from")
    wanted = (True, "") if mode == d.ACTIVE else frozen if stage == d.FROZEN else no
    assert said(o.ORDER_CONTINUE, mode, stage) == wanted


GOOD = PARKED.last.inputs._replace(at_park=True)


def reason(
    decided: dict[str, Any] | None = None,
    seen: dict[str, Any] | None = None,
    trouble: str | None = None,
    refused: str | None = None,
    testing: bool = False,
) -> str:
    observation = PARKED.last._replace(**{"inputs": GOOD, **(seen or {})})
    decision = PARKED.decision._replace(**{"mode": d.INHIBITED, **(decided or {})})
    return why_not(decision, observation, trouble, refused, testing)


def test_a_latch_is_told_first_with_its_remedy() -> None:
    row = BY_NAME["estop"]
    told = reason(
        {"latched_cause": row.number, "mode": d.LATCHED}, {"drive_state": o.DRIVE_OFFLINE}, "x", "y"
    )
    assert told == f"latched by estop: {row.remedy}"


@pytest.mark.parametrize("mode", [mode for mode in ALL if mode != d.INHIBITED])
def test_a_guard_that_is_busy_says_with_what(mode: int) -> None:
    told = reason({"mode": mode}, {"drive_state": o.DRIVE_OFFLINE}, "x", "y")
    assert told == f"the guard is {d.MODES[mode]}; wait until it is parked and idle"


@pytest.mark.parametrize("state", range(len(DRIVE_STATES)))
def test_a_drive_that_is_not_armed_says_why_or_how_it_is(state: int) -> None:
    seen = {"drive_state": state}
    assert reason(None, seen, "trouble", "refused") == "refused"
    if state == o.DRIVE_ARMED:
        return
    assert reason(None, seen, "trouble") == "trouble"
    assert reason(None, seen) == f"the drive is {DRIVE_STATES[state]}; wait until it is armed"


@pytest.mark.parametrize(
    ("name", "wanted", "words", "testing_only"),
    [
        ("estop_ok", True, "release it", False),
        ("stop", False, "STOP is pressed or unknown", False),
        ("supply_ok", True, "charge or check it", False),
        ("at_park", True, "bring it there with RETURN", False),
        ("ankle_a", False, "nobody on the table", True),
        ("ankle_b", False, "nobody on the table", True),
        ("pendant", True, "hold the pendant", True),
    ],
)
def test_an_input_that_stands_against_it_is_named(
    name: str, wanted: bool, words: str, testing_only: bool
) -> None:
    for bad in (not wanted, None):
        seen = {"inputs": GOOD._replace(ankle_a=False, ankle_b=False, pendant=True)._replace(**{name: bad})}
        assert words in reason(None, seen, "trouble", testing=True)
        assert (words in reason(None, seen, "trouble")) is not testing_only


def test_whoever_lies_on_the_table_is_asked_to_step_off_for_the_tests() -> None:
    lies = {"inputs": GOOD._replace(ankle_a=False, ankle_b=False, pendant=True, load=True)}
    assert reason(None, lies, "trouble", testing=True).endswith("nobody on the table; step off")
    assert reason(None, lies, "trouble") == "trouble"


def test_after_a_stop_in_the_tests_somebody_brings_the_table_to_park_first() -> None:
    ready = {"inputs": GOOD._replace(ankle_a=False, ankle_b=False, pendant=True)}
    stopped = {"first_cause": BY_NAME["stop_pressed"].number}
    assert reason(stopped, ready, "trouble", testing=True).startswith(
        "STOP ended the tests off park; hold RETURN"
    )
    assert reason(stopped, ready, "trouble") == "trouble"


@pytest.mark.parametrize("testing", [True, False])
def test_a_drive_that_is_hot_or_hides_it_is_named(testing: bool) -> None:
    ready = GOOD._replace(ankle_a=False, ankle_b=False, pendant=True)
    assert reason(None, {"inputs": ready, "heat_permille": 800}, testing=testing) == modes.HOT
    assert reason(None, {"inputs": ready, "heat_permille": 799}, testing=testing) != modes.HOT


def test_when_all_is_well_it_is_the_wire_or_the_angle() -> None:
    assert reason(None, None, "the wire is noisy") == "the wire is noisy"
    assert reason() == "the angle sources do not both answer; check both sensors"


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_news_are_told_once_and_in_words(tmp_path: Path) -> None:
    path = tmp_path / "guard.events.jsonl"
    file = Events(path, lambda: 5)
    news = News(file)
    cause = BY_NAME["ankle_open"].number
    decided = PARKED.decision._replace(
        mode=d.RETURNING, stage=d.TO_REST, first_cause=cause, check_in=d.CHECK_LOUD, trusted_cdeg=1234
    )
    for tick in range(3):
        news.tick(10_000 + 20 * tick, decided, PARKED.last, None, None)
    told = events(path)
    assert {one["event"]: one[one["event"]] for one in told} == {
        "mode": "returning", "stage": "to_rest", "check_in": "loud", "drive_state": "armed",
    } | {"first_cause": "ankle_open"}  # fmt: skip
    assert {(one["cause"], one["angle_cdeg"], one["now_ms"]) for one in told} == {
        ("ankle_open", 1234, 10_000)
    }
    news.tick(10_100, decided._replace(stage=len(d.STAGES), first_cause=0), PARKED.last, None, None)
    assert [one[one["event"]] for one in events(path)[len(told) :]] == [None, len(d.STAGES)]
    file.close()


SPELT = {"mode": d.MODES, "stage": d.STAGES, "check_in": d.CHECKS, "drive_state": DRIVE_STATES}


@pytest.mark.parametrize("name", SPELT)
def test_every_state_is_told_by_its_word(tmp_path: Path, name: str) -> None:
    path = tmp_path / "guard.events.jsonl"
    file = Events(path, lambda: 5)
    news = News(file)
    numbers = [len(SPELT[name]), *range(len(SPELT[name])), -1]
    for number in numbers:
        decided, seen = PARKED.decision, PARKED.last
        if name == "drive_state":
            seen = seen._replace(drive_state=number)
        else:
            decided = decided._replace(**{name: number})
        news.tick(0, decided, seen, None, None)
    file.close()
    told = [one[name] for one in events(path) if one["event"] == name]
    assert told == [numbers[0], *SPELT[name], -1], "what has no word is told as it is"


def test_words_wait_for_their_second_and_are_told_then(tmp_path: Path) -> None:
    path = tmp_path / "guard.events.jsonl"
    file = Events(path, lambda: 5)
    news = News(file)
    for now_ms, words in ((0, "a"), (980, "b"), (1_000, "c"), (1_020, None), (2_000, None)):
        news.tick(now_ms, PARKED.decision, PARKED.last, None, words)
    told = [
        (one["now_ms"], one["arming_refused"]) for one in events(path) if one["event"] == "arming_refused"
    ]
    assert told == [(0, "a"), (1_000, "c"), (2_000, None)]
    file.close()


@pytest.mark.parametrize("mode", range(len(d.MODES)))
@pytest.mark.parametrize("silence_ms", [None, 240])
def test_a_watchdog_that_cannot_be_tried_is_said_when_the_tests_begin(
    tmp_path: Path, mode: int, silence_ms: int | None
) -> None:
    path = tmp_path / "guard.events.jsonl"
    file = Events(path, lambda: 5)
    news = News(file)
    seen = PARKED.last._replace(silence_ms=silence_ms)
    for tick in range(3):
        news.tick(20 * tick, PARKED.decision._replace(mode=mode), seen, None, None)
    file.close()
    told = [one for one in events(path) if one["event"] == "not_tried"]
    said = {"seq": 1, "now_ms": 0, "wall_s": 5, "event": "not_tried", "cause": None}
    said |= {
        "what": "watchdog",
        "why": "this drive cannot say that its watchdog has acted; try that on the bench",
    }
    assert told == ([said] if mode == d.TEST and silence_ms is None else [])

"""What stations ask of the controller and hear from it: loads, refusals, rubbish, the status."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.states import STATES
from tests.controller_rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"type": "load"}, 'needs "programme"'),
        ({"type": "load", "programme": "", "rider": {"id": "ada", "tier": "beginner"}}, "the file is empty"),
        ({"type": "load", "programme": "x", "rider": {"id": "", "tier": "beginner"}}, "1 to 32 bytes"),
        ({"type": "load", "programme": "x", "rider": {"id": "ada", "tier": 3}}, "one of beginner"),
        ({"type": "load", "programme": "\ud800", "rider": {"id": "ada", "tier": "full"}}, "UTF-8"),
        ({"type": "start"}, "the table is parked; a start is possible when it is ready"),
        ({"type": "unload"}, "the table is parked"),
        ({"type": "jump"}, "there is no message 'jump'"),
        ({"type": []}, "there is no message"),
    ],
)
def test_a_refusal_says_why(rig: Rig, message: dict[str, Any], says: str) -> None:
    rig.until(lambda: rig.controller.state == "parked", 5)
    reply = rig.ask(**message)
    assert reply["accepted"] is False
    assert says in reply["reason"]
    assert rig.controller.state == "parked"


def test_a_programme_above_the_riders_tier_is_refused_with_its_line(rig: Rig) -> None:
    rig.until(lambda: rig.controller.state == "parked", 5)
    reply = rig.load("intermediate", "beginner")
    assert not reply["accepted"]
    assert reply["reason"].startswith("intermediate.toml:5: [programme].tier:")


def test_rubbish_from_a_station_is_answered(rig: Rig) -> None:
    for packet in (b"\xff\xfe", b"[]", b"{", b"[" * 90_000, b"x" * 150_001):
        rig.station.send(packet)
        rig.replies.clear()
        rig.run(0.04)
        assert "not understood" in rig.replies[0]["reason"]


def test_stations_hear_ten_times_a_second_and_at_each_change(rig: Rig) -> None:
    rig.until(lambda: rig.controller.state == "parked", 5)
    heard: list[int] = []
    for _ in range(50):
        rig.tick()
        if rig.status["now_ms"] not in heard:
            heard.append(rig.status["now_ms"])
    assert len(heard) in (10, 11)
    rig.load()
    assert rig.status["state"] == "checking"
    assert set(STATES) >= set(rig.states)

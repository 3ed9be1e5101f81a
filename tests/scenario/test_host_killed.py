"""kill -9 of every process of the host at one moment, over real ptys: the drive alone does what it declares.

A node brings the rider home by itself. A BLV-R stops and holds by its own watchdog, and the guard that the
service manager starts again completes the return. All times are of the table, by the plant's truth.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from firmware_bridge import clock
from hil.rigs.ride import Ride
from hil.simulator_child import Truth
from hil.stack import StackSetup
from tests.demo_process import SHORT, time_to_park_s

pytestmark = pytest.mark.timeout(240)

HOST: Final = ("guard", "controller", "station")
SPEED: Final = 200.0  # an upper bound
PARK_DEG: Final = -70.0
BLVR_AWAY_S: Final = 3.0
STANDSTILL_S: Final = 0.300
LOOK_S: Final = 0.1  # truths come so often


def going_down(above_deg: float) -> Callable[[Truth], bool]:
    """At full speed and past an angle. `keel chaos` kills everybody anywhere."""
    return lambda truth: truth.angle_deg > above_deg and truth.rate_dps > 0.9


def until(ride: Ride, over: Callable[[Truth], bool]) -> list[Truth]:
    """Go on, whether or not anybody is there; every moment of the table until then."""
    seen: list[Truth] = []
    while not any(map(over, seen[-3:])):
        ride.stack.poll()
        seen += ride.stack.moved
        clock.sleep_until_ms(clock.monotonic_ms() + 2)
    return seen


def kill_everything(ride: Ride, when: Callable[[Truth], bool], away_s: float) -> list[Truth]:
    """Ride until then, kill everybody; every moment of the table until somebody may come back."""
    ride.begin()
    until(ride, when)
    for role in HOST:
        ride.stack.strike(role, "kill", 0.0, round(away_s * 1_000))
    seen = until(ride, lambda truth: len(ride.stack.struck) == len(HOST))
    struck_s = [one["t_s"] for one in ride.stack.struck if one["hit"]]
    assert struck_s == [struck_s[0]] * len(HOST)
    seen += until(ride, lambda truth: truth.t_s >= struck_s[0] + away_s)
    seen = [truth for truth in seen if truth.t_s >= struck_s[0]]
    assert max(truth.down_s for truth in seen) <= struck_s[0] + STANDSTILL_S
    return seen


def how_it_ended(ride: Ride) -> dict[str, Any]:
    """What the next guard wrote about the session that it found open."""
    ride.until("the session is closed", lambda report, truth: not report["session"], 90.0)
    lines = (ride.stack.guard_state / "guard.events.jsonl").read_text(encoding="utf-8").splitlines()
    ends: list[dict[str, Any]] = [event for event in map(json.loads, lines) if event["event"] == "end"]
    return ends[-1]


def rode(drive: str, folder: Path) -> Ride:
    return Ride(StackSetup(folder, "killed", drive, speed=SPEED), "short.toml", SHORT.read_text(), "beginner")


def test_a_node_alone_brings_the_rider_home_and_the_next_guard_says_so(tmp_path: Path) -> None:
    with rode("node", tmp_path) as ride:
        seen = kill_everything(ride, going_down(-40.0), time_to_park_s(-36.0))
        parked_s = max(truth.t_s for truth in seen if abs(truth.angle_deg - PARK_DEG) > 0.5) + LOOK_S
        assert parked_s - seen[0].t_s <= time_to_park_s(seen[0].angle_deg) - 1.0  # nobody was started again
        assert max(truth.angle_deg for truth in seen) < seen[0].angle_deg + 0.6
        assert max(abs(truth.rate_dps) for truth in seen) <= 2.2
        assert (seen[-1].angle_deg, seen[-1].rate_dps) == pytest.approx((PARK_DEG, 0.0), abs=0.5)
        assert how_it_ended(ride)["cause"] == "guard_lost"


def test_a_blvr_stops_and_holds_and_the_next_guard_completes_the_return(tmp_path: Path) -> None:
    with rode("blvr", tmp_path) as ride:
        seen = kill_everything(ride, going_down(-58.0), BLVR_AWAY_S)
        held = [truth.angle_deg for truth in seen if truth.t_s > seen[0].t_s + STANDSTILL_S + LOOK_S]
        assert max(held) - min(held) < 0.1
        assert max(held) < seen[0].angle_deg + 0.6
        assert how_it_ended(ride)["cause"] == "guard_lost"
        assert ride.stack.truth.angle_deg == pytest.approx(PARK_DEG, abs=1.0)

"""The bridge's position loop for speed drives, against a drive that follows with a lag."""

from __future__ import annotations

from itertools import pairwise

import pytest

from firmware_bridge.drives.position_loop import OLD_MS, Gains, PositionLoop
from firmware_bridge.readings import AngleReading

TICK_MS = 20
LAG_MS = 60


class Motor:
    """Takes on a speed with a lag and a load that pulls; its angle is seen late."""

    def __init__(self, loop: PositionLoop, pull_cdps: float = 0.0) -> None:
        self.loop, self.pull_cdps = loop, pull_cdps
        self.now_ms = 0
        self.angle = -2_000.0
        self.speed = 0.0
        self.seen = [AngleReading(0, 0, -2_000, None)]

    def tick(self) -> float:
        wanted = self.loop.speed_cdps(self.seen[max(0, len(self.seen) - 3)], self.now_ms)
        self.speed += (wanted + self.pull_cdps - self.speed) * TICK_MS / LAG_MS
        self.angle += self.speed * TICK_MS / 1_000
        self.now_ms += TICK_MS
        self.seen.append(AngleReading(self.now_ms, len(self.seen), round(self.angle), None))
        return wanted

    def follow(self, seconds: float, rate: int, start: float) -> list[float]:
        errors = []
        for tick in range(round(seconds * 50)):
            setpoint = start + rate * tick * TICK_MS / 1_000
            self.loop.move(round(setpoint), rate)
            self.tick()
            errors.append(setpoint - self.angle)
        return errors


@pytest.mark.parametrize("rate", [200, -150])
def test_it_is_never_far_from_the_setpoint_and_holds(rate: int) -> None:
    motor = Motor(PositionLoop())
    errors = motor.follow(5.0, rate, -2_000)
    assert max(map(abs, errors)) < 30
    held = motor.follow(3.0, 0, -2_000 + 5 * rate)
    assert abs(held[-1]) <= 6


def test_a_load_that_pulls_is_learnt_by_the_trim() -> None:
    motor = Motor(PositionLoop(Gains(trim_per_s2=3.0)), pull_cdps=60.0)
    assert abs(motor.follow(8.0, 0, -2_000)[-1]) <= 6
    without = Motor(PositionLoop(), pull_cdps=60.0)
    assert abs(without.follow(8.0, 0, -2_000)[-1]) > 15


def test_a_stop_slows_down_at_once_and_holds_where_it_came_to_rest() -> None:
    motor = Motor(PositionLoop())
    motor.follow(4.0, 200, -2_000)
    motor.loop.stop(3_000)
    told = [motor.tick() for _ in range(10)]
    assert told[3] == 0.0
    assert all(0.0 <= after <= before for before, after in pairwise(told))
    for _ in range(30):
        motor.loop.stop(3_000)
        motor.tick()
    at = motor.angle
    motor.angle += 50  # somebody pushed
    for _ in range(150):
        motor.loop.stop(3_000)
        motor.tick()
    assert motor.angle == pytest.approx(at, abs=6)


def test_no_angle_no_motion() -> None:
    loop = PositionLoop()
    loop.move(0, 200)
    assert loop.speed_cdps(None, 0) == 0.0
    assert loop.speed_cdps(AngleReading(0, 1, -100, None), OLD_MS) != 0.0
    assert loop.speed_cdps(AngleReading(0, 1, -100, None), OLD_MS + 1) == 0.0


def test_without_intent_and_after_a_cut_there_is_no_speed() -> None:
    loop = PositionLoop()
    seen = AngleReading(0, 1, -100, None)
    assert loop.speed_cdps(seen, 0) == 0.0
    assert (loop.wants_torque, loop.is_released) == (False, False)
    loop.move(0, 200)
    assert (loop.wants_torque, loop.is_released) == (True, False)
    assert loop.speed_cdps(seen, 0) > 0.0
    loop.release()
    assert (loop.wants_torque, loop.is_released) == (False, True)
    assert loop.speed_cdps(seen, 0) == 0.0

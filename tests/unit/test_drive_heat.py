"""What a drive tells of its heat: how often it is asked, what is believed, and for how long."""

from __future__ import annotations

import pytest

from firmware_bridge.drives.heat import EVERY_MS, OLD_MS, Heat, Part

DRIVER, MOTOR = Part("driver", 85.0), Part("motor", 100.0)


def test_it_is_asked_once_a_second_and_more_often_before_it_is_known() -> None:
    heat = Heat(DRIVER)
    assert [now for now in range(0, 501, 20) if heat.due(now)] == [0, 200, 400]
    heat.take([40.0], 500)
    assert [now for now in range(500, 500 + 3 * EVERY_MS, 20) if heat.due(now)] == [1_400, 2_400, 3_400]
    late = range(OLD_MS + 520, OLD_MS + 920, 20)
    assert [now for now in late if heat.due(now)] == [OLD_MS + 520, OLD_MS + 720]


def test_parts_that_are_questions_of_their_own_take_turns() -> None:
    heat = Heat(DRIVER, MOTOR)
    assert [heat.next_part() for _ in range(5)] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("told", "permille"),
    [((68.0, 20.0), 800), ((67.9, 20.0), 799), ((67.95, 20.0), 800), ((20.0, 80.0), 800), ((85.0, 1), 1_000)],
)
def test_the_hottest_part_counts_rounded_up(told: tuple[float, float], permille: int) -> None:
    heat = Heat(DRIVER, MOTOR)
    heat.take(told, 0)
    assert heat.permille(0) == permille


def test_one_part_alone_says_nothing_of_the_whole() -> None:
    heat = Heat(DRIVER, MOTOR)
    assert heat.permille(0) is None
    heat.take([40.0], 0, first=1)
    assert heat.permille(0) is None
    heat.take([17.0], 0)
    assert heat.permille(0) == 400


def test_what_was_told_long_ago_is_not_known() -> None:
    heat = Heat(DRIVER, MOTOR)
    heat.take([34.0, 10.0], 0)
    heat.take([10.0], 5_000, first=1)
    assert (heat.permille(OLD_MS), heat.permille(OLD_MS + 1)) == (400, None)


@pytest.mark.parametrize("value", [0.0, -40.0])
def test_a_broken_sensor_tells_nothing_and_what_it_told_before_grows_old(value: float) -> None:
    heat = Heat(DRIVER)
    heat.take([34.0], 0)
    heat.take([value], OLD_MS)
    assert (heat.permille(OLD_MS), heat.permille(OLD_MS + 1)) == (400, None)


def test_a_drive_that_tells_per_cent_may_be_cold() -> None:
    heat = Heat(Part("drive", 100.0, broken_to=-1.0))
    heat.take([0.0], 0)
    assert heat.permille(0) == 0

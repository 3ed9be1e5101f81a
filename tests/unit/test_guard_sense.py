"""From readings to what the rules see: how old, how far beyond what a table can be, each in its own place."""

from __future__ import annotations

import pytest

from firmware_bridge.readings import AngleReading, DriveReading, InputsReading
from safety.guard.sense import BEYOND, STALE_MS, _angle, _inputs, _state, age_ms
from safety.observation import AGE_MAX_MS, DRIVE_OFFLINE, UNKNOWN_INPUTS, Inputs

NOW_MS = 100_000
SAID = (True, False, None, True, False, True, None, False, True, None, True, False, True, None)


@pytest.mark.parametrize(
    ("at_ms", "age"),
    [
        (NOW_MS, 0),
        (NOW_MS - 1, 1),
        (NOW_MS - AGE_MAX_MS + 1, AGE_MAX_MS - 1),
        (NOW_MS - AGE_MAX_MS, AGE_MAX_MS),
        (NOW_MS - AGE_MAX_MS - 1, AGE_MAX_MS),
        (NOW_MS + 1, AGE_MAX_MS),  # from the future
    ],
)
def test_an_age_is_that_of_the_reading_itself(at_ms: int, age: int) -> None:
    assert age_ms(at_ms, NOW_MS) == age
    assert _angle(AngleReading(at_ms, 1, 5, 6), NOW_MS) == (5, 6, age)
    inputs = Inputs(*SAID) if age <= STALE_MS else UNKNOWN_INPUTS
    assert _inputs(InputsReading(at_ms, 1, *SAID), NOW_MS) == (inputs, age)
    assert _state(DriveReading(at_ms, 1, 5, 6, 3, 44, 2, None, 9), NOW_MS) == (3, 2, 44, age)


@pytest.mark.parametrize("age", [STALE_MS, STALE_MS + 1])
def test_buttons_that_are_old_are_unknown(age: int) -> None:
    inputs, told_ms = _inputs(InputsReading(NOW_MS - age, 1, *SAID), NOW_MS)
    assert (inputs == UNKNOWN_INPUTS, told_ms) == (age > STALE_MS, age)


@pytest.mark.parametrize("value", [BEYOND, -BEYOND, BEYOND + 1, -BEYOND - 1])
def test_what_no_table_can_be_is_unknown(value: int) -> None:
    told = value if abs(value) <= BEYOND else None
    assert _angle(AngleReading(NOW_MS, 1, value, 6), NOW_MS) == (told, 6, 0)
    assert _angle(AngleReading(NOW_MS, 1, 5, value), NOW_MS) == (5, told, 0)


def test_silence_is_never_heard() -> None:
    assert _angle(None, NOW_MS) == (None, None, AGE_MAX_MS)
    assert _inputs(None, NOW_MS) == (UNKNOWN_INPUTS, AGE_MAX_MS)
    assert _state(None, NOW_MS) == (DRIVE_OFFLINE, 0, 0, AGE_MAX_MS)

"""A session whose permission comes and goes gets nowhere: the controller asks for RETURN and says why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from controller import prompts
from safety.causes import BY_NAME
from tests.controller_rig import TICK_MS, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """About to leave park."""
    made = Rig(tmp_path)
    made.reach("warming_up")
    made.run(5)
    yield made
    made.close()


def comes_and_goes(rig: Rig, there_ms: int, gone_ms: int) -> None:
    """The pendant from now on."""
    began_ms = rig.now_ms

    def ride(rig: Rig) -> None:
        held = (rig.now_ms - began_ms) % (there_ms + gone_ms) < there_ms
        rig.contacts(pendant=held, ankle_a=True, ankle_b=True, load=True)

    rig.rider = ride


def interruptions(rig: Rig) -> int:
    """How often it is let go until the session is given up."""
    count, was = 0, True
    for _ in range(30_000 // TICK_MS):
        now = bool(rig.table.contacts.pendant)
        count, was = count + (was and not now), now
        rig.tick()
        if rig.controller.state == "returning":
            return count
    raise AssertionError("it goes on for ever")


@pytest.mark.parametrize("above_cdeg", [-7000, -6500])
def test_a_pendant_that_comes_and_goes_is_given_up_at_the_sixth_time(rig: Rig, above_cdeg: int) -> None:
    """Each costs 10 s, and next to nothing is led in between: going on needs 500 ms of holding.

    So it does beside park, where the guard has nothing to return from: the controller is parked then.
    """
    rig.until(lambda: rig.table.angle_cdeg >= above_cdeg, 60)
    comes_and_goes(rig, 620, 380)
    assert interruptions(rig) == 6
    rig.run(0.1)
    assert rig.status["why"] == prompts.STUMBLES
    assert rig.report["first_cause"] == BY_NAME["return_asked"].number
    rig.rider = Rig.by_the_book
    rig.until(lambda: rig.controller.state == "parked", 120)
    assert not rig.status["completed"]


def test_good_stretches_pay_back_five_times_their_length(rig: Rig) -> None:
    """A second that is led takes half of an interruption off."""
    rig.until(lambda: rig.table.angle_cdeg >= -6500, 60)
    comes_and_goes(rig, 1_500, 500)
    assert 9 <= interruptions(rig) <= 11


def test_an_interruption_now_and_then_ends_no_session(rig: Rig) -> None:
    """Two and a half seconds that are led pay for it whole."""
    rig.until(lambda: rig.table.angle_cdeg >= -6500, 60)
    comes_and_goes(rig, 3_200, 600)
    rig.run(40)
    assert rig.controller.state == "warming_up"
    assert rig.report["first_cause"] == 0
    rig.rider = Rig.by_the_book
    rig.until(lambda: rig.controller.state == "lowering", 200)

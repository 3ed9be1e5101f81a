"""The node's third opinion on its two angles, and that a motor in doubt does not follow either of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firmware_bridge.node import protocol
from firmware_bridge.node.config import Config
from firmware_bridge.node.doubt import Doubt
from firmware_bridge.node.witness import ENCODER, INCLINATION, NOBODY, Witness
from tests.node_rig import Raw

REST, PARK = protocol.PAST_REST, protocol.AT_PARK
GEARS = pytest.mark.parametrize("gear", ["a1", "a2"])


@pytest.mark.parametrize(("switch", "encoder", "inclination", "wrong"), [
    (REST, -2_500, -3_500, INCLINATION), (REST, -2_500, -3_490, NOBODY), (REST, -500, -2_500, ENCODER),
    (REST, -510, -2_500, NOBODY), (REST, 1_000, 2_500, NOBODY), (REST, -2_500, -3_000, NOBODY),
    (PARK, -69_000, -68_000, INCLINATION),
    (PARK, -70_500, -69_000, ENCODER), (PARK, -69_000, -68_100, NOBODY),
])  # fmt: skip
def test_at_a_switchs_edge_the_further_angle_is_wrong(
    switch: int, encoder: int, inclination: int, wrong: int
) -> None:
    """HZ-08, as the guard judges; a switch that stays, becomes known or is unknown says nothing."""
    for before, now, known_before, known, said in (
        (0, switch, switch, switch, wrong), (switch, 0, switch, switch, wrong),
        (switch, switch, switch, switch, NOBODY), (0, switch, 0, switch, NOBODY),
        (0, switch, switch, 0, NOBODY),
    ):  # fmt: skip
        witness = Witness(Config())
        witness.judge(0, 0, before, known_before, False, 10)
        assert witness.judge(encoder, inclination, now, known, False, 10) == said


@pytest.mark.parametrize(("encoder_mdps", "inclination_mdps", "wrong"), [
    (400, 0, ENCODER), (0, -400, INCLINATION), (200, 0, NOBODY), (400, 200, NOBODY), (400, 400, NOBODY),
    (2_000, 0, ENCODER), (0, 50_000, NOBODY), (0, 0, NOBODY),
])  # fmt: skip
def test_behind_a_closed_brake_who_moves_alone_is_wrong(
    encoder_mdps: int, inclination_mdps: int, wrong: int
) -> None:
    """HZ-08; a table without its belt moves faster than anything drifts."""
    witness = Witness(Config())
    said = NOBODY
    for tick in range(150):
        said = said or witness.judge(
            encoder_mdps * tick // 100, inclination_mdps * tick // 100, 0, 0, True, 10
        )
    assert said == wrong
    for tick in range(300):
        assert witness.judge(encoder_mdps * tick // 100, 0, 0, 0, tick % 50 != 0, 10) == NOBODY, "opened"


def test_a_host_that_is_there_says_itself_who_is_wrong() -> None:
    """Alone the inclinometer is kept; with a host nothing is withheld that it has to judge."""
    for alone in (True, False):
        doubt = Doubt(Config())
        doubt.alone = alone
        for tick in range(100):
            doubt.judge(30_000 + 70 * tick, 30_000 + 20 * tick, 0, 0, 0, 10)
        assert (doubt.encoder == protocol.ENCODER_OFF, doubt.inclination) == (alone, False)


def test_an_encoder_that_drifts_is_no_inclinometer_that_counts_the_other_way() -> None:
    """It goes as told too, while the table goes where it drifts to."""
    doubt = Doubt(Config())
    doubt.alone = False
    for tick in range(50):
        doubt.judge(-12_000 - 10 * tick, -12_000 + 10 * tick, -1_500, 0, 0, 10)
    assert (doubt.encoder, doubt.inclination) == (protocol.NO_FAULT, False)


def drifting(node: Raw, of: str, mdps: int) -> None:
    from_ms = node.now_ms
    true: Callable[[], float] = lambda: node.plant.angle_deg  # noqa: E731
    if of == "encoder":
        node.encoder = lambda: round(true() * 1000) + mdps * (node.now_ms - from_ms) // 1000
    else:
        node.inclinometer = lambda: round(true() * 100) + mdps * (node.now_ms - from_ms) // 10_000


@GEARS
@pytest.mark.parametrize("mdps", [-1_500, 50])
@pytest.mark.parametrize("of", ["encoder", "inclinometer"])
@pytest.mark.parametrize("mode", [protocol.STOP, protocol.MOVE])
def test_a_table_that_stands_does_not_follow_a_lie(gear: str, mdps: int, of: str, mode: int) -> None:
    """HZ-08: the brake holds it, and behind the brake it shows which one drifts."""
    node = Raw(gear, -12.0)
    node.arm()
    for _ in range(50):
        node.command(mode, -1_200, 0)
    drifting(node, of, mdps)
    before = node.plant.angle_deg
    for _ in range(700):
        node.command(mode, -1_200, 0)
        assert abs(node.plant.angle_deg - before) < 0.65
    doubt = node.brain.source.doubt
    assert (doubt.encoder != protocol.NO_FAULT, doubt.inclination) == (of == "encoder", of != "encoder")
    for tick in range(100):
        node.command(protocol.MOVE, -1_200 - 3 * tick, -150)
    assert not node.brain.brake_closed
    assert node.plant.angle_deg < before - 1.0 or of == "inclinometer"


@GEARS
@pytest.mark.parametrize("every_ms", [20, 60, 90])
def test_a_stop_with_the_angles_far_apart_is_the_brakes_at_once(gear: str, every_ms: int) -> None:
    """No inclinometer is late by 2 deg: until the brake held, the table went down with its encoder.

    Led on, however rarely the host says so, the brake opens once and stays open.
    """
    node = Raw(gear, 12.0)
    node.arm()
    for _ in range(50):
        node.command(protocol.STOP)
    began = node.plant.angle_deg
    drifting(node, "encoder", -1_850)
    for tick in range(83):
        node.command(protocol.MOVE, round(began * 100) - 4 * tick, -200)
    stopped = node.plant.angle_deg
    for tick in range(50):
        node.command(protocol.STOP)
        assert node.brain.brake_closed or tick < 8, tick
    assert node.plant.angle_deg < stopped + 0.4
    led = round((node.encoder() or 0) / 10)
    for tick in range(50):
        node.command(protocol.MOVE, led - every_ms // 5 * tick, -200)
        node.pass_time(every_ms - 20)
        assert not node.brain.brake_closed or tick < 8, tick


@GEARS
def test_a_table_that_stands_by_two_good_angles_is_held_by_its_motor(gear: str) -> None:
    node = Raw(gear, -12.0)
    node.arm()
    node.inclinometer = lambda: round(node.plant.angle_deg * 100) + 90
    for _ in range(500):
        node.command(protocol.STOP)
    assert not node.brain.brake_closed

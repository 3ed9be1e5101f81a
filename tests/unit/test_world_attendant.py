"""The attendant helps when the table calls for it, and leaves their hands off otherwise."""

from __future__ import annotations

from simulator.attendant import Attendant
from simulator.buttons import Buttons
from simulator.rider import Sight

PARK = -70.0


def play(
    until_s: float, sounder: bool = True, estop: bool = False, obeys_after: int = 99, start_deg: float = 0.0
) -> list[tuple[float, bool]]:
    """Presses and releases of RETURN; the table comes home at 2 deg/s from the press of that number on."""
    buttons = Buttons()
    buttons.key("estop", estop)
    attendant = Attendant(buttons, PARK, 20.0)
    angle, presses, held, changes = start_deg, 0, False, []
    for tick in range(round(until_s * 50)):
        moves = presses >= obeys_after and angle > PARK and (held or not estop)
        angle -= 0.04 if moves else 0.0
        attendant.look(Sight(tick * 20_000, angle, -2.0 if moves else 0.0, False, sounder and not moves))
        if buttons["return_b"] != held:
            held = buttons["return_b"]
            presses += held
            changes.append((round(tick / 50, 1), held))
    return changes


def test_nothing_calls_nothing_is_pressed() -> None:
    assert play(100, sounder=False) == []
    assert play(100, start_deg=PARK + 0.3) == []


def test_a_press_that_helps_is_the_only_one() -> None:
    assert play(100, obeys_after=1) == [(20.0, True), (21.0, False)]


def test_a_press_that_does_not_help_is_followed_by_holding() -> None:
    assert play(200, obeys_after=2) == [(20.0, True), (21.0, False), (40.0, True), (75.5, False)]


def test_holding_without_motion_ends_and_is_tried_again() -> None:
    assert play(70)[2:4] == [(40.0, True), (43.0, False)]


def test_with_the_estop_in_return_is_held_at_once() -> None:
    assert play(100, sounder=False, estop=True, obeys_after=1) == [(20.0, True), (55.5, False)]

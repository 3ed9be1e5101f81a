"""The rider's script: who does what when, from what can be seen alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.buttons import Buttons
from simulator.rider import Rider, RiderSetup, Sight
from simulator.sensors import Noise

PARK = -70.0
Seen = tuple[float, float, bool, bool]  # angle, rate, lamp, sounder


def play(
    setup: RiderSetup,
    seen: Callable[[float], Seen],
    until_s: float,
    seed: int = 1,
    silent_from_s: float = 1e9,
) -> list[tuple[float, str, bool]]:
    """Every change of a contact, with its time in s."""
    buttons = Buttons()
    rider = Rider(setup, buttons, Noise(seed, 9), PARK)
    before = {name: buttons[name] for name in buttons.names()}
    changes = []
    for tick in range(round(until_s * 50)):
        rider.silent = tick >= silent_from_s * 50
        rider.look(Sight(tick * 20_000, *seen(tick / 50)))
        for name in buttons.names():
            if buttons[name] != before[name]:
                before[name] = buttons[name]
                changes.append((tick / 50, name, buttons[name]))
    return changes


def parked(_: float) -> Seen:
    return PARK, 0.0, False, False


def twitch(t: float) -> Seen:
    moving = 3 <= t < 7
    return (PARK + 2.0 - abs(t - 5), 1.0, False, False) if moving else (PARK, 0.0, False, False)


def test_nobody_gets_on_an_untested_table() -> None:
    assert play(RiderSetup(), parked, 60) == [(1.0, "pendant", True)]


def test_after_the_twitch_the_rider_gets_on_and_takes_the_pendant() -> None:
    changes = play(RiderSetup(), twitch, 30)
    assert changes == [
        (1.0, "pendant", True),
        (pytest.approx(11.0, abs=0.1), "pendant", False),
        (pytest.approx(11.5, abs=0.1), "load", True),
        (pytest.approx(12.5, abs=0.1), "ankle_a", True),
        (pytest.approx(12.8, abs=0.1), "ankle_b", True),
        (pytest.approx(14.0, abs=0.1), "pendant", True),
    ]


def test_a_lit_lamp_over_an_empty_table_asks_to_get_on() -> None:
    changes = play(RiderSetup(), lambda t: (PARK, 0.0, t > 10, False), 16)
    assert [round(at_s, 1) for at_s, name, _ in changes if name == "load"] == [10.5]


def test_a_set_time_holds_whatever_is_seen() -> None:
    assert (5.5, "load", True) in play(RiderSetup(mounts_after_s=5.0), parked, 10)
    assert not play(RiderSetup(mounts=False, attendant_holds_after_s=None), twitch, 30)


def riding(t: float) -> Seen:
    """On the table at once, down, a check-in at 20 s, loud at 30 s, home again at 60 s."""
    if 5 <= t < 60:
        return 30.0, 1.0 if t < 15 or t > 50 else 0.0, 20 <= t < 25, False
    return PARK, 0.0, False, False


MOUNTED = RiderSetup(mounted=True)


def test_a_check_in_is_answered_by_release_and_press() -> None:
    changes = play(MOUNTED, riding, 40)
    assert [(name, on) for _, name, on in changes[:2]] == [("pendant", False), ("pendant", True)]
    assert 21.4 <= changes[0][0] <= 23.1
    assert changes[1][0] - changes[0][0] == pytest.approx(0.6, abs=0.021)
    moments = {play(MOUNTED, riding, 40, seed)[0][0] for seed in range(5)}
    assert len(moments) > 1


def test_a_silent_rider_goes_on_holding_and_answers_nothing() -> None:
    assert play(MOUNTED, riding, 80, silent_from_s=10) == []
    assert play(RiderSetup(mounted=True, answers=False), riding, 55) == []


def test_the_sounder_at_rest_is_answered_too_but_not_while_moving() -> None:
    def called(t: float) -> Seen:
        return (0.0, 0.0, False, True) if t >= 10 else (30.0 - 3 * t, -3.0, False, True)

    changes = play(MOUNTED, called, 20)
    assert changes[0][1:] == ("pendant", False)
    assert 12.4 <= changes[0][0] <= 14.1


def test_home_again_the_rider_gets_off() -> None:
    changes = [change for change in play(MOUNTED, riding, 80) if change[0] > 50]
    assert [change[1:] for change in changes] == [
        ("pendant", False),
        ("ankle_a", False),
        ("ankle_b", False),
        ("load", False),
    ]
    assert changes[0][0] == pytest.approx(68.0, abs=0.1)


def test_fault_beats_key_beats_person() -> None:
    buttons = Buttons()
    buttons.person("pendant", True)
    buttons.key("pendant", False)
    seen = [buttons["pendant"]]
    buttons.fault("pendant", True)
    seen.append(buttons["pendant"])
    buttons.fault("pendant", None)
    buttons.key("pendant", None)
    assert [*seen, buttons["pendant"]] == [False, True, True]
    with pytest.raises(ValueError, match="no contact 'knob'; there are: pendant, squeezed, stop"):
        buttons.key("knob", True)

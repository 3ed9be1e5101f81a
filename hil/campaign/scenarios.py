"""What is ridden in a campaign: short programmes, and where each begins. Data only."""

from __future__ import annotations

from typing import Final, NamedTuple


class Scenario(NamedTuple):
    """One kind of ride. `phases` are states of the controller and how long each lasts at least, in s.

    A phase that stands there more than once is drawn as often: between park and rest such a run is short.
    """

    name: str
    tier: str
    cap_deg: float  # the session's, soft limit of I2
    toml: str
    phases: tuple[tuple[str, float], ...]
    wakes: bool = False  # the guard starts away from park, with a session open
    returns_in: str = ""  # the state of the controller in which the panel asks for RETURN


def _programme(tier: str, *phases: str) -> str:
    head = f'[programme]\nname = "Campaign"\ntier = "{tier}"\n'
    return head + "".join(f"\n[[phase]]\n{phase}\n" for phase in phases)


_TO_REST: Final = 'kind = "warm-up"\nangle_deg = 0\ntime_s = 1'
_REST: Final = 'kind = "rest"\ntime_s = 60'
_RECOVER: Final = 'kind = "recover"\ntime_s = 20'
_HOLD: Final = 'kind = "hold"\ntime_s = {}'
_LOWER: Final = 'kind = "lower"\nangle_deg = {}'
_DIP: Final = _programme("full", _TO_REST, _LOWER.format(12), _HOLD.format(8), _REST, _RECOVER)

SCENARIOS: Final = (
    # Up to rest, and then somebody wants back: half of all runs, for below rest no pause is waited for.
    Scenario(
        "nod",
        "full",
        12.0,
        _DIP,
        ((("warming_up", 36.0), ("returning", 42.0)) * 8) + (("ready", 0.2), ("warming_up", 36.0)),
        returns_in="lowering",
    ),
    Scenario(
        "dip",
        "full",
        12.0,
        _DIP,
        (
            ("lowering", 8.0),
            ("holding", 7.0),
            ("raising", 8.0),
            ("resting", 55.0),
            ("recovering", 65.0),
        ),
    ),
    Scenario(
        "steep",
        "full",
        30.0,
        _programme("full", _TO_REST, _LOWER.format(30), _HOLD.format(6), _REST, _RECOVER),
        (("lowering", 16.0), ("holding", 5.0), ("raising", 16.0)),
    ),
    Scenario(
        "swing",
        "full",
        16.0,
        _programme(
            "full",
            _TO_REST,
            _LOWER.format(16),
            'kind = "oscillate"\namplitude_deg = 5\nperiod_s = 24\ncycles = 1',
            _REST,
            _RECOVER,
        ),
        (("lowering", 10.0), ("oscillating", 22.0)),
    ),
    Scenario(
        "asked",
        "beginner",
        8.0,
        _programme("beginner", _TO_REST, _LOWER.format(8), _HOLD.format(52), _REST, _RECOVER),
        (("holding", 22.0),),
    ),
    Scenario("wake", "full", 40.0, "", (("wake", 30.0),) * 4, wakes=True),
)
BY_NAME: Final = {scenario.name: scenario for scenario in SCENARIOS}

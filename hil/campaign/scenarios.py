"""What is ridden in a campaign: short programmes, and where each begins. Data only."""

from __future__ import annotations

from typing import Final, NamedTuple


class Scenario(NamedTuple):
    """One kind of ride. `phases` are states of the controller and how long each lasts at least, in s.

    A phase that stands there more than once is drawn as often. Whoever was head-down pauses for 80 s on the
    way home and rides for three minutes; what never gets there is home within one, and pays for the others.
    """

    name: str
    tier: str
    cap_deg: float  # the session's, soft limit of I2
    toml: str
    phases: tuple[tuple[str, float], ...]
    wakes: bool = False  # the guard starts away from park, with a session open
    returns_in: str = ""  # the state of the controller in which the panel asks for RETURN ...
    returns_at_deg: float = -90.0  # ... from this angle on


def _programme(tier: str, *phases: str) -> str:
    head = f'[programme]\nname = "Campaign"\ntier = "{tier}"\n'
    return head + "".join(f"\n[[phase]]\n{phase}\n" for phase in phases)


_TO_REST: Final = 'kind = "warm-up"\nangle_deg = 0\ntime_s = 1'
_REST: Final = 'kind = "rest"\ntime_s = 60'
_RECOVER: Final = 'kind = "recover"\ntime_s = 20'
_HOLD: Final = 'kind = "hold"\ntime_s = {}'
_LOWER: Final = 'kind = "lower"\nangle_deg = {}'
_DIP: Final = _programme("full", _TO_REST, _LOWER.format(6), _HOLD.format(5), _REST, _RECOVER)

SCENARIOS: Final = (
    # Half of the way to rest, and then somebody wants back.
    Scenario(
        "bow",
        "full",
        6.0,
        _DIP,
        ((("warming_up", 17.0), ("returning", 22.0)) * 8) + (("ready", 0.2),),
        returns_in="warming_up",
        returns_at_deg=-35.0,
    ),
    # The same, back from rest.
    Scenario(
        "nod",
        "full",
        6.0,
        _DIP,
        (("warming_up", 36.0), ("returning", 42.0)),
        returns_in="lowering",
    ),
    Scenario(
        "dip",
        "full",
        6.0,
        _DIP,
        (
            ("lowering", 4.0),
            ("holding", 4.0),
            ("raising", 4.0),
            ("resting", 55.0),
            ("recovering", 65.0),
        ),
    ),
    Scenario(
        "steep",
        "full",
        26.0,
        _programme("full", _TO_REST, _LOWER.format(26), _HOLD.format(6), _REST, _RECOVER),
        (("lowering", 14.0),),
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
        (("oscillating", 22.0),),
    ),
    Scenario(
        "asked",
        "full",
        6.0,
        _programme("full", _TO_REST, _LOWER.format(6), _HOLD.format(84), _REST, _RECOVER),
        (("holding", 50.0),),
    ),
    Scenario("wake", "full", 40.0, "", (("wake", 30.0),) * 21, wakes=True),
)
BY_NAME: Final = {scenario.name: scenario for scenario in SCENARIOS}

"""The person on the table and the attendant beside it: a short script, driven by what they can see and hear.

Before the ride the attendant holds the pendant (the day's tests want that). When the table has twitched and
stands again, or its lamp is lit while nobody is on it, the rider gets on, straps both ankles and takes the
pendant. Lit lamp: let the pendant go and press it again. Home again for good: let go, unstrap, get off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from simulator.buttons import Buttons
from simulator.plant import schema
from simulator.plant.bed import Moments, moments
from simulator.plant.body import SEXES, person
from simulator.plant.document import Range
from simulator.sensors import Noise

# What the hands and feet do, seconds after the decision: contact and its new state.
Script = tuple[tuple[float, str, bool], ...]
MOUNT: Script = (
    (0.0, "pendant", False),
    (0.5, "load", True),
    (1.5, "ankle_a", True),
    (1.8, "ankle_b", True),
    (3.0, "pendant", True),
)
DISMOUNT: Script = (
    (0.0, "pendant", False),
    (1.0, "ankle_a", False),
    (1.2, "ankle_b", False),
    (2.0, "load", False),
)
ANSWER: Script = ((0.0, "pendant", False), (0.6, "pendant", True))

TIMES = (
    "attendant_holds_after_s",
    "attendant_helps_after_s",
    "mounts_after_s",
    "mounts_when_ready_s",
    "dismounts_after_s",
)
TWITCH_DEG = 1.0
HOME_DEG = 1.5  # a return on one angle source ends within a degree
STILL_DPS = 0.05
AWAY_DEG = 10.0  # a ride has begun when the table has been so far from park


@dataclass(frozen=True)
class RiderSetup:
    """Who rides and how they behave; times in seconds of the table's time. Impossible ones: ValueError."""

    attendant_holds_after_s: float | None = 1.0  # the pendant, before the ride; None: there is no attendant
    attendant_helps_after_s: float = 30.0  # of sounder or e-stop while the table stands; see attendant.py
    mounted: bool = False  # on the table, strapped and holding the pendant from the start
    mounts: bool = True
    mounts_after_s: float | None = None  # at this time whatever is seen; None: when it looks ready
    mounts_when_ready_s: float = 4.0  # so long after it looks ready
    answers: bool = True
    answers_after_s: tuple[float, float] = (1.5, 3.0)
    dismounts_after_s: float | None = 8.0  # parked for so long; None: stays on
    sex: str = "male"
    stature_m: float = 1.75
    mass_kg: float = 80.0

    def __post_init__(self) -> None:
        """Refuse who cannot be, and times that are none."""
        if self.sex not in SEXES:
            raise ValueError(f"rider's sex {self.sex!r}: there are {', '.join(SEXES)}")
        allowed("rider's stature_m", self.stature_m, schema.BODY["H"], "give metres")
        allowed("rider's mass_kg", self.mass_kg, schema.BODY["m"], "give kilograms")
        stoutness = self.mass_kg / self.stature_m**2
        allowed(
            "rider's mass over squared stature", stoutness, schema.STOUTNESS, "check mass_kg and stature_m"
        )
        low, high = self.answers_after_s
        allowed("rider's answers_after_s, first", low, schema.TIME, "give seconds")
        allowed("rider's answers_after_s, last", high, Range(low, schema.LONGEST_S, "s"), "first <= last")
        for name in TIMES:
            value = getattr(self, name)
            if value is not None:
                allowed(f"rider's {name}", value, schema.TIME, "give seconds from the start")


def allowed(name: str, value: float, range_: Range, remedy: str) -> None:
    """Refuse a number out of its range with a ValueError; NaN is out of every range."""
    if not range_.takes(value):
        raise ValueError(f"{name}: must be {range_}, this is {value!r}; {remedy}")


class Sight(NamedTuple):
    """What people beside or on the table can see and hear."""

    now_us: int
    angle_deg: float
    rate_dps: float
    lamp: bool
    sounder: bool


class Rider:
    """Call `look` every 20 ms or so; the contacts of `buttons` are their hands and feet."""

    def __init__(self, setup: RiderSetup, buttons: Buttons, noise: Noise, park_deg: float) -> None:
        self.setup = setup
        self.arms = "sides"  # as in simulator.plant.body.ARMS
        self.silent = False  # fault: does nothing any more, but goes on holding what they hold
        self.ignored = 0  # looks at a lit lamp or past a sounder that moved nobody
        self.slid_m = 0.0  # fault: out of the ankle rest, along the bed, headward
        self.knees_deg = 0.0  # fault: knees drawn up, angle of the shanks over the bed
        self._buttons = buttons
        self._noise = noise
        self._park_deg = park_deg
        self._todo: list[tuple[int, str, bool]] = []
        self._still_since_us = 0
        self._lit_since_us: int | None = None
        self._ready = False
        self._rode = False
        self._mounting = setup.mounted
        self._gone = False
        if setup.mounted:
            for _, name, on in MOUNT:
                buttons.person(name, on)
        elif setup.attendant_holds_after_s is not None:
            self._todo.append((round(setup.attendant_holds_after_s * 1e6), "pendant", True))

    @property
    def on_table(self) -> bool:
        """Whether they lie on the table."""
        return self._buttons["load"]

    def moments(self) -> Moments:
        """The loaded table's moments about the hinge."""
        setup = self.setup
        shank_rad = math.radians(self.knees_deg)
        lump = person(setup.sex, setup.stature_m, setup.mass_kg, self.arms, shank_rad)
        return moments(lump._replace(xi_m=lump.xi_m + self.slid_m))

    def mount(self, now_us: int) -> None:
        """Get on now."""
        self._mounting, self._gone, self._rode = True, False, False
        self._plan(MOUNT, now_us)

    def dismount(self, now_us: int) -> None:
        """Get off now."""
        self._gone = True
        self._plan(DISMOUNT, now_us)

    def look(self, sight: Sight) -> None:
        """See, decide, act."""
        if self.silent:
            self._todo.clear()
            self.ignored += sight.lamp or sight.sounder
            return
        if abs(sight.rate_dps) > STILL_DPS:
            self._still_since_us = sight.now_us
        if not self._mounting:
            self._before(sight)
        elif not self._gone:
            self._during(sight)
        self._act(sight.now_us)

    def _before(self, sight: Sight) -> None:
        """Nobody on it yet: get on at the set time, or when it looks ready."""
        setup = self.setup
        if not setup.mounts:
            return
        if setup.mounts_after_s is not None:
            if sight.now_us >= setup.mounts_after_s * 1e6:
                self.mount(sight.now_us)
            return
        if abs(sight.angle_deg - self._park_deg) >= TWITCH_DEG or sight.lamp:
            self._ready = True
        if self._ready and self._parked_us(sight) >= setup.mounts_when_ready_s * 1e6:
            self.mount(sight.now_us)

    def _during(self, sight: Sight) -> None:
        """On the table: answer the lamp, get off when home for good."""
        setup = self.setup
        if abs(sight.angle_deg - self._park_deg) >= AWAY_DEG:
            self._rode = True
        stays_s = setup.dismounts_after_s
        if self._rode and stays_s is not None and self._parked_us(sight) >= stays_s * 1e6:
            self.dismount(sight.now_us)
        elif setup.answers and not self._todo:
            self._answer(sight)

    def _answer(self, sight: Sight) -> None:
        """Asked by the lamp, or called by the sounder while the table waits at rest."""
        waits = sight.sounder and sight.now_us - self._still_since_us > 1_000_000
        if not (sight.lamp or waits):
            self._lit_since_us = None
        elif self._lit_since_us is None:
            low, high = self.setup.answers_after_s
            self._lit_since_us = sight.now_us + round(self._noise.between(low, high) * 1e6)
        elif sight.now_us >= self._lit_since_us:
            self._lit_since_us = None
            self._plan(ANSWER, sight.now_us)

    def _parked_us(self, sight: Sight) -> int:
        """How long it has stood still at park."""
        at_park = abs(sight.angle_deg - self._park_deg) <= HOME_DEG
        return sight.now_us - self._still_since_us if at_park else 0

    def _plan(self, script: Script, now_us: int) -> None:
        self._todo = [(now_us + round(after_s * 1e6), name, on) for after_s, name, on in script]

    def _act(self, now_us: int) -> None:
        while self._todo and self._todo[0][0] <= now_us:
            _, name, on = self._todo.pop(0)
            self._buttons.person(name, on)

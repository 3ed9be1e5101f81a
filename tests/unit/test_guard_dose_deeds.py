"""A machine with a ledger on it, ridden, restarted, tampered with for days: no rolling day is gained.

Each deed is done while no guard runs, then one lives for a while: who puts several files back at once, with
all their copies, is told by the node only, and a date put forward while the machine is off is believed
(known weaknesses).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from safety.guard import elsewhere
from safety.guard.dose import DAY_MS
from tests.dose_machine import FULL_MS, MINUTE_MS, NAMES, YEAR_S, Machine

FILES = (*NAMES, elsewhere.NAME)
LONGEST_S = 30 * 3_600
Kept = dict[str, bytes | None]


class Act(NamedTuple):
    """One thing that is done; `which` file, and how much of it."""

    what: str
    value: int
    which: str = ""


WHICH = st.sampled_from(FILES)
WAITS = st.one_of(st.integers(1, LONGEST_S), st.sampled_from([60, 12 * 3_600, 86_399, 86_401, LONGEST_S]))
ACTS = st.one_of(
    st.builds(Act, st.just("ride"), st.integers(1, 5)),
    st.builds(Act, st.just("wait"), WAITS),
    st.builds(Act, st.just("stand"), WAITS),
    st.builds(Act, st.just("calendar"), st.sampled_from([-YEAR_S, -86_400, 86_400, YEAR_S])),
    st.builds(Act, st.just("reboot"), WAITS),
    st.builds(Act, st.just("put back"), st.integers(1, 8), WHICH),
    st.builds(Act, st.just("remove"), st.just(0), WHICH),
    st.builds(Act, st.just("cut"), st.integers(0, 400), WHICH),
)


class Tampered:
    """The machine, every state that its files were in, and what was really ridden when."""

    def __init__(self, folder: Path, counts: bool) -> None:
        # Without a calendar that counts there is no way by the date, so the state alone must do.
        self.machine = Machine(folder, folder if counts else None)
        self.machine.counts = counts
        self.rides: list[tuple[int, int]] = []
        self.past: list[Kept] = []
        self.lives()

    def lives(self) -> None:
        """The guard is started and ticks."""
        self.machine.start()
        self.machine.passes(2_000)
        self.past.append({name: self.read(name) for name in FILES})

    def read(self, name: str) -> bytes | None:
        path = self.machine.folder / name
        return path.read_bytes() if path.exists() else None

    def put(self, name: str, data: bytes | None) -> None:
        path = self.machine.folder / name
        path.unlink(missing_ok=True)
        if data is not None:
            path.write_bytes(data)

    def ride(self, act: Act) -> None:
        """As long as the guard lets; the rest of its allowance is given back."""
        if self.machine.left() >= act.value * MINUTE_MS + 1_000:
            self.machine.ride(act.value * MINUTE_MS, len(self.rides) + 1)
            self.rides.append((self.machine.true_ms, act.value * MINUTE_MS))

    def calendar(self, act: Act) -> None:
        self.machine.wall_s += act.value
        self.machine.passes(2_000)  # seen by the guard

    def most_ms(self) -> int:
        """What is left by what was really ridden in the last 24 hours."""
        return FULL_MS - sum(ms for at_ms, ms in self.rides if at_ms > self.machine.true_ms - DAY_MS)


DEEDS: dict[str, Callable[[Tampered, Act], object]] = {
    "ride": Tampered.ride,
    "wait": lambda one, act: one.machine.passes(act.value * 1_000),
    "stand": lambda one, act: one.machine.passes(act.value * 1_000, alive=False),
    "calendar": Tampered.calendar,
    "reboot": lambda one, act: one.machine.reboots(act.value),
    "put back": lambda one, act: one.put(act.which, one.past[-min(act.value, len(one.past))][act.which]),
    "remove": lambda one, act: one.put(act.which, None),
    "cut": lambda one, act: one.put(act.which, (one.read(act.which) or b"")[: act.value]),
}
HOURS_12 = Act("wait", 12 * 3_600)
TWO_RIDES = [Act("ride", 4), HOURS_12, Act("ride", 5)]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example([*TWO_RIDES, Act("put back", 3, "guard.state"), Act("put back", 4, "guard.state")], True)
@example([*TWO_RIDES, Act("put back", 3, "guard.state"), Act("put back", 4, "guard.state")], False)
@given(acts=st.lists(ACTS, max_size=12), counts=st.booleans())
def test_nothing_that_is_done_to_one_file_after_the_other_gains_a_minute_of_any_24_hours(
    quick: Path, acts: list[Act], counts: bool
) -> None:
    one = Tampered(Path(tempfile.mkdtemp(dir=quick)), counts)
    for act in acts:
        DEEDS[act.what](one, act)
        one.lives()
        assert one.machine.left() <= one.most_ms(), act

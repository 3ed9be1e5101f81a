"""Anything may happen at any tick, in any order: people, a controller, up to two faults; all invariants hold.

The search tries each few things exhaustively; here they are mixed at random. The world and the oracle are
those of the search (`hil/verification`), so the same invariants are judged after every tick; at the end,
with the drive obeying again and somebody at RETURN, the table must come home.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from hil.verification.coarse import LIMITS, PARK_CDEG, TERMS
from hil.verification.faults import CATALOGUE, INDEX
from hil.verification.home_again import HomeAgain
from hil.verification.oracle import judged
from hil.verification.scenarios import PAIRED, TESTED
from hil.verification.search import Choice, Node, ticked
from hil.verification.steps import Steps
from hil.verification.world import DOWN, HOLD, PLAIN, SILENT, START, UP, Active, Sent, World, led
from safety.decision import ACTIVE, INHIBITED, READY, Decision
from safety.observation import (
    ORDER_CONTINUE,
    ORDER_END,
    ORDER_RETURN,
    ORDER_SEAT_LOST,
    ORDER_STOP,
    ORDER_TEST,
    Proposal,
)
from safety.state import boot

SENSORS = tuple(name for name in PAIRED if name[:2] in ("a_", "b_") or name == "angles_absent")
DRIVES = ("drive_silent", "drive_fault", "drive_disarmed", "drive_returns")
PUSHES = ("blocked", "runs_down", "reversed", "hasty")
SWITCHES = ("over_angle_switch", "supply_low", "park_switch_stuck", "rest_switch_stuck", "inputs_stale")


class Ride(RuleBasedStateMachine):
    """One guard, one table, and whoever is around."""

    def __init__(self) -> None:
        super().__init__()
        self.node = Node(boot(LIMITS, TESTED), START, 0)
        self.last: Decision | None = None

    @property
    def world(self) -> World:
        return self.node.world

    def tick(self, world: World | None = None, sent: Sent = PLAIN) -> None:
        """One tick, judged."""
        tick = ticked(self.node, Choice("", world or self.world, sent), CATALOGUE, Steps())
        what, shadow = judged(tick, CATALOGUE, False)
        assert what is None, what
        self.node = Node(tick.state, tick.world._replace(shadow=shadow), 0)
        self.last = tick.decision

    def change(self, **changes: Any) -> None:
        self.tick(self.world._replace(**changes))

    def broken(self, name: str) -> None:
        """A fault begins, the third one is left out."""
        index, faults = INDEX[name], self.world.faults
        if len(faults) < 2 and index not in {fault.number for fault in faults}:
            kept = self.world.cdeg if CATALOGUE[index].keeps else 0
            more = (*faults, Active(index, CATALOGUE[index].within, kept))
            self.change(faults=tuple(sorted(more)))

    @rule(ticks=st.integers(1, 12))
    def time_goes_by(self, ticks: int) -> None:
        for _ in range(ticks):
            self.tick()

    @precondition(lambda self: self.node.state.mode == INHIBITED and self.world.cdeg <= PARK_CDEG + 100)
    @rule()
    def a_session_begins_and_goes_down(self) -> None:
        self.tick(self.world._replace(want=DOWN), Sent(begin=TERMS))
        for _ in range(8):
            self.tick()

    @rule()
    def pendant(self) -> None:
        self.change(pendant=not self.world.pendant)

    @rule()
    def stop(self) -> None:
        self.change(stop=not self.world.stop)

    @rule()
    def return_button(self) -> None:
        self.change(home=not self.world.home)

    @rule()
    def estop(self) -> None:
        self.change(estop_ok=not self.world.estop_ok)

    @rule()
    def ankle_a(self) -> None:
        self.change(ankle_a=not self.world.ankle_a)

    @rule()
    def ankle_b(self) -> None:
        self.change(ankle_b=not self.world.ankle_b)

    @rule()
    def load(self) -> None:
        self.change(load=not self.world.load)

    @rule()
    def squeeze(self) -> None:
        self.change(panic=not self.world.panic)

    @rule()
    def everybody_lets_go_of_everything(self) -> None:
        self.change(pendant=True, stop=False, home=False, estop_ok=True, panic=False)
        self.change(ankle_a=True, ankle_b=True, load=True)

    @rule()
    def network_stop(self) -> None:
        self.tick(sent=Sent(orders=ORDER_STOP))

    @rule()
    def network_return(self) -> None:
        self.tick(sent=Sent(orders=ORDER_RETURN))

    @rule()
    def goes_on(self) -> None:
        self.tick(sent=Sent(orders=ORDER_CONTINUE))

    @rule()
    def tests(self) -> None:
        self.tick(sent=Sent(orders=ORDER_TEST))

    @rule()
    def ends(self) -> None:
        self.tick(sent=Sent(orders=ORDER_END))

    @rule()
    def seat_lost(self) -> None:
        self.tick(sent=Sent(orders=ORDER_SEAT_LOST))

    @rule()
    def down(self) -> None:
        self.change(want=DOWN)

    @rule()
    def up(self) -> None:
        self.change(want=UP)

    @rule()
    def holds(self) -> None:
        self.change(want=HOLD)

    @rule()
    def silent(self) -> None:
        self.change(want=SILENT)

    @precondition(lambda self: self.world.mode in (READY, ACTIVE))
    @rule(leap=st.sampled_from([100, -100, 2_000]), rate=st.sampled_from([0, 2_000, -2_000, 20_000]))
    def a_rogue_proposal(self, leap: int, rate: int) -> None:
        angle, _ = led(self.world)
        self.tick(sent=Sent(proposal=Proposal(TERMS.session, 0, angle + leap, rate, LIMITS.lease_ms)))

    @precondition(lambda self: self.world.mode in (READY, ACTIVE))
    @rule(session=st.sampled_from([0, 8]), lease_ms=st.sampled_from([0, LIMITS.lease_ms + 1]))
    def a_strangers_proposal(self, session: int, lease_ms: int) -> None:
        angle, rate = led(self.world)
        self.tick(sent=Sent(proposal=Proposal(session, 0, angle, rate, lease_ms)))

    @rule(name=st.sampled_from(SENSORS))
    def a_sensor_breaks(self, name: str) -> None:
        self.broken(name)

    @rule(name=st.sampled_from(DRIVES))
    def the_drive_says(self, name: str) -> None:
        self.broken(name)

    @rule(name=st.sampled_from(PUSHES))
    def the_table_does_not_obey(self, name: str) -> None:
        self.broken(name)

    @rule(name=st.sampled_from(SWITCHES))
    def a_switch_lies(self, name: str) -> None:
        self.broken(name)

    @rule()
    def strains(self) -> None:
        self.broken("strains")

    @rule()
    def late(self) -> None:
        self.broken("late")

    @rule()
    def station_silent(self) -> None:
        self.broken("station_silent")

    @rule()
    def controller_gone(self) -> None:
        self.broken("controller_gone")

    @rule()
    def heals(self) -> None:
        self.change(faults=())

    def teardown(self) -> None:
        """I8: whatever has happened, somebody at RETURN brings it home."""
        if self.last is not None:
            assert HomeAgain(CATALOGUE, Steps())(self.node, self.last) is None


def test_there_are_thirty_things_that_may_happen() -> None:
    rules = [name for name, method in vars(Ride).items() if hasattr(method, "hypothesis_stateful_rule")]
    assert len(rules) >= 30


TestRide = pytest.mark.timeout(300)(Ride.TestCase)
TestRide.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

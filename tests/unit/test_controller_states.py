"""The controller's states: every (state, event) pair there is, and the page made of the same table."""

from __future__ import annotations

import itertools

import pytest

from controller import diagram
from controller.machine import Machine, UnlistedEvent
from controller.states import CONDITIONS, EVENT_INTO, EVENTS, INITIAL, PAIRS, ROWS, RUNNING, STATES
from tests import house

EVERY_PAIR = list(itertools.product(STATES, EVENTS))


@pytest.mark.parametrize(("state", "event"), EVERY_PAIR)
@pytest.mark.parametrize("holds", [True, False])
def test_every_pair_does_what_its_row_says_or_is_an_error(state: str, event: str, holds: bool) -> None:
    machine = Machine(lambda name: holds, initial=state)
    row = PAIRS.get((state, event))
    assert machine.allows(event) == (row is not None)
    if row is None:
        with pytest.raises(UnlistedEvent, match=f"{event}.*{state}"):
            machine.fire(event)
        assert machine.state == state
    else:
        goes = holds or row.condition is None
        assert machine.fire(event) is goes
        assert machine.state == (row.destination if goes else state)


def test_each_row_asks_for_its_own_condition_only() -> None:
    for row in ROWS:
        for holds in CONDITIONS:
            machine = Machine(holds.__eq__, initial=row.source)
            assert machine.fire(row.event) is (row.condition in (None, holds))


def test_the_table_is_closed_and_has_no_pair_twice() -> None:
    assert len(PAIRS) == len(ROWS)
    assert {row.source for row in ROWS} | {row.destination for row in ROWS} == set(STATES)
    assert {row.event for row in ROWS} == set(EVENTS)
    assert {row.condition for row in ROWS} - {None} == set(CONDITIONS)
    assert set(EVENT_INTO) == set(RUNNING)


def test_nothing_is_reached_from_the_start_but_by_the_table() -> None:
    machine = Machine(lambda name: True)
    assert machine.state == INITIAL == "returning"
    assert [name for name in dir(machine._model) if name.startswith("to_")] == []


def test_going_head_down_starts_only_out_of_an_open_session() -> None:
    into = {row.source for row in ROWS if row.destination == "lowering"}
    assert into == {"ready", "warming_up", "lowering", "holding", "oscillating", "resting", "frozen"}


@pytest.mark.parametrize("event", ["return_home", "wait", "fault"])
def test_the_guard_is_followed_from_everywhere(event: str) -> None:
    destination = next(row.destination for row in ROWS if row.event == event)
    assert {row.source for row in ROWS if row.event == event} == set(STATES) - {destination}


def test_every_state_has_a_way_to_parked() -> None:
    reached = {"parked"}
    for _ in STATES:
        reached |= {row.source for row in ROWS if row.destination in reached}
    assert reached == set(STATES)


def test_the_page_is_the_table() -> None:
    assert (house.ROOT / "docs/reference/states.md").read_text(encoding="utf-8") == diagram.page()

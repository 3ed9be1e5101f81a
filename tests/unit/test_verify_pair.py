"""A slice of the search over guard and node together: it ends, finds nothing, and finds what is planted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hil.pair import key
from hil.pair.command import killed_by, searched, told
from hil.pair.homewards import wrong_ends
from hil.pair.numbers import coarse
from hil.pair.pair import Pair
from hil.pair.parts import Parts, UnknownKind
from hil.pair.planted import BUGS, planted
from hil.pair.scenarios import HELD, NEAR, NODE, SCENARIOS
from hil.pair.twins import Twins
from hil.pair.walk import Scenario, Walk

BY_NAME = {one.name: one for one in SCENARIOS}
WAY = ("-",) * 12 + ("hold>", "-", "behind>", "node restarts", "-", "-", "lose<") + ("-",) * 9


@pytest.fixture
def small() -> Iterator[None]:
    with coarse():
        yield


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["quiet", "twice"])
def test_a_slice_ends_and_nothing_is_broken(name: str) -> None:
    explored = searched(BY_NAME[name])
    assert explored.empty
    assert explored.finds == ()
    assert explored.states >= 80


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("bug", "says"),
    [
        ("watchdog:challenge_not_verified", "arrived before fed the watchdog"),
        ("watchdog:never_expires", "the watchdog waits"),
        ("node:obeys_without_answer", "without a good answer"),
        ("node:mark_never_kept", "the node's mark is False"),
        ("node:never_home_alone", "lost with mark True"),
        ("driver:mark_not_told", "without a session that is open"),
    ],
)
def test_the_search_notices_what_is_planted(bug: str, says: str) -> None:
    found = killed_by(bug)
    assert found is not None
    assert says in told(found)


def test_every_planted_bug_has_its_line_and_a_place_to_look_first() -> None:
    for name in BUGS:
        with planted(name):
            pass
    assert set(NEAR) <= set(BUGS)
    assert {name for names in NEAR.values() for name in names} <= set(BY_NAME)


def test_each_kind_of_act_is_searched_alone_and_with_others() -> None:
    acts = {name for one in SCENARIOS for names, _ in one.acts for name in names}
    assert acts >= {*HELD, *NODE, "lose>", "lose<", "twice>", "twice<", "cable out", "guard dies", "RETURN"}
    assert sum(len(one.acts) == 2 for one in SCENARIOS) >= 5


@pytest.mark.usefixtures("small")
def test_what_is_kept_and_put_back_goes_on_as_it_was() -> None:
    """From any tick of a way with all sorts of acts, twice the same to its end."""
    pair, other = Pair(300), Pair(300)
    first, second = key.Key(pair), key.Key(other)
    for tick in range(len(WAY)):
        saved = pair.save()
        pair.tick(WAY[tick])
        wanted = first()
        other.clock.now_ms = 5
        other.table.brain.take(b"\0rubbish\0", 7)
        other.load(saved)
        other.tick(WAY[tick])
        assert second() == wanted, tick
        pair.load(saved)
        pair.tick(WAY[tick])
        assert first() == wanted, tick


@pytest.mark.usefixtures("small")
def test_every_field_is_told_or_stands_in_a_table() -> None:
    """And no row of a table is about a field that is gone."""
    paths = set(Pair(300).parts.paths())
    assert paths >= key.BY_HAND
    for row in key.LEFT_OUT:
        assert any(path.startswith(row.removesuffix("*")) for path in paths), row
    assert not {path for path in key.BY_HAND if key.is_left_out(path)}


def test_a_field_that_somebody_adds_is_kept_and_one_that_cannot_be_is_refused() -> None:
    pair = Pair(300)
    pair.table.brain.host.tomorrow = 7  # type: ignore[attr-defined]
    parts = Parts(brain=pair.table.brain)
    assert "brain.host.tomorrow" in set(parts.paths())
    saved = parts.save()
    pair.table.brain.host.tomorrow = 8  # type: ignore[attr-defined]
    parts.load(saved)
    assert pair.table.brain.host.tomorrow == 7  # type: ignore[attr-defined]
    pair.table.brain.host.tomorrow = {1}  # type: ignore[attr-defined]
    with pytest.raises(UnknownKind, match=r"brain\.host\.tomorrow is a set"):
        Parts(brain=pair.table.brain)


@pytest.mark.timeout(120)
def test_states_with_one_key_go_on_alike() -> None:
    twins = Twins(BY_NAME["twice"])
    twins.explore()
    assert twins.unlike == []
    assert twins.compared > 100


@pytest.mark.timeout(120)
def test_a_key_that_tells_too_little_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(key.LEFT_OUT, "clock.left", "planted")
    monkeypatch.setattr(key.Key, "_numbers", lambda self: ())
    twins = Twins(Scenario("planted", ((("lose<",), 1),)))
    twins.explore(40)
    assert twins.unlike


def test_somebody_who_waits_for_nobody_is_a_find() -> None:
    """Liveness can fail: a guard that forgets its open session never goes home by itself."""
    with planted("guard:mark_ignored"):
        walk = Walk(Scenario("planted", ((("guard restarts late",), 1),)))
        walk.explore()
        assert any("I8" in find.what for find in wrong_ends(walk))

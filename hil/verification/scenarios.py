"""The scenarios of the search: each is a few things that may happen at any tick, and together they are all.

A choice is one change a tick, or none. Each scenario is searched until nothing new is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, Final

from hil.verification.coarse import CAP_MS, FOREVER_MS, FULL_CDPS, LIMITS, PARK_CDEG, TERMS, TOP_CDEG
from hil.verification.faults import BRAKE, CATALOGUE, INDEX
from hil.verification.search import Choice, Node, Scenario
from hil.verification.world import DOWN, HOLD, PLAIN, SILENT, START, UP, Active, Sent, World, led
from safety.brake import HELD
from safety.causes import BY_NAME
from safety.decision import ACTIVE, INHIBITED, READY, TEST
from safety.observation import (
    ORDER_CONTINUE,
    ORDER_END,
    ORDER_RETURN,
    ORDER_SEAT_LOST,
    ORDER_STOP,
    ORDER_TEST,
    Proposal,
    Terms,
    Wake,
)

Way = Callable[[Node], Iterator[Choice]]
TESTED: Final = Wake(None, 0, True, True, 0)
UNTESTED: Final = Wake(None, 0, True, False, 0)
_WANTS: Final = {"down": DOWN, "hold": HOLD, "up": UP, "silent": SILENT}
_TOGGLES: Final = ("pendant", "stop", "home", "estop_ok", "ankle_a", "ankle_b", "load", "panic")
_ORDERS: Final = {
    "STOP": ORDER_STOP, "RETURN": ORDER_RETURN, "CONTINUE": ORDER_CONTINUE, "TEST": ORDER_TEST,
    "END": ORDER_END, "SEAT": ORDER_SEAT_LOST,
}  # fmt: skip


def _begun(node: Node, terms: Terms = TERMS) -> Sent:
    """At park and idle, a session begins by itself."""
    ready = node.state.mode == INHIBITED and node.state.tested and not node.world.home
    return Sent(begin=terms) if ready and abs(node.world.cdeg - PARK_CDEG) <= 100 else PLAIN


def _ride(world: World, stays: bool) -> World:
    """The controller rides down, and up again as soon as it is at the top, or stays there."""
    if world.want == SILENT:
        return world
    if world.mode not in (READY, ACTIVE):
        return world._replace(want=DOWN)
    if world.want == DOWN and world.leads and world.lead_cdeg >= TOP_CDEG:
        return world._replace(want=HOLD)
    if world.want == HOLD and not stays:
        return world._replace(want=UP)
    return world


def _toggled(world: World, name: str) -> World:
    changed: dict[str, Any] = {name: not getattr(world, name)}
    return world._replace(**changed)


def people(*names: str, terms: Terms = TERMS, rides: bool = True, stays: bool = False) -> Way:
    """One of these at a tick, or none, while acts are left: toggles, wishes of the controller, orders."""

    def choices(node: Node) -> Iterator[Choice]:
        world = _ride(node.world, stays) if rides else node.world
        sent = _begun(node, terms)
        yield Choice("-", world, sent)
        if not world.acts:
            return
        after = world._replace(acts=world.acts - 1)
        for name in names:
            if name in _TOGGLES:
                yield Choice(name, _toggled(after, name), sent)
            elif name in _WANTS and world.want != _WANTS[name]:
                yield Choice(name, after._replace(want=_WANTS[name]), sent)
            elif name in _ORDERS:
                yield Choice(name, after, sent._replace(orders=_ORDERS[name]))

    return choices


def _kept(world: World, index: int) -> int:
    return world.cdeg if CATALOGUE[index].keeps else 0


def broken(faults: tuple[str, ...], heals: bool) -> Way:
    """A ride in which these faults begin, each at any tick; alone it may heal again."""
    indices = tuple(INDEX[name] for name in faults)

    def choices(node: Node) -> Iterator[Choice]:
        world = _ride(node.world, stays=False)
        sent = PLAIN if world.faults else _begun(node)
        yield Choice("-", world, sent)
        there = {fault.number for fault in world.faults}
        for index in () if world.spent else indices:
            if index not in there:
                ticks = 0 if len(indices) == 1 else CATALOGUE[index].within
                more = (*world.faults, Active(index, ticks, _kept(world, index)))
                yield Choice(CATALOGUE[index].name, world._replace(faults=tuple(sorted(more))), sent)
        if heals and world.faults:
            yield Choice("heals", world._replace(faults=(), spent=True), sent)

    return choices


def _rogues(world: World) -> Iterator[tuple[str, Proposal]]:
    """Proposals that a broken controller may send instead of its own."""
    angle, rate = led(world)
    good = Proposal(TERMS.session, 0, angle, rate, LIMITS.lease_ms)
    yield "another session", good._replace(session=8)
    yield "no lease", good._replace(lease_ms=0)
    yield "long lease", good._replace(lease_ms=LIMITS.lease_ms + 1)
    for leap in (100, -100, 150, 400, -400, 2_000, -2_000, 30_000):
        yield f"leaps {leap}", good._replace(angle_cdeg=angle + leap)
    for cdps in (
        0,
        1_000,
        -1_000,
        FULL_CDPS,
        -FULL_CDPS,
        FULL_CDPS + 100,
        -FULL_CDPS - 100,
        10 * FULL_CDPS,
        -10 * FULL_CDPS,
    ):
        yield f"rate {cdps}", good._replace(rate_cdps=cdps)
        yield (
            f"smooth {cdps}",
            good._replace(rate_cdps=cdps, angle_cdeg=world.lead_cdeg + (world.lead_cdps + cdps) // 20),
        )


def rogue(terms: Terms, only: str = "") -> Way:
    """A ride with a wrong proposal at any tick; or only those whose name begins so."""

    def choices(node: Node) -> Iterator[Choice]:
        world, sent = _ride(node.world, stays=False), _begun(node, terms)
        yield Choice("-", world, sent)
        yield from _wrong(world, sent, only) if world.mode in (READY, ACTIVE) else ()

    return choices


def _wrong(world: World, sent: Sent, only: str) -> Iterator[Choice]:
    after = world._replace(acts=world.acts - 1)
    for name, proposal in _rogues(world) if world.acts else ():
        if name.startswith(only):
            yield Choice(name, after, sent._replace(proposal=proposal))


def rogue_test(node: Node) -> Iterator[Choice]:
    """The day's test, led further and faster than it may be."""
    world = node.world._replace(want=DOWN if node.world.mode == TEST else HOLD)
    fresh = node.state.mode == INHIBITED and not node.state.tested
    yield Choice("-", world, Sent(orders=ORDER_TEST) if fresh else PLAIN)
    yield from _wrong(world, PLAIN, "") if world.mode == TEST else ()


def day_test(node: Node) -> Iterator[Choice]:
    """The day's tests, led as they should be; at any moment of them one of their faults."""
    phase, testing = node.state.trial.brake.phase, node.world.mode == TEST
    world = node.world._replace(want=HOLD if not testing else UP if phase == HELD else DOWN)
    fresh = node.state.mode == INHIBITED and not node.state.tested
    yield Choice("-", world, Sent(orders=ORDER_TEST) if fresh else PLAIN)
    for number, fault in enumerate(BRAKE) if testing and not world.faults else ():
        yield Choice(fault.name, world._replace(faults=(Active(number, 0, 0),)), PLAIN)


def stopped_test(node: Node) -> Iterator[Choice]:
    """The day's tests, led as they should be and asked for again and again; STOP at any moment of them.

    Whoever leads goes on, towards park under a STOP: that is what must not move.
    """
    phase, testing = node.state.trial.brake.phase, node.world.mode == TEST
    back = phase == HELD or node.world.stop
    world = node.world._replace(want=HOLD if not testing else UP if back else DOWN)
    fresh = node.state.mode == INHIBITED and not node.state.tested
    sent = Sent(orders=ORDER_TEST) if fresh else PLAIN
    yield Choice("-", world, sent)
    if world.acts and (testing or world.stop):
        after = world._replace(acts=world.acts - 1)
        yield Choice("stop", _toggled(after, "stop"), sent)
        yield Choice("STOP", after, sent._replace(orders=sent.orders | ORDER_STOP))


def _continue(node: Node) -> Iterator[Choice]:
    """STOP at any tick of a ride, and what must follow before it goes on: in this order, at any pace."""
    world, sent = _ride(node.world, stays=False), _begun(node)
    yield Choice("-", world, sent)
    order = ("stop", "stop", "pendant", "pendant", "CONTINUE", "CONTINUE")
    name = order[len(order) - world.acts] if world.acts else ""
    after = world._replace(acts=world.acts - 1)
    if name in _TOGGLES:
        yield Choice(name, _toggled(after, name), sent)
    elif name:
        yield Choice(name, after, sent._replace(orders=_ORDERS[name]))


def _by_hand(node: Node) -> Iterator[Choice]:
    """The chain opens at any tick of a ride, and RETURN is held; then STOP comes and goes, at any pace."""
    world, sent = _ride(node.world, stays=False), _begun(node)
    yield Choice("-", world, sent)
    order = ("estop_ok", "home", "stop", "stop", "home")
    name = order[len(order) - world.acts] if world.acts else ""
    if name:
        yield Choice(name, _toggled(world._replace(acts=world.acts - 1), name), sent)


def _people(name: str, acts: int, way: Way, wake: Wake = TESTED, **world: Any) -> Scenario:
    return Scenario(name, ((wake, START._replace(acts=acts, **world)),), way, CATALOGUE)


def _wakes() -> Iterator[tuple[Wake, World]]:
    """A guard that starts anew, anywhere, with all that its disk may say."""
    latches = (0, *(BY_NAME[name].number for name in ("estop", "over_speed", "runaway")))
    for cdeg in (TOP_CDEG, 300, 0, -500, -1_000, -1_500, PARK_CDEG):
        for terms in (None, TERMS):
            for same, tested, latch in (
                (True, True, 0),
                (False, True, 0),
                (True, False, 0),
                *((True, True, number) for number in latches[1:]),
            ):
                yield Wake(terms, 0, same, tested, latch), START._replace(cdeg=cdeg, acts=2)


_SHORT: Final = TERMS._replace(check_in_every_ms=200)
_CLOCKS: Final = {
    "dose": TERMS._replace(allowance_ms=400),
    "bout": TERMS._replace(bout_max_ms=400),
    "hold": TERMS._replace(hold_max_ms=200),
    "no dose": TERMS._replace(allowance_ms=0),
    "wall": TERMS._replace(wall_max_ms=3 * CAP_MS),
}
assert FOREVER_MS > 20 * CAP_MS

_NOBODY: Final[dict[str, Any]] = {"ankle_a": False, "ankle_b": False, "load": False}

PEOPLE: Final = (
    _people("controller", 3, people("down", "up", "hold", "silent", rides=False), want=DOWN),
    _people("let go", 3, people("pendant", "silent", "down")),
    _people("frozen", 4, people("stop", "pendant")),
    _people("continue", 6, _continue),
    _people("orders", 3, people("STOP", "RETURN", "CONTINUE", "SEAT", "END")),
    _people("chain", 4, people("estop_ok", "home")),
    _people("stopped hand", 5, _by_hand),
    _people("clamps", 3, people("ankle_a", "ankle_b", "home", "pendant")),
    _people("load", 3, people("load", "home")),
    _people(
        "test", 6, people("TEST", "down", "up", "pendant", "ankle_a", "load", "END", rides=False), UNTESTED,
        **_NOBODY,
    ),
    _people("check-in", 5, people("pendant", "home", terms=_SHORT, stays=True)),
    _people("squeezed", 2, people("panic", "pendant", "home")),
    _people("rogue", 1, rogue(TERMS)),
    _people("rogue below park", 2, rogue(TERMS, "smooth")),
    _people("rogue unproved", 1, rogue(TERMS._replace(cap_cdeg=1_000), "smooth")),
    _people("rogue test", 2, rogue_test, UNTESTED, **_NOBODY),
    _people("stopped test", 2, stopped_test, UNTESTED, **_NOBODY),
    Scenario(
        "day test", ((UNTESTED, START._replace(**_NOBODY)),), day_test, BRAKE
    ),
    *(_people(name, 2, people("home", "stop", terms=terms, stays=True)) for name, terms in _CLOCKS.items()),
    Scenario("wakes", tuple(_wakes()), people("home", "stop", "down", rides=False), CATALOGUE),
)  # fmt: skip
RIDE: Final = Scenario("ride", ((TESTED, START),), broken((), False), CATALOGUE)
SINGLES: Final = tuple(
    Scenario(fault.name, ((TESTED, START),), broken((fault.name,), True), CATALOGUE, timed=True)
    for fault in CATALOGUE
)
# Of faults that the guard cannot tell apart, one stands for all.
_ALIKE: Final = frozenset(
    {
        "a_absent", "b_absent", "drive_offline", "drive_unpowered", "controller_gone", "network_stop",
        "return_b", "ankle_b", "seat_lost", "supply_unknown", "estop_unknown", "pendant_unknown",
        "ankle_unknown", "no_load", "b_jumped_up", "sigterm", "station_silent", "late", "runs_up", "hot",
        "blocked_down", "crawls", "b_off_up",
    }
)  # fmt: skip
PAIRED: Final = tuple(fault.name for fault in CATALOGUE if fault.name not in _ALIKE)
PAIRS: Final = tuple(
    Scenario(f"{one} + {other}", ((TESTED, START),), broken((one, other), False), CATALOGUE)
    for one, other in combinations(PAIRED, 2)
)

"""Each fault of the table, on each table that can have it, changes the plant or the wire; nothing else does.

One ride for all of them: down through rest, a pause in which the rider is asked, up again, the session closed
and the torque off. A proof must hold at some moment of the ride with its fault, and at none of one without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from hil.campaign.proofs import PROOFS, look
from simulator.fault_record import NEEDS
from simulator.faults import FAULTS, GROUPS
from simulator.setup import WorldSetup
from simulator.world import World
from tests.world_host import Host, riding

DRIVES = ("node", "blvr")
MOST_OF = {  # at least so many of a group on each table
    "Rider and attendant": 7,
    "Contacts and switches": 21,
    "Sensors": 25,
    "Motor, gear, brake, supply": 16,
    "Wires": 11,
}


def ride(host: Host) -> Iterator[None]:
    """A moment of it after the other."""

    def steps(seconds: float, target_deg: float | None = None) -> Iterator[None]:
        for _ in range(round(seconds * 50)):
            host.step(target_deg, 3.0)
            yield

    yield from steps(3.0, 3.0)
    host.lamp = True
    yield from steps(4.0, 3.0)
    host.lamp = False
    yield from steps(3.0, -8.0)
    host.session_open = host.enable = False
    yield from steps(2.0)
    for _ in range(25):
        host.step(cut=True)
        yield


def proved(host: Host, name: str) -> bool:
    """Whether the fault is seen to be real in the rest of the ride."""
    host.run(0.5, 3.0)
    before = look(host.world)
    host.world.faults.switch(name, True)
    return any(PROOFS[name](host.world, before) for _ in ride(host))


def ready(drive: str, start_deg: float = -4.0) -> Host:
    return riding(drive, start_deg=start_deg, gear="a2")


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("drive", DRIVES)
def test_each_fault_of_the_table_is_real(drive: str, group: str) -> None:
    there = World(WorldSetup(drive=drive)).faults.names()
    names = [name for name in GROUPS[group] if name in there]
    assert len(names) >= MOST_OF[group]
    dead = [name for name in names if not any(proved(ready(drive, at), name) for at in starts(name))]
    assert dead == []


def starts(name: str) -> tuple[float, ...]:
    """At park for what shows only there."""
    return (-70.0,) if name.startswith("park_switch") else (-4.0,)


@pytest.mark.parametrize("drive", DRIVES)
def test_without_a_fault_nothing_is_proved(drive: str) -> None:
    host = ready(drive)
    before = look(host.world)
    names = host.world.faults.names()
    seen = {name for _ in ride(host) for name in names if PROOFS[name](host.world, before)}
    assert seen == set()


def test_the_table_is_whole() -> None:
    assert set(PROOFS) == set(FAULTS)
    assert {need for fault in FAULTS.values() for need in fault.needs} == set(NEEDS)
    for name, fault in FAULTS.items():
        severity = fault.severity
        assert severity is None or severity.low <= severity.usual <= severity.high, name


def test_a_fault_that_does_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: Callable[[World, float | None], None] = lambda world, amount: None  # noqa: E731
    for name in ("estop", "encoder_noisy", "wire_lossy", "motor_dead", "supply_low"):
        monkeypatch.setitem(FAULTS, name, FAULTS[name]._replace(act=nothing))
        assert not proved(ready("node"), name)

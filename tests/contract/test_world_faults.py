"""Every fault of the table takes effect where the host, the plant or a person would notice it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from simulator.setup import WorldSetup
from simulator.world import World
from tests.world_host import RIDING, Host, riding, under_way

Look = Callable[[Host], Any]

# Faults that show as one value: where to look, the value before, the value 0.6 s after the fault.
SEEN: dict[str, tuple[Look, Any, Any]] = {
    "pendant_released": (lambda h: h.inputs.pendant, True, False),
    "pendant_squeezed": (lambda h: (h.inputs.pendant, h.inputs.panic), (True, False), (False, True)),
    "ankle_open": (lambda h: (h.inputs.ankle_a, h.inputs.ankle_b), (True, True), (False, True)),
    "ankles_open": (lambda h: (h.inputs.ankle_a, h.inputs.ankle_b), (True, True), (False, False)),
    "stop_button": (lambda h: h.inputs.stop, False, True),
    "return_button": (lambda h: h.inputs.return_a, False, True),
    "return_b_button": (lambda h: h.inputs.return_b, False, True),
    "estop": (lambda h: (h.inputs.estop_ok, h.truth.relay_closed), (True, True), (False, False)),
    "inputs_doubtful": (lambda h: (h.inputs.ankle_a, h.inputs.load), (True, True), (None, True)),
    "load_lost": (lambda h: h.inputs.load, True, False),
    "over_angle": (lambda h: h.inputs.over_angle, False, True),
    "rest_switch": (lambda h: h.inputs.past_rest, False, True),
    "supply_low": (lambda h: (h.inputs.supply_ok, h.truth.bridge_on), (True, True), (False, True)),
    "supply_lost": (
        lambda h: (h.inputs.supply_ok, h.truth.bridge_on, h.truth.brake_closed),
        (True, True, False),
        (False, False, True),
    ),
    "runaway": (lambda h: h.truth.angle_deg > -19.5, False, True),
    "encoder_slipped": (lambda h: h.drive.angle_cdeg is None, False, True),  # the node doubts it
    "encoder_lost": (lambda h: h.drive.angle_cdeg is None, False, True),
    "inclinometer_shifted": (lambda h: round(h.inclinometer_cdeg / 100), -20, -15),
}


def standing() -> Host:
    host = riding(start_deg=-20.0)
    host.run(0.5, -20.0)
    return host


@pytest.mark.parametrize("name", SEEN)
def test_it_is_seen_and_goes_away_again(name: str) -> None:
    look, before, after = SEEN[name]
    host = standing()
    assert look(host) == before
    host.world.faults.switch(name, True)
    assert host.world.faults.on == {name}
    host.run(0.6)
    assert look(host) == after
    host.world.faults.switch(name, False)
    assert host.world.faults.on == set()


@pytest.mark.parametrize(
    "name", ["ankle_open", "stop_button", "estop", "over_angle", "supply_lost", "inclinometer_cut"]
)
def test_it_goes_away_again(name: str) -> None:
    host = standing()
    before = host.inputs
    host.world.faults.switch(name, True)
    host.run(0.1)
    host.world.faults.switch(name, False)
    host.run(0.3)
    assert host.inputs[2:] == before[2:]
    assert host.inclinometer_cdeg == pytest.approx(-2000, abs=60)


def age_ms(host: Host) -> int:
    return host.tick * 20 - host.drive.at_ms


def test_rider_silent() -> None:
    for silent in (False, True):
        host = standing()
        host.world.faults.switch("rider_silent", silent)
        host.lamp = True
        held = []
        for _ in range(200):
            host.step()
            held.append(host.truth.pendant)
        assert all(held) == silent


def test_pendant_stuck() -> None:
    world = World(WorldSetup())
    world.faults.switch("pendant_stuck", True)
    assert world.truth.pendant


def test_a_pendant_of_two_positions_cannot_be_squeezed_through() -> None:
    host = Host(WorldSetup(rider=RIDING, pendant="two"))
    host.run(0.1, -70.0)
    assert host.inputs.panic is None
    with pytest.raises(ValueError, match="needs a three-position pendant"):
        host.world.faults.switch("pendant_squeezed", True)
    with pytest.raises(ValueError, match="pendant 'four': there are two, three"):
        WorldSetup(pendant="four")  # type: ignore[arg-type]


def test_ankle_flicker() -> None:
    host = standing()
    host.world.faults.switch("ankle_flicker", True)
    seen = []
    for _ in range(500):
        host.step()
        seen.append(host.inputs.ankle_a)
    assert seen.count(False) == 10


def test_stop_flicker() -> None:
    host = standing()
    host.world.faults.switch("stop_flicker", True)
    seen = []
    for _ in range(100):
        host.step()
        seen.append(host.inputs.stop)
    assert (seen.count(True), seen.count(False)) == (50, 50)
    assert sum(bool(now) and not before for before, now in pairwise(seen)) == 10


def test_park_switch() -> None:
    host = riding()
    assert host.inputs.at_park
    host.world.faults.switch("park_switch", True)
    host.run(0.1)
    assert not host.inputs.at_park


def test_enable_welded() -> None:
    host = standing()
    host.world.faults.switch("enable_welded", True)
    host.session_open = False
    host.run(0.1)
    host.silence(1.0)
    assert not host.world.node.brain.enable
    host.run(0.06)
    assert host.inputs.enabled


@pytest.mark.parametrize("name", ["wire_cut", "node_off"])
def test_no_answer_any_more(name: str) -> None:
    host = under_way(name)
    host.run(0.5, 20.0)
    assert age_ms(host) >= 500
    host.world.faults.switch(name, False)
    host.run(2.0)
    assert age_ms(host) < 100


def test_node_off_drops_the_brake() -> None:
    host = under_way("node_off")
    host.run(0.2)
    assert host.truth.brake_closed
    assert not host.truth.bridge_on
    assert host.truth.rate_dps == 0.0


def test_node_reboot() -> None:
    host = under_way("node_reboot")
    host.run(0.1, 20.0)
    assert host.truth.brake_closed
    host.run(2.0, 20.0)
    assert host.drive.boot_count == 2


def test_inputs_cut_needs_its_wire() -> None:
    host = riding("blvr", start_deg=-20.0)
    host.world.faults.switch("inputs_cut", True)
    before = host.inputs.counter
    host.run(0.5)
    assert host.inputs.counter == before
    with pytest.raises(ValueError, match="'inputs_cut' needs a node of the inputs on a wire of its own"):
        World(WorldSetup()).faults.switch("inputs_cut", True)


@pytest.mark.parametrize("drive", ["node", "blvr"])
def test_inclinometer_cut(drive: Any) -> None:
    host = riding(drive, start_deg=-20.0)
    host.run(0.5)
    host.world.faults.switch("inclinometer_cut", True)
    host.run(0.1)
    seen = host.devices.inclinometer.read()
    host.run(0.5)
    assert host.devices.inclinometer.read() == seen


@pytest.mark.parametrize("name", ["wire_lossy", "wire_noisy"])
def test_answers_get_lost(name: str) -> None:
    host = standing()
    before = host.drive.counter
    host.run(10.0)
    assert host.drive.counter - before == 500
    host.world.faults.switch(name, True)
    fresh = 0
    for _ in range(1_000):
        host.step()
        fresh += age_ms(host) < 30
    assert 930 < fresh < 990


def test_wire_doubled() -> None:
    host = standing()
    host.world.faults.switch("wire_doubled", True)
    before = host.world.node.brain.host._counter
    host.run(10.0)
    assert host.world.node.brain.host._counter - before > 503
    assert host.armed


def test_wire_slow() -> None:
    host = standing()
    host.world.faults.switch("wire_slow", True)
    host.run(1.0)
    assert age_ms(host) >= 60


@pytest.mark.parametrize("drive", ["node", "blvr"])
def test_encoder_frozen(drive: Any) -> None:
    host = riding(drive, start_deg=-20.0)
    host.run(4.0, 20.0)
    host.world.faults.switch("encoder_frozen", True)
    host.run(0.1, 20.0)
    before, truth = host.drive.angle_cdeg, host.truth.angle_deg
    host.run(0.4, 20.0)
    # The node soon doubts it, and then tells no angle at all.
    assert host.drive.angle_cdeg in ((before, None) if drive == "node" else (before,))
    assert host.truth.angle_deg > truth + 0.3


def test_inclinometer_frozen() -> None:
    host = under_way("inclinometer_frozen")
    host.run(0.1, 20.0)
    before = host.inclinometer_cdeg
    host.run(1.0, 20.0)
    assert host.inclinometer_cdeg == before


def test_a_wrong_name_is_told_what_there_is() -> None:
    world = World(WorldSetup(rider=RIDING))
    with pytest.raises(ValueError, match="no fault 'estopp'; did you mean estop\\?; there are rider_silent"):
        world.faults.switch("estopp", True)
    assert "inputs_cut" not in world.faults.names()


@pytest.mark.parametrize(("name", "amount"), [("brake_worn", 1.5), ("brake_worn", -0.1), ("wire_slow", 61.0)])
def test_more_than_is_allowed_is_refused_with_the_range(name: str, amount: float) -> None:
    world = World(WorldSetup(rider=RIDING))
    with pytest.raises(ValueError, match=f"'{name}': {amount:g} .*; allowed are"):
        world.faults.switch(name, True, amount)
    with pytest.raises(ValueError, match="'estop' has no severity"):
        world.faults.switch("estop", True, 1.0)
    assert world.faults.on == set()

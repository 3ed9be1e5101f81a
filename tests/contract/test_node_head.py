"""The ledger's head in the node's flash: through the real driver, over resets, lost frames and motion."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from firmware_bridge.ports import HeadKeeper
from tests.node_rig import Driven, ramp

ONE, OTHER = "1f" * 32, "c0" * 32


def keeper(rig: Driven) -> HeadKeeper:
    assert rig.devices.head_keeper is not None
    return rig.devices.head_keeper


def run(rig: Driven, ticks: int = 40) -> None:
    for _ in range(ticks):
        rig.step()


def test_a_new_node_keeps_none_and_says_so_after_the_handshake() -> None:
    rig = Driven()
    assert keeper(rig).read() is None
    run(rig)
    assert keeper(rig).read() == ""


def test_what_was_written_is_read_by_the_next_host_over_resets_of_both() -> None:
    rig = Driven()
    run(rig)
    for head in (ONE, OTHER):
        keeper(rig).write(head)
        run(rig)
        assert keeper(rig).read() == head
    store = rig.store
    again = Driven()
    again.store = store
    again.boot()
    run(again)
    assert keeper(again).read() == OTHER


def test_written_before_the_handshake_it_goes_out_after_it() -> None:
    rig = Driven()
    keeper(rig).write(ONE)
    run(rig)
    assert keeper(rig).read() == ONE


def lossy(keep: int) -> Callable[[bytes], bytes]:
    """Passes every so many-th piece only."""
    turn = itertools.count()
    return lambda data: data if next(turn) % keep == 0 else b""


@pytest.mark.parametrize("way", ["up", "down"])
def test_lost_frames_cost_time_only(way: str) -> None:
    rig = Driven()
    run(rig)
    setattr(rig, way, lossy(7))
    keeper(rig).write(ONE)
    run(rig, 20)
    setattr(rig, way, lambda data: data)
    run(rig, 60)
    assert keeper(rig).read() == ONE


def test_a_reset_of_the_node_makes_it_unknown_until_asked_again() -> None:
    rig = Driven()
    keeper(rig).write(ONE)
    run(rig)
    rig.boot()
    seen = set()
    for _ in range(60):
        rig.step()
        seen.add(keeper(rig).read())
    assert seen == {ONE, None}
    assert keeper(rig).read() == ONE


def test_under_way_it_waits_for_standstill() -> None:
    rig = Driven("a1", -40.0)
    rig.arm()
    for place, (angle, rate) in enumerate(itertools.islice(ramp(-40, -30, 2.0), 200)):
        if place == 50:
            keeper(rig).write(ONE)
        rig.devices.drive.move(angle, rate)
        rig.step()
        assert keeper(rig).read() in (None, "")
    for _ in range(60):
        rig.devices.drive.stop(3_000)
        rig.step()
    assert keeper(rig).read() == ONE


@pytest.mark.parametrize("head", ["", "1f", "zz" * 32, "00" * 32, "1f" * 33])
def test_what_is_no_hash_is_refused(head: str) -> None:
    with pytest.raises(ValueError, match=r"hexadecimal|allowed is a SHA-256"):
        keeper(Driven()).write(head)


def test_inputs_on_a_node_of_their_own_keep_it_too() -> None:
    rig = Driven(role="io")
    run(rig)
    assert keeper(rig).read() is None, "not the node that the table file names: never proved"

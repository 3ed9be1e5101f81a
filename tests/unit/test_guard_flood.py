"""Floods at the guard's socket: STOP and RETURN wait behind nobody's packets, and nothing grows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from safety import observation as o
from safety.guard import messages as m
from safety.guard.channel import CLIENTS_MAX, Channel, Facts
from safety.guard.client import WAITING_MAX
from safety.guard.listener import listen
from tests.guard_peer import Peer

OBSERVER, CONTROLLER, STATION = range(3)
RUBBISH = b"\xff" * 20
URGENT = (o.ORDER_STOP, o.ORDER_RETURN, o.ORDER_SEAT_LOST)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "guard.sock"


@pytest.fixture
def channel(path: Path) -> Iterator[Channel]:
    opened = Channel(Facts(boot_id=77, park_cdeg=-7000, cap_cdeg=6000, table_hash=bytes(32)), listen(path))
    yield opened
    opened.close()


def flood(peer: Peer, packet: bytes = RUBBISH) -> int:
    """As many as the kernel takes."""
    count = 0
    try:
        while True:
            peer.socket.send(packet)
            count += 1
    except BlockingIOError:
        return count


@pytest.mark.parametrize("order", URGENT)
@pytest.mark.parametrize("role", [None, OBSERVER, CONTROLLER, STATION])
@pytest.mark.parametrize("packet", [RUBBISH, m.ALIVE_LAYOUT.pack((5,))], ids=["rubbish", "alive"])
def test_an_urgent_order_does_not_wait_behind_its_own_clients_packets(
    channel: Channel, path: Path, role: int | None, order: int, packet: bytes
) -> None:
    peer = Peer(path, role)
    channel.take(0, 0)
    peer.heard()
    assert flood(peer, packet) > 200
    for _ in range(2):  # the flood before may fill the queue to its end: one packet out, the order in
        try:
            peer.say(m.ORDER_LAYOUT, 7, order)
            break
        except BlockingIOError:
            channel.take(10, 0)
    arrivals = channel.take(20, 0)
    assert arrivals.orders == order
    arrivals.asked[0].client.reply(arrivals.asked[0].id, True, "taken")
    assert (7, 1, "taken") in peer.replies()
    assert channel.take(40, 0).orders == 0  # once
    peer.socket.close()


def test_however_many_flood_each_is_heard_within_a_few_ticks(channel: Channel, path: Path) -> None:
    crowd = [Peer(path, OBSERVER, number) for number in range(CLIENTS_MAX)]
    channel.take(0, 0)
    for peer in crowd:
        for _ in range(200):
            peer.socket.send(RUBBISH)
        peer.say(m.ORDER_LAYOUT, 1, o.ORDER_STOP)
    answered = [len(channel.take(20 * tick, 0).asked) for tick in range(1, 4)]
    assert sum(answered) == CLIENTS_MAX
    assert answered == [6, 7, 3]  # 1,280 packets a tick and no more: a crowd makes no tick late
    for peer in crowd:
        peer.socket.close()


def test_who_floods_without_end_does_not_keep_the_others_unheard(channel: Channel, path: Path) -> None:
    crowd = [Peer(path, OBSERVER, number) for number in range(7)]
    channel.take(0, 0)
    for _ in range(200):
        crowd[-1].socket.send(RUBBISH)
    crowd[-1].say(m.ORDER_LAYOUT, 1, o.ORDER_STOP)
    orders = 0
    for tick in range(1, 4):
        for peer in crowd[:-1]:
            flood(peer)
        orders |= channel.take(20 * tick, 0).orders
    assert orders == o.ORDER_STOP
    for peer in crowd:
        peer.socket.close()


def test_of_a_flood_of_orders_each_kind_is_answered_a_few_times(channel: Channel, path: Path) -> None:
    peer = Peer(path)
    for number in range(200):
        peer.say(m.ORDER_LAYOUT, number, o.ORDER_STOP)
    arrivals = channel.take(20, 0)
    assert arrivals.orders == o.ORDER_STOP
    assert [asked.id for asked in arrivals.asked] == [0, 1, 2, 3, 199]
    assert channel.take(40, 0).asked == []
    peer.socket.close()


def test_what_is_not_urgent_is_taken_in_its_order_later(channel: Channel, path: Path) -> None:
    peer = Peer(path, STATION)
    channel.take(0, 0)
    for _ in range(40):
        peer.socket.send(RUBBISH)
    peer.say(m.ORDER_LAYOUT, 3, o.ORDER_CONTINUE)
    orders = [channel.take(20 * tick, 0).orders for tick in range(1, 4)]
    assert orders == [0, 0, o.ORDER_CONTINUE]
    peer.socket.close()


def test_nothing_that_was_asked_before_a_stop_is_taken_after_it(channel: Channel, path: Path) -> None:
    peer = Peer(path, STATION)
    channel.take(0, 0)
    for _ in range(40):
        peer.socket.send(RUBBISH)
    peer.say(m.ORDER_LAYOUT, 3, o.ORDER_CONTINUE)
    peer.say(m.ORDER_LAYOUT, 4, o.ORDER_STOP)
    assert [channel.take(20 * tick, 0).orders for tick in range(1, 9)] == [o.ORDER_STOP, *[0] * 7]
    peer.say(m.ORDER_LAYOUT, 5, o.ORDER_CONTINUE)
    assert channel.take(200, 0).orders == o.ORDER_CONTINUE
    peer.socket.close()


def test_an_endless_flood_fills_no_memory(channel: Channel, path: Path) -> None:
    peer = Peer(path)
    for tick in range(10):
        flood(peer)
        channel.take(20 * tick, 0)
        assert len(channel._clients[0]._waiting) <= WAITING_MAX
    peer.socket.close()


@pytest.mark.parametrize("bound", [False, True])
def test_stations_that_come_and_go_are_forgotten(channel: Channel, path: Path, bound: bool) -> None:
    first = Peer(path, STATION, 1)
    channel.take(0, 0)
    if bound:
        channel.bind_station()
    first.socket.close()
    for number in range(2, 40):
        peer = Peer(path, STATION, number)
        channel.take(number, 0)
        peer.socket.close()
    channel.take(40, 0)
    assert len(channel._stations._heard_ms) <= 2
    assert channel.station_age_ms(100) == (100 if bound else 61)
    channel.release_station()
    assert channel.station_age_ms(100) == o.AGE_MAX_MS

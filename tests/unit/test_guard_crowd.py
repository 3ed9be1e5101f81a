"""A crowd at the guard's socket: whoever asks for STOP or RETURN gets through."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from safety import observation as o
from safety.guard import messages as m
from safety.guard.channel import CLIENTS_MAX, GRACE_TICKS, PACKETS_OF_STRANGER, Channel, Facts
from safety.guard.listener import BACKLOG, listen
from tests.guard_peer import Peer

OBSERVER, CONTROLLER, STATION = range(3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "guard.sock"


@pytest.fixture
def channel(path: Path) -> Iterator[Channel]:
    opened = Channel(Facts(boot_id=77, park_cdeg=-7000, cap_cdeg=6000, table_hash=bytes(32)), listen(path))
    yield opened
    opened.close()


@pytest.fixture
def holder(path: Path, channel: Channel) -> Iterator[Peer]:
    """The controller that came first."""
    first = Peer(path, CONTROLLER, 1)
    channel.take(0, 0)
    yield first
    first.socket.close()


@pytest.mark.parametrize("role", [None, OBSERVER])
def test_a_stop_gets_through_any_crowd(channel: Channel, path: Path, holder: Peer, role: int | None) -> None:
    crowd = []
    for _ in range(3):
        crowd += [Peer(path, role) for _ in range(BACKLOG)]
        channel.take(0, 0)
    late = Peer(path)
    for _ in range(GRACE_TICKS - 1):  # it takes its time between coming and asking
        channel.take(10, 0)
    late.say(m.ORDER_LAYOUT, 1, o.ORDER_STOP)
    arrivals = channel.take(20, 0)
    assert arrivals.orders == o.ORDER_STOP
    arrivals.asked[0].client.reply(1, True, "stopped")
    assert late.replies() == [(1, 1, "stopped")]
    for _ in range(GRACE_TICKS + 1):
        channel.take(40, 0)
    assert len(channel._clients) <= CLIENTS_MAX
    holder.propose(1)
    assert channel.take(80, 0).proposal is not None  # who led before the crowd came still leads
    for peer in (*crowd, late):
        peer.socket.close()


@pytest.mark.parametrize("together", [False, True])
def test_a_crowd_of_strangers_pushes_out_nobody_who_said_hello(
    channel: Channel, path: Path, holder: Peer, together: bool
) -> None:
    """Least of all the station, whose loss would end the session."""
    known = [Peer(path, STATION, 2), Peer(path, OBSERVER, 3)]
    for _ in range(GRACE_TICKS + 1):
        channel.take(0, 0)
    crowd = []
    for _ in range(2 * CLIENTS_MAX):
        crowd.append(Peer(path))
        if not together:
            channel.take(20, 0)
    for _ in range(GRACE_TICKS + 2):
        channel.take(40, 0)
    assert len(channel._clients) <= CLIENTS_MAX
    for peer in (holder, *known):
        peer.heard()
        channel.report(b"\1\x12" + bytes(165))
        assert len(peer.replies()) == 1
        peer.socket.close()
    for peer in crowd:
        peer.socket.close()


def test_a_stop_behind_a_whole_queue_is_taken_in_the_same_tick(channel: Channel, path: Path) -> None:
    crowd = [Peer(path) for _ in range(100)]
    late = Peer(path)
    late.say(m.ORDER_LAYOUT, 1, o.ORDER_STOP)
    assert channel.take(20, 0).orders == o.ORDER_STOP
    for peer in (*crowd, late):
        peer.socket.close()


def test_nobody_is_left_in_a_full_queue(channel: Channel, path: Path) -> None:
    crowd = [Peer(path) for _ in range(BACKLOG + 1)]
    late = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    late.setblocking(False)
    with pytest.raises(BlockingIOError):
        late.connect(str(path))
    channel.take(20, 0)
    assert len(channel._clients) == BACKLOG + 1
    late.connect(str(path))
    for one in (late, *(peer.socket for peer in crowd)):
        one.close()


def test_in_a_crowd_only_the_holder_is_heard_at_length(channel: Channel, path: Path, holder: Peer) -> None:
    """Each packet costs the tick: those of a crowd that has said hello, too."""
    crowd = [Peer(path, OBSERVER) for _ in range(CLIENTS_MAX)]
    channel.take(0, 0)
    for peer in (*crowd, holder):
        for _ in range(20):
            peer.socket.send(b"\x02" * 40)
    channel.take(20, 0)
    assert channel.dropped == CLIENTS_MAX * PACKETS_OF_STRANGER + 20
    for peer in crowd:
        peer.socket.close()


def test_a_flood_of_a_stranger_costs_a_few_packets_a_tick(channel: Channel, path: Path) -> None:
    stranger = Peer(path)
    for _ in range(100):
        stranger.socket.send(b"\x02" * 40)
    channel.take(0, 0)
    assert channel.dropped == PACKETS_OF_STRANGER
    stranger.socket.close()

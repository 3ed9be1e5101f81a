"""The guard's socket over real sockets: one lease, many clients, no waiting, no order lost."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from safety import observation as o
from safety.guard import messages as m
from safety.guard.channel import Channel, Facts
from safety.guard.listener import AlreadyListening, listen
from tests.guard_peer import Peer

OBSERVER, CONTROLLER, STATION = range(3)
FACTS = Facts(boot_id=77, park_cdeg=-7000, cap_cdeg=6000, table_hash=bytes(range(32)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "guard.sock"


@pytest.fixture
def channel(path: Path) -> Iterator[Channel]:
    opened = Channel(FACTS, listen(path))
    yield opened
    opened.close()


@pytest.fixture
def peers(path: Path, channel: Channel) -> Iterator[list[Peer]]:
    """A controller, a second one and a station that have said hello."""
    found = [Peer(path, CONTROLLER, 1), Peer(path, CONTROLLER, 2), Peer(path, STATION, 3)]
    channel.take(0, 0)
    yield found
    for peer in found:
        peer.socket.close()


def test_the_socket_is_for_the_group_and_a_living_one_is_not_replaced(path: Path, channel: Channel) -> None:
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660
    with pytest.raises(AlreadyListening, match="another guard answers"):
        listen(path)
    channel.close()
    again = listen(path)  # the file is still there, nobody answers
    again.close()
    assert [one.name for one in path.parent.iterdir()] == ["guard.sock"]


def test_hello_is_answered_and_the_first_controller_has_the_lease(peers: list[Peer]) -> None:
    welcomes = [peer.heard() for peer in peers]
    assert [[m.WELCOME_LAYOUT.as_dict(v)["lease_holder"] for _, v in one] for one in welcomes] == [
        [1],
        [0],
        [0],
    ]
    assert welcomes[0][0][1] == (77, 1, -7000, 6000, bytes(range(8)))


def test_the_newest_proposal_of_a_tick_counts(channel: Channel, peers: list[Peer]) -> None:
    for seq in (1, 2, 3):
        peers[0].propose(seq, angle_cdeg=seq * 10)
    arrivals = channel.take(20, late_ms=30)
    assert arrivals.proposal == o.Proposal(3, 3, 30, 50, 70)
    assert (channel.proposal_seq, channel.controller_state, channel.phase) == (3, 4, 2)
    assert channel.take(40, 0).proposal is None
    assert channel.controller_age_ms(140) == 120


@pytest.mark.parametrize("seq", [3, 2, 0, 2**31 + 3])
def test_a_repeated_or_old_proposal_is_no_sign_of_life(channel: Channel, peers: list[Peer], seq: int) -> None:
    peers[0].propose(3)
    channel.take(20, 0)
    peers[0].propose(seq)
    assert channel.take(40, 0).proposal is None
    assert channel.controller_age_ms(40) == 20
    assert channel.dropped == 1


def test_a_lease_that_waited_too_long_or_asks_for_nothing_is_only_a_sign_of_life(
    channel: Channel, peers: list[Peer]
) -> None:
    peers[0].propose(2**32 - 1, lease_ms=20)
    assert channel.take(20, late_ms=20).proposal is None
    peers[0].propose(0, moving=0)  # the counter wraps
    assert channel.take(40, 0).proposal is None
    assert channel.controller_age_ms(40) == 0


def test_a_second_controller_is_refused_until_the_first_is_gone(channel: Channel, peers: list[Peer]) -> None:
    first, second, _ = peers
    second.heard()
    second.propose(50, angle_cdeg=3000)
    second.begin()
    second.say(m.ORDER_LAYOUT, 11, o.ORDER_TEST)
    arrivals = channel.take(20, 0)
    assert (arrivals.proposal, arrivals.begins, arrivals.orders) == (None, [], 0)
    assert [(number, accepted) for number, accepted, _ in second.replies()] == [(0, 0), (9, 0), (11, 0)]
    first.socket.close()
    channel.take(40, 0)
    assert [m.WELCOME_LAYOUT.as_dict(v)["lease_holder"] for _, v in second.heard()] == [1]
    second.propose(51, angle_cdeg=3000)
    assert channel.take(60, 0).proposal is not None


def test_the_loss_of_the_controller_is_seen_in_the_same_tick(channel: Channel, peers: list[Peer]) -> None:
    peers[0].propose(1)
    channel.take(20, 0)
    peers[0].socket.close()
    peers[1].socket.close()
    channel.take(40, 0)
    assert channel.controller_age_ms(40) == o.AGE_MAX_MS
    assert not channel.has_controller


def test_whoever_comes_after_a_controller_begins_its_own_count(channel: Channel, peers: list[Peer]) -> None:
    peers[0].propose(50)
    channel.take(20, 0)
    peers[0].socket.close()
    channel.take(40, 0)
    assert channel.has_controller
    assert channel.controller_age_ms(40) == o.AGE_MAX_MS, "it has not spoken yet"
    assert (channel.controller_state, channel.phase) == (255, 255)
    peers[1].propose(1)
    assert channel.take(60, 0).proposal is not None
    assert channel.controller_age_ms(80) == 20


def test_begin_arrives_with_everything(channel: Channel, peers: list[Peer]) -> None:
    peers[0].begin()
    (asked,) = channel.take(20, 0).begins
    assert asked[1:] == (9, 3, "Åse", 1, 4500, 180_000, 2, 900_000)
    asked.client.reply(9, False, "ä" * 200)
    assert peers[0].replies() == [(9, 0, "ä" * 80)]


@pytest.mark.parametrize("order", [o.ORDER_STOP, o.ORDER_RETURN])
def test_stop_and_return_are_taken_from_anybody(
    channel: Channel, path: Path, peers: list[Peer], order: int
) -> None:
    stranger = Peer(path)  # has not even said hello
    for peer in (stranger, *peers):
        peer.say(m.ORDER_LAYOUT, 1, order)
        arrivals = channel.take(20, 0)
        assert arrivals.orders == order
        assert len(arrivals.asked) == 1
    stranger.socket.close()


@pytest.mark.parametrize(
    ("order", "who", "taken"),
    [
        (o.ORDER_CONTINUE, 2, True),
        (o.ORDER_CONTINUE, 3, False),
        (o.ORDER_CONTINUE, 4, False),  # who has not said hello
        (o.ORDER_END, 0, True),
        (o.ORDER_END, 2, False),
        (o.ORDER_SEAT_LOST, 2, True),
        (o.ORDER_TEST, 0, True),
        (3, 0, False),
        (1 << 12, 0, False),
    ],
)
def test_who_may_give_which_order(
    channel: Channel, path: Path, peers: list[Peer], order: int, who: int, taken: bool
) -> None:
    everybody = [*peers, Peer(path, OBSERVER), Peer(path)]
    channel.take(20, 0)
    everybody[who].replies()
    everybody[who].say(m.ORDER_LAYOUT, 4, order)
    assert channel.take(40, 0).orders == (order if taken else 0)
    assert len(everybody[who].replies()) == (0 if taken else 1)
    for more in everybody[3:]:
        more.socket.close()


def test_a_flood_of_garbage_hides_no_return_of_another(channel: Channel, peers: list[Peer]) -> None:
    for _ in range(100):
        peers[0].socket.send(b"\x02" * 40)
    peers[2].say(m.ORDER_LAYOUT, 1, o.ORDER_RETURN)
    assert channel.take(20, 0).orders == o.ORDER_RETURN
    assert channel.dropped == 100
    assert [(number, accepted) for number, accepted, _ in peers[0].replies()] == [(0, 0)]


@pytest.mark.parametrize(
    "packet", [b"\0", b"\1", b"\1\x63", b"\2\1" + bytes(5), b"\1\2" + bytes(90), bytes(600)]
)
def test_what_is_none_of_ours_is_counted_and_answered_once(
    channel: Channel, peers: list[Peer], packet: bytes
) -> None:
    peers[1].replies()
    for _ in range(3):
        peers[1].socket.send(packet)
    arrivals = channel.take(20, 0)
    assert (arrivals.proposal, arrivals.orders, arrivals.begins) == (None, 0, [])
    assert channel.dropped == 3
    assert len(peers[1].replies()) == 1


def test_only_the_sessions_own_station_feeds_it(channel: Channel, path: Path, peers: list[Peer]) -> None:
    peers[2].say(m.ALIVE_LAYOUT, 3)
    channel.take(100, 0)
    channel.bind_station()
    peers[2].socket.close()
    again = Peer(path, STATION, 4)
    again.say(m.ALIVE_LAYOUT, 4)
    again.say(m.ALIVE_LAYOUT, 3)  # whatever it claims
    channel.take(3_100, 0)
    assert channel.station_age_ms(3_100) == 3_000
    channel.release_station()
    assert channel.station_age_ms(3_100) == 0
    again.socket.close()


def test_an_observer_cannot_pose_as_the_station(channel: Channel, path: Path, peers: list[Peer]) -> None:
    peers[0].say(m.ALIVE_LAYOUT, 3)
    channel.take(900, 0)
    assert channel.station_age_ms(900) == 900


def test_a_slow_reader_loses_reports_and_nothing_waits(channel: Channel, peers: list[Peer]) -> None:
    report = bytes(160)
    for _ in range(5_000):
        channel.report(report)
    for peer in peers:
        count = 0
        while True:
            try:
                peer.socket.recv(512)
            except BlockingIOError:
                break
            count += 1
        assert 100 < count < 5_000
    channel.take(20, 0)
    assert channel.has_controller, "who reads too slowly loses reports, not the lease"
    channel.report(report)
    assert [peer.socket.recv(512) for peer in peers] == [report] * len(peers)
    assert all(0 < client.lost < 4_900 for client in channel._clients)


def test_reports_go_only_to_those_who_said_hello(channel: Channel, path: Path, peers: list[Peer]) -> None:
    stranger = Peer(path)
    channel.take(20, 0)
    channel.report(b"x")
    with pytest.raises(BlockingIOError):
        stranger.socket.recv(512)
    stranger.socket.close()


def test_all_that_the_lease_holder_has_sent_is_taken_in_one_tick(channel: Channel, peers: list[Peer]) -> None:
    for seq in range(1, 121):
        peers[0].propose(seq)
    assert channel.take(20, 0).proposal is not None
    assert channel.proposal_seq == 120
    assert channel.take(40, 0).proposal is None


def test_one_begin_a_tick(channel: Channel, peers: list[Peer]) -> None:
    peers[0].heard()
    for _ in range(3):
        peers[0].begin()
    assert len(channel.take(20, 0).begins) == 1
    assert len(peers[0].replies()) == 2


def test_who_says_hello_twice_or_as_nobody_knows_what_stays_what_it_was(
    channel: Channel, path: Path, peers: list[Peer]
) -> None:
    twice = peers[0]
    twice.heard()
    twice.say(m.HELLO_LAYOUT, STATION, 9)
    stranger = Peer(path, len(m.ROLES), 4)
    channel.take(10, 0)
    assert (channel.dropped, twice.heard(), stranger.heard()) == (2, [], [])
    twice.propose(1)
    assert channel.take(20, 0).proposal is not None  # the lease is still its own
    stranger.socket.close()


def test_a_proposal_without_the_lease_is_answered_once(channel: Channel, peers: list[Peer]) -> None:
    peers[1].heard()
    for tick in range(3):
        peers[1].propose(tick)
        assert channel.take(20 * tick, 0).proposal is None
    assert len(peers[1].replies()) == 1


def test_before_any_station_there_is_none_to_bind(channel: Channel) -> None:
    channel.bind_station()
    assert channel.station_age_ms(10_000) == channel.station_age_ms(0)
    channel.release_station()

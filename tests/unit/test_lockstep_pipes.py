"""Lockstep's pipes behave as the operating system's sockets do, step by step, whatever is done to them."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.rigs.pipes import MOST_WAITING, Ear, Pipes, pair
from safety.guard.listener import Connection, connect, listen

ACTS = st.lists(
    st.tuples(
        st.sampled_from(("send", "recv", "close")), st.integers(0, 1), st.binary(min_size=1, max_size=40)
    ),
    max_size=30,
)


def outcome(ends: tuple[Connection, Connection], act: str, side: int, packet: bytes) -> object:
    """What an act gives; an end that is closed is not used any more, as in Keel."""
    end = ends[side]
    try:
        if act == "send":
            return end.send(packet)
        return end.recv(512)
    except BlockingIOError:
        return "would block"
    except OSError:
        return "gone" if act == "send" else b""


@given(ACTS)
def test_a_pipe_does_what_a_socket_pair_does(acts: list[tuple[str, int, bytes]]) -> None:
    real = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours = pair()
    closed = [False, False]
    try:
        for one in real:
            one.setblocking(False)
        for act, side, packet in acts:
            if closed[side]:
                continue
            if act == "close":
                closed[side] = True
                real[side].close()
                ours[side].close()
            else:
                assert outcome(ours, act, side, packet) == outcome(real, act, side, packet)
    finally:
        for one in real:
            one.close()


def test_names_are_connected_to_as_paths_are() -> None:
    pipes = Pipes()
    with tempfile.TemporaryDirectory() as folder:
        name = Path(folder) / "guard.sock"
        for system in (connect, pipes.connect):
            with pytest.raises(OSError):  # nobody listens yet
                system(name)
        for hearer, system in ((listen(name), connect), (pipes.listen(name), pipes.connect)):
            with pytest.raises(BlockingIOError):
                hearer.accept()
            ours = system(name)
            theirs, _ = hearer.accept()
            theirs.setblocking(False)
            ours.send(b"hello")
            assert theirs.recv(3) == b"hel"
            hearer.close()
            with pytest.raises(OSError):
                system(name)
            ours.close()
            theirs.close()


def test_who_does_not_read_loses_packets_and_delays_nobody() -> None:
    one, other = pair()
    for _ in range(MOST_WAITING):
        one.send(b"x")
    with pytest.raises(BlockingIOError):
        one.send(b"x")
    assert other.recv(9) == b"x"
    assert one.send(b"x") == 1


def test_an_ear_says_one_thing_and_hears_everything() -> None:
    heard: list[bytes] = []
    ear = Ear(b"hello", heard.append)
    assert ear.recv(9) == b"hello"
    with pytest.raises(BlockingIOError):
        ear.recv(9)
    ear.send(b"a")
    ear.send(b"b")
    assert heard == [b"a", b"b"]

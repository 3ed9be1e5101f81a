"""Ports carry every byte, never wait, and live through clients that hang up or do not read."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.ports import PtyServer, TcpServer
from simulator.wire import Wire


class Wires:
    def __init__(self) -> None:
        self.wires = {"drive": Wire(1_000_000, 10), "inputs": Wire(1_000_000, 10)}


@pytest.fixture
def world() -> Wires:
    return Wires()


@pytest.fixture
def ptys(world: Wires, tmp_path: Path) -> Iterator[PtyServer]:
    server = PtyServer(world, tmp_path / "ports")
    yield server
    server.close()
    assert not list((tmp_path / "ports").iterdir())


def client(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_NOCTTY)


def readable(fd: int) -> bool:
    return bool(select.select([fd], [], [], 5.0)[0])


def test_bytes_cross_a_pty_both_ways_and_are_counted(world: Wires, ptys: PtyServer) -> None:
    fd = client(ptys.paths["drive"])
    every = bytes(range(256))  # a cooked tty would swallow or change some of them
    os.write(fd, every)
    assert readable(ptys.fds()[0])
    ptys.pump(100)
    assert world.wires["drive"].device_bytes(100 + 2_560)[0] == every
    world.wires["drive"].device_send(every, 5_000)
    counts = ptys.pump(5_000 + 2_550)["drive"]
    assert os.read(fd, 999) == every[:-1]
    assert (counts.consumed, counts.produced) == (256, 255)
    ptys.pump(5_000 + 2_560)
    assert os.read(fd, 999) == every[-1:]
    os.close(fd)


def test_a_client_that_does_not_read_costs_bytes_not_time(world: Wires, ptys: PtyServer) -> None:
    for tick in range(200):
        world.wires["drive"].device_send(bytes(400), tick * 20_000)
        ptys.pump(tick * 20_000 + 19_000)
    counts = ptys.counts["drive"]
    assert counts.lost > 0
    assert counts.produced + counts.lost <= 200 * 400
    ptys.drain()
    world.wires["drive"].device_send(b"fresh", 9_000_000)
    ptys.pump(9_100_000)
    fd = client(ptys.paths["drive"])
    assert os.read(fd, 999) == b"fresh"
    os.close(fd)


def test_a_client_may_go_and_come_again(world: Wires, ptys: PtyServer) -> None:
    for turn in range(3):
        fd = client(ptys.paths["inputs"])
        os.write(fd, b"hello")
        assert readable(ptys.fds()[1])
        ptys.pump(turn * 1_000_000)
        assert world.wires["inputs"].device_bytes(turn * 1_000_000 + 50)[0] == b"hello"
        os.close(fd)
        world.wires["inputs"].device_send(b"to nobody", turn * 1_000_000)
        ptys.pump(turn * 1_000_000 + 500_000)
        ptys.drain()


def test_tcp_serves_the_newest_client(world: Wires) -> None:
    server = TcpServer(world)
    try:
        old = socket.create_connection(server.addresses["drive"])
        new = socket.create_connection(server.addresses["drive"])
        assert readable(server.fds()[0])
        server.pump(0)
        server.pump(0)
        new.sendall(b"ping")
        assert readable(server.fds()[-1])
        server.pump(0)
        assert world.wires["drive"].device_bytes(40)[0] == b"ping"
        world.wires["drive"].device_send(b"pong", 100)
        server.pump(1_000)
        assert new.recv(99) == b"pong"
        assert old.recv(99) == b""
        new.close()
        old.close()
        world.wires["drive"].device_send(b"gone", 2_000)
        for now_us in range(2_000, 9_000, 1_000):
            server.pump(now_us)
        third = socket.create_connection(server.addresses["drive"])
        assert readable(server.fds()[0])
        server.pump(10_000)
        world.wires["drive"].device_send(b"again", 10_000)
        server.pump(11_000)
        assert third.recv(99)[-5:] == b"again"
        third.close()
    finally:
        server.close()

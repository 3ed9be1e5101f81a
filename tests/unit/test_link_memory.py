"""Links without a port: in memory, and over TCP for the bench."""

from __future__ import annotations

import socket

import pytest

from firmware_bridge.errors import LinkLost, PortMissing
from firmware_bridge.link.memory import DEPTH, memory_pair
from firmware_bridge.link.tcp import open_tcp
from firmware_bridge.ports import ByteLink


def exhaust(link: ByteLink) -> None:
    """Read for ever."""
    while True:
        link.read()


def test_memory_passes_both_ways() -> None:
    host, device = memory_pair("drive")
    assert (host.name, device.name) == ("drive:host", "drive:device")
    host.write(b"down")
    device.write(b"up")
    assert (device.read(), host.read(), host.read()) == (b"down", b"up", b"")


def test_memory_is_bounded() -> None:
    host, device = memory_pair()
    host.write(b"x" * DEPTH)
    with pytest.raises(LinkLost, match="do not fit"):
        host.write(b"x")
    assert len(device.read()) == DEPTH
    host.write(b"x")


def test_memory_closed_gives_the_rest_and_then_is_lost() -> None:
    host, device = memory_pair()
    device.write(b"last words")
    device.close()
    assert host.read() == b"last words"
    for use in (host.read, lambda: host.write(b"x")):
        with pytest.raises(LinkLost):
            use()


def test_tcp_does_not_wait_and_ends_with_its_peer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        link = open_tcp("127.0.0.1", port)
        peer, _ = server.accept()
        assert link.read() == b""
        link.write(b"ask")
        assert peer.recv(10) == b"ask"
        peer.sendall(b"answer")
        got = b""
        while len(got) < 6:
            got += link.read()
        assert got == b"answer"
        peer.close()
        with pytest.raises(LinkLost, match="closed"):
            exhaust(link)
        link.close()
    with pytest.raises(PortMissing, match="keel bench"):
        open_tcp("127.0.0.1", port)

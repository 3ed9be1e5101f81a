"""What can go wrong with a wire, each with what to do next."""

from __future__ import annotations

from typing import Final

ECHOED: Final = "came back as it was sent; switch the adapter's local echo off, or write local_echo = true"


class BridgeError(Exception):
    """Something between us and a device; the text is for a person."""


class LinkLost(BridgeError):
    """The port is gone: unplugged, closed or hung up."""


class PortMissing(BridgeError):
    """There is no such port (exit 69)."""


class PortBusy(BridgeError):
    """Another process holds the port (exit 75)."""


class WrongDevice(BridgeError):
    """Something answers, but it is not what the table file names."""

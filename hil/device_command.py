"""keel device: one virtual device alone, with an ideal shaft, for any third-party client."""

from __future__ import annotations

import difflib
import errno
import json
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal, NamedTuple, cast

import typer

from controller.exit_codes import CommandError, ExitCode
from firmware_bridge.clock import monotonic_us
from hil.device_server import ModbusTwin, Pty, Server, Tcp
from simulator.devices import jrk_map
from simulator.devices.base import Shaft, Twin
from simulator.devices.jrk import Jrk
from simulator.devices.witmotion import Witmotion
from simulator.devices.witmotion_precise import WitmotionPrecise
from simulator.devices.witmotion_stream import WitmotionStreamTwin
from simulator.setup import WorldSetup
from simulator.sides import PTY_GIVE_UP_US, SIDES
from simulator.world import World

PARK_DEG = -70.0
Role = Literal["table", "io"]


class Device(NamedTuple):
    """One virtual device: how to make it, how it is spoken to."""

    make: Callable[[Shaft], Twin]
    serial: str
    is_modbus: bool = True
    factory: Callable[[Shaft], Twin] | None = None  # as it comes; None: it has no watchdog to be off
    lock: Callable[[Twin], object] = lambda twin: None  # takes no settings from now on


class NodeAlone:
    """Keel's own node with a simulated table of its own; nobody lies on it."""

    due_us = 0

    def __init__(self, shaft: Shaft, role: Role = "table") -> None:
        drive, wire = ("node", "drive") if role == "table" else ("blvr", "inputs")
        self._world = World(WorldSetup(drive=drive, start_deg=shaft.angle_deg))
        self._wire = self._world.wires[wire]

    def take(self, data: bytes, now_us: int) -> None:
        """Bytes of the host."""
        self._wire.host_write(data, now_us)

    def step(self, now_us: int) -> None:
        """Let the table move."""
        self._world.advance(now_us)

    def out(self) -> list[tuple[int, bytes]]:
        """What has crossed the wire by now."""
        data = self._wire.host_read(self._world.now_us)
        return [(0, data)] if data else []


DEVICES = {
    **{
        name: Device(row.alone, row.serial, row.is_modbus, row.factory or row.alone, row.lock)
        for name, row in SIDES.items()
    },
    "witmotion": Device(
        lambda shaft: Witmotion(shaft, give_up_us=PTY_GIVE_UP_US), "Modbus RTU, unit 80, 9600 8N1"
    ),
    "witmotion-precise": Device(
        lambda shaft: WitmotionPrecise(shaft, give_up_us=PTY_GIVE_UP_US), "Modbus RTU, unit 80, 9600 8N1"
    ),
    "witmotion-stream": Device(
        WitmotionStreamTwin, "WitMotion serial frames, sent unasked, 115200 8N1", is_modbus=False
    ),
    "node": Device(NodeAlone, "Keel's node protocol, 460800 8N1", is_modbus=False),
}


RoleOption = Annotated[
    Role | None,
    typer.Option(help="The node: of a table, or io, inputs and outputs only, beside another drive."),
]
BareOption = Annotated[
    bool, typer.Option("--no-crc", help="The Jrk without its CRC: takes its guide's bare frames.")
]
FactoryOption = Annotated[
    bool, typer.Option("--factory", help="A drive as it comes, its watchdog off; a driver may set it.")
]
LockedOption = Annotated[
    bool, typer.Option("--locked", help="The same, and it takes no settings: arming has to refuse it.")
]


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(DEVICES)}.")],
    pty: Annotated[bool, typer.Option("--pty", help="Serve on a pseudo terminal; prints its path.")] = False,
    tcp: Annotated[
        str | None,
        typer.Option("--tcp", metavar="HOST:PORT", help="Serve on (Modbus) TCP; port 0 = any."),
    ] = None,
    angle: Annotated[
        float, typer.Option("--angle", metavar="DEG", help="Where its shaft stands at first, in degrees.")
    ] = PARK_DEG,
    role: RoleOption = None,
    no_crc: BareOption = False,
    factory: FactoryOption = False,
    locked: LockedOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Serve one virtual device alone until Ctrl-C.

    Any client of its protocol can talk to it: for example mbpoll -m tcp -a 1 -0 -r 128 -c 2 -p 5020 127.0.0.1
    after keel device blvr --tcp 127.0.0.1:5020.
    """
    device = find(name)
    if pty == (tcp is not None):
        raise CommandError(ExitCode.USAGE, "give one of --pty and --tcp HOST:PORT")
    where = host_and_port(tcp) if tcp is not None else None
    if not -180.0 <= angle <= 180.0:
        raise CommandError(ExitCode.USAGE, f"--angle {angle}: allowed -180 to 180 deg")
    make = maker(name, device, Image(role, no_crc, factory, locked))
    began_us = monotonic_us()
    server = Server(make(Shaft(angle)), lambda: monotonic_us() - began_us)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        place = open_port(server, device, where)
        typer.echo(json.dumps({"device": name, **place}) if as_json else in_words(name, device, place))
        server.serve_for_ever()
    except KeyboardInterrupt:
        pass  # how it is meant to end
    finally:
        server.close()


def find(name: str) -> Device:
    """The row of this name."""
    if name not in DEVICES:
        close = difflib.get_close_matches(name, DEVICES, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise CommandError(ExitCode.USAGE, f"no device '{name}', there are {', '.join(DEVICES)}{hint}")
    return DEVICES[name]


class Image(NamedTuple):
    """Which of a device's images is wanted."""

    role: Role | None = None
    no_crc: bool = False
    factory: bool = False
    locked: bool = False


def maker(name: str, device: Device, image: Image) -> Callable[[Shaft], Twin]:
    """How to make this image of the device. Raises CommandError (64) where it has none."""
    if image.role is not None and name != "node":
        raise CommandError(ExitCode.USAGE, f"--role is for the node, not for {name}; leave it out")
    if image.no_crc and name != "jrk":
        raise CommandError(ExitCode.USAGE, f"--no-crc is for jrk, not for {name}; leave it out")
    if not (image.factory or image.locked):
        if image.no_crc:
            return lambda shaft: Jrk(shaft, follow=True, changes=jrk_map.COMMISSIONED | {jrk_map.OPTIONS: 0})
        return device.make if image.role is None else partial(NodeAlone, role=image.role)
    option, made = "--locked" if image.locked else "--factory", device.factory
    if made is None:
        with_one = ", ".join(SIDES)
        what = "its watchdog is part of its firmware" if name == "node" else "it has no watchdog"
        raise CommandError(ExitCode.USAGE, f"{option}: not of {name}, {what}; there are {with_one}")
    return partial(_locked, made, device.lock) if image.locked else made


def _locked(make: Callable[[Shaft], Twin], lock: Callable[[Twin], object], shaft: Shaft) -> Twin:
    twin = make(shaft)
    lock(twin)
    return twin


def host_and_port(text: str) -> tuple[str, int]:
    """HOST:PORT, also with an IPv6 host in brackets."""
    host, colon, port = text.rpartition(":")
    host = host.strip("[]")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 0xFFFF):
        raise CommandError(
            ExitCode.USAGE, f"--tcp {text}: not HOST:PORT with a port of 0 to 65535; try --tcp 127.0.0.1:5020"
        )
    return host, int(port)


def open_port(server: Server, device: Device, where: tuple[str, int] | None) -> dict[str, str | int]:
    """Open what was asked for; says where it is."""
    if where is None:
        return {"pty": Pty(server).path}
    host, port = where
    modbus = cast("ModbusTwin", server.twin) if device.is_modbus else None
    try:
        served = Tcp(server, host, port, modbus)
    except socket.gaierror as error:
        raise CommandError(ExitCode.USAGE, f"--tcp: no host '{host}' ({error.strerror})") from error
    except OSError as error:
        raise cannot_listen(host, port, error) from error
    return {"host": served.host, "port": served.port}


def cannot_listen(host: str, port: int, error: OSError) -> CommandError:
    """Which code, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return CommandError(
            ExitCode.BUSY, f"{host}:{port} is in use; end that program, or take port 0 for any"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return CommandError(ExitCode.PERMISSION, f"{host}:{port} is not allowed; take a port from 1024 on")
    return CommandError(
        ExitCode.UNAVAILABLE, f"cannot listen on {host}:{port}: {error.strerror}; try 127.0.0.1:{port}"
    )


def in_words(name: str, device: Device, place: dict[str, str | int]) -> str:
    """One line for a person."""
    if "pty" in place:
        return f"{name} on {place['pty']} ({device.serial}); Ctrl-C ends it"
    kind = "Modbus TCP" if device.is_modbus else "its bytes as they are"
    return f"{name} on {place['host']}:{place['port']} ({kind}); Ctrl-C ends it"

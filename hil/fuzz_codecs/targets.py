"""What is fuzzed: one function a reader of bytes. It returns, or raises what is a find.

Allowed are a reader's own errors (BridgeError). Finds are any other exception, a buffer that grows with
what it is fed, a frame that does not come out as it went in, a drive armed by noise, and whatever takes long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from firmware_bridge.codec import cobs, modbus, node_frames
from firmware_bridge.drives import catalogue
from firmware_bridge.drives.jrk import commands as jrk
from firmware_bridge.drives.odrive import lines
from firmware_bridge.drives.roboclaw import commands as roboclaw
from firmware_bridge.errors import BridgeError
from firmware_bridge.node.wire import FrameReader
from firmware_bridge.sensors import catalogue as sensors
from hil import demo_table
from safety.guard import table
from simulator.devices.base import Shaft
from simulator.sides import SIDES

Target = Callable[[bytes], None]

LONGEST: Final = 1_024  # bytes of one input
TICK_MS: Final = 20
BUFFER: Final = 8_192  # bytes that any reader may keep
REQUESTS: Final = (
    modbus.read(1, 0, 2),
    modbus.read(1, 0, 125),
    modbus.write_one(1, 0, 7),
    modbus.write(1, 0x5A, (0,) * 14),
    modbus.read_write(1, 0x7E, 36, 0x5A, (0,) * 14),
    modbus.echo(1, 0x1234),
)
ASKS: Final = (
    roboclaw.read(0x80, roboclaw.ENCODER),
    roboclaw.read(0x80, roboclaw.ENCODERS),
    roboclaw.read(0x80, roboclaw.VELOCITY_PID),
    roboclaw.read_status(0x80),
    roboclaw.read_version(0x80),
    roboclaw.write(0x80, roboclaw.DUTY, 0),
)


def pieces(data: bytes) -> Iterator[bytes]:
    """The data in chunks whose lengths the data itself tells, as a wire hands it on."""
    place = 0
    while place < len(data):
        length = 1 + data[place] % 64
        yield data[place + 1 : place + 1 + length]
        place += 1 + length


def node_host(data: bytes) -> None:
    """The host's deframer: what it takes comes out again as it went in."""
    deframer = node_frames.Deframer()
    for piece in pieces(data):
        for frame in deframer.feed(piece):
            wire = node_frames.encode(frame.message, frame.seq)
            assert node_frames.decode(wire[1:-1]) == frame
    bounded(deframer)


def node_firmware(data: bytes) -> None:
    """The node's own deframer."""
    reader = FrameReader()
    for piece in pieces(data):
        place = 0
        while place := reader.take(piece, place, len(piece)):
            assert place <= len(piece)
    bounded(reader)


def cobs_frames(data: bytes) -> None:
    """Both directions."""
    assert cobs.decode(cobs.encode(data)) == data
    decoded = cobs.decode(data)
    assert decoded is None or len(decoded) < len(data)


def modbus_answers(data: bytes) -> None:
    """Any answer to any request of ours."""
    for request in REQUESTS:
        read = allowed(modbus.decode, request, data)
        assert read is None or len(read) == request.read_count


def roboclaw_answers(data: bytes) -> None:
    """Any answer to a question of ours."""
    for ask in ASKS:
        allowed(ask.decode, data)


def jrk_answers(data: bytes) -> None:
    """Feedback and errors, of the lengths that are asked for."""
    for variable, decode in ((jrk.FEEDBACK[0], jrk.feedback), (jrk.ERRORS, jrk.errors)):
        allowed(decode, data[: variable.length].ljust(variable.length, b"\0"))


def odrive_lines(data: bytes) -> None:
    """A line, then the number in it."""
    text = allowed(lines.decode, data)
    if text is not None:
        for parse in (lines.pair, lines.decimal, lines.whole):
            allowed(parse, text)


def driver(name: str) -> Target:
    """A whole driver that is armed over a line of noise: it may refuse or wait, it may not break or arm."""
    ports = {wire: Path(f"/dev/{wire}") for wire in demo_table.DRIVES[name]}
    config = table.parse(demo_table.text(name, "a1", ports).encode()).devices.drive

    def fed(data: bytes) -> None:
        link = Noise()
        drive = catalogue.make(config, link, catalogue.Angles(lambda: None, lambda: None))
        for tick, piece in enumerate(pieces(data)):
            now_ms = tick * TICK_MS
            link.coming = piece
            drive.take(now_ms)
            assert not drive.arm(now_ms).armed
            drive.stop(3_000)
            drive.send(tick, 0, now_ms)
        bounded(drive)

    return fed


def sensor(name: str) -> Target:
    """An inclinometer's driver on a line of noise."""
    config = sensors.SENSORS[name].config("/dev/inclinometer")

    def fed(data: bytes) -> None:
        link = Noise()
        driver = sensors.make(config, link)
        for tick, piece in enumerate(pieces(data)):
            link.coming = piece
            driver.take(tick * TICK_MS)
            driver.send(tick * TICK_MS)
            seen = driver.read()
            assert seen is None or seen.at_ms <= tick * TICK_MS
        bounded(driver)

    return fed


def twin(name: str) -> Target:
    """A virtual device that hears noise."""

    def heard(data: bytes) -> None:
        device = SIDES[name].alone(Shaft(-70.0))
        for tick, piece in enumerate(pieces(data)):
            device.take(piece, tick * 1_000)
            device.out()
        bounded(device)

    return heard


class Noise:
    """A ByteLink that brings what it is given."""

    name = "noise"

    def __init__(self) -> None:
        self.coming = b""

    def read(self) -> bytes:
        """Once."""
        data, self.coming = self.coming, b""
        return data

    def write(self, data: bytes) -> None:
        """Into the void."""

    def close(self) -> None:
        """Nothing is open."""


def allowed(reader: Callable[..., Any], *given: Any) -> Any:
    """What it says, None where it raises an error of its own."""
    try:
        return reader(*given)
    except BridgeError:
        return None


def bounded(reader: object) -> None:
    """Nothing that it keeps is long."""
    for name, value in vars(reader).items():
        if isinstance(value, bytes | bytearray | list):
            assert len(value) <= BUFFER, f"{name} holds {len(value)}"


WIRED: Final = [name for name in catalogue.DRIVES if name != "node"]
TARGETS: Final[dict[str, Target]] = {
    "cobs": cobs_frames,
    "node-host": node_host,
    "node-firmware": node_firmware,
    "modbus": modbus_answers,
    "roboclaw": roboclaw_answers,
    "jrk": jrk_answers,
    "odrive": odrive_lines,
    **{f"driver-{name}": driver(name) for name in WIRED},
    **{f"sensor-{name}": sensor(name) for name in sensors.SENSORS},
    **{f"twin-{name}": twin(name) for name in SIDES},
}

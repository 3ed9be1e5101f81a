"""The ports through which the guard reaches the world: protocols of a few verbs.

Setpoint down, angle up. Nothing here waits: `take` reads what has arrived, the verbs state an intent,
`send` puts this tick's frames on the wires. The answer to a request is a reading of a later tick.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

from firmware_bridge.line_pace import Pace
from firmware_bridge.readings import AngleReading, Arming, DriveReading, InputsReading

VERIFIED: Final = "verified"
UNVERIFIED: Final = "unverified"


class Capabilities(NamedTuple):
    """What a drive can do, declared by its driver from the maker's document."""

    name: str
    own_return: bool  # brings the rider home when the host is gone
    absolute_angle: bool
    has_brake: bool
    watchdog_ms: int  # drive acts this long after the last feed; above 200 is refused
    holds_when_dead: str  # drive | brake | self-locking | no
    watchdog_setting: str = ""  # register or property, for the message when it is refused
    dead_host: str = VERIFIED  # whether a document says what it does once its host is lost
    bench_verified: bool = False  # the table file: that stop was tried on this table
    tells_heat: str = ""  # whose temperature it tells, and where it is read; empty: it has no sense for it
    tells_silence: bool = False  # says by itself, later, that its watchdog has acted
    pace: Pace | None = None  # of its line, at the baud of the table file
    never: str = ""  # why no table file can make it armed: something essential is not known


class ByteLink(Protocol):
    """Bytes to and from one device. Never blocks."""

    @property
    def name(self) -> str:
        """The port as the user named it."""
        ...

    def read(self) -> bytes:
        """What has arrived since the last call, b"" if nothing. Raises LinkLost."""
        ...

    def write(self, data: bytes) -> None:
        """Queue one whole frame. Raises LinkLost, also when the queue cannot take all of it."""
        ...

    def close(self) -> None: ...


class MotorDrive(Protocol):
    """A motor that takes an angle. `move`, `stop`, `release` only state the intent that `send` transmits."""

    @property
    def capabilities(self) -> Capabilities: ...

    def arm(self, now_ms: int) -> Arming:
        """Take one step of: identify, write and read back the configuration, enable. Called once a tick."""
        ...

    def move(self, angle_cdeg: int, rate_cdps: int) -> None:
        """Streamed setpoint: be at this angle now, moving at this rate."""
        ...

    def stop(self, decel_cdps2: int) -> None:
        """Decelerate to standstill and hold there, powered."""
        ...

    def release(self) -> None:
        """Take the torque away and close the brake (CUT)."""
        ...

    def yield_to_own_return(self) -> None:
        """Feed the drive without commanding it, while it brings the rider home by itself."""
        ...

    def read(self) -> DriveReading | None:
        """The newest reading ever taken, None before the first."""
        ...


class AngleSensor(Protocol):
    """The second, independent angle."""

    def read(self) -> AngleReading | None: ...


class Inputs(Protocol):
    """Buttons, contacts and switches."""

    def read(self) -> InputsReading | None: ...


class Outputs(Protocol):
    """Sounder, lamp, enable relay, brake."""

    def set(self, sounder: bool, lamp: bool, enable: bool, session_open: bool) -> None: ...


class PinEdge(NamedTuple):
    """A contact that has closed or opened."""

    name: str
    at_ms: int  # the kernel's monotonic clock
    closed: bool


class Pins(Protocol):
    """Lines of a GPIO chip by name; True = contact closed, output on."""

    def levels(self) -> dict[str, bool]:
        """Every input now. Raises OSError."""
        ...

    def edges(self) -> list[PinEdge]:
        """What has changed since the last call, in order. Raises OSError."""
        ...

    def drive(self, levels: Mapping[str, bool]) -> None:
        """Set outputs. Raises OSError."""
        ...

    def close(self) -> None: ...


class HeadKeeper(Protocol):
    """A place off the Pi that keeps the newest hash of the dose ledger, so that an older ledger shows."""

    def read(self) -> str | None:
        """The hash kept there, hex; "" = none ever was; None = not known, no answer since the handshake."""
        ...

    def write(self, head: str) -> None:
        """Keep this one, 64 hex digits; said again until it is confirmed, which `read` shows."""
        ...


class Devices(Protocol):
    """All devices of one table on their wires."""

    drive: MotorDrive
    inclinometer: AngleSensor
    inputs: Inputs
    outputs: Outputs
    head_keeper: HeadKeeper | None  # None: no part of this table can keep it

    def take(self, now_ms: int) -> None:
        """Read what has arrived on every wire. A lost link shows as old readings, and in `trouble`."""
        ...

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """Put this tick's commands and requests on the wires; feeds the drive's watchdog."""
        ...

    def withhold(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """As `send`, but nothing goes to the drive: in the test of its watchdog only."""
        ...

    @property
    def trouble(self) -> str | None:
        """The newest wire trouble in words for a person, None when all is well."""
        ...

    def close(self) -> None: ...

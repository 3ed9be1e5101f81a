"""`--wire-log FILE`: what went over the wires, as a classic pcap file, one packet per frame.

File: magic a1b23c4d (nanosecond stamps), version 2.4, link type 147 (USER0), written in little-endian order.
Read Modbus RTU in it with `tshark -r FILE -o 'uat:user_dlts:"User 0 (DLT=147)","mbrtu","0","","0",""'`; which
way a packet went shows in its place: a request, then its answer.
"""

from __future__ import annotations

import struct
from pathlib import Path

from firmware_bridge.ports import ByteLink

LINK_TYPE = 147
MAGIC = 0xA1B23C4D
_SNAP = 65_535
OUT = "out"
IN = "in"


class WireLog:
    """A pcap file. `now` is told once a tick; the packets of a tick carry its time, a microsecond apart."""

    def __init__(self, path: Path | str, now_ms: int = 0) -> None:
        self._file = Path(path).open("wb")  # noqa: SIM115
        self._file.write(struct.pack("<IHHiIII", MAGIC, 2, 4, 0, 0, _SNAP, LINK_TYPE))
        self._ns = now_ms * 1_000_000
        self.packets = {OUT: 0, IN: 0}

    def now(self, now_ms: int) -> None:
        """The time of the packets to come; also hands the finished ones to the system."""
        self._ns = max(self._ns, now_ms * 1_000_000)
        self._file.flush()

    def packet(self, direction: str, data: bytes) -> None:
        """One whole frame as it was on the wire; `direction` is OUT (to the device) or IN."""
        seconds, rest = divmod(self._ns, 1_000_000_000)
        self._file.write(struct.pack("<IIII", seconds, rest, len(data), len(data)) + data)
        self._ns += 1_000
        self.packets[direction] += 1

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class LoggedLink:
    """A link whose frames are logged. Writes are frames already; reads come in pieces.

    Node frames end at a zero byte, so this wrapper puts them together (`split_incoming`). Where only the
    protocol knows the end of a frame (Modbus), its port calls `note_frame` with each complete one.
    """

    def __init__(self, link: ByteLink, log: WireLog, split_incoming: bool) -> None:
        self._link = link
        self._log = log
        self._split = split_incoming
        self._partial = b""

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._link.name

    def read(self) -> bytes:
        """What has arrived since the last call."""
        data = self._link.read()
        if self._split and data:
            *frames, self._partial = (self._partial + data).split(b"\0")
            self._partial = self._partial[-_SNAP:]
            for frame in frames:
                if frame:
                    self._log.packet(IN, b"\0" + frame + b"\0")
        return data

    def write(self, data: bytes) -> None:
        """Queue one whole frame; logged when it is taken."""
        self._link.write(data)
        self._log.packet(OUT, data)

    def note_frame(self, data: bytes) -> None:
        """Log one complete incoming frame."""
        self._log.packet(IN, data)

    def close(self) -> None:
        """Close the link; the log stays open for the other wires."""
        self._link.close()


def logged(link: ByteLink, log: WireLog, split_incoming: bool = True) -> LoggedLink:
    """`link`, with every frame in `log`; `split_incoming` False for Modbus, whose port calls `note_frame`."""
    return LoggedLink(link, log, split_incoming)

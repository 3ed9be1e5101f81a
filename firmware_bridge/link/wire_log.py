"""`--wire-log FILE`: what went over the wires, as a classic pcap file, one packet per frame.

File: magic a1b23c4d (nanosecond stamps), version 2.4, link type 147 (USER0), written in little-endian order.
Read Modbus RTU in it with `tshark -r FILE -o 'uat:user_dlts:"User 0 (DLT=147)","mbrtu","0","","0",""'`; which
way a packet went shows in its place: a request, then its answer. Frames of a node in the same file begin with
a zero byte, which no Modbus frame of ours does: `-Y 'frame[0:1] != 00'` leaves them out.
"""

from __future__ import annotations

import struct
from pathlib import Path

from firmware_bridge.codec import crc
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
        self.now_ns = now_ms * 1_000_000
        self.packets = {OUT: 0, IN: 0}

    def now(self, now_ms: int) -> None:
        """The time of the packets to come; also hands the finished ones to the system."""
        self.now_ns = max(self.now_ns, now_ms * 1_000_000)
        self._file.flush()

    def packet(self, direction: str, data: bytes, at_ns: int | None = None) -> None:
        """One whole frame as it was on the wire; `direction` is OUT (to the device) or IN."""
        seconds, rest = divmod(self.now_ns if at_ns is None else at_ns, 1_000_000_000)
        self._file.write(struct.pack("<IIII", seconds, rest, len(data), len(data)) + data)
        self.now_ns += 1_000
        self.packets[direction] += 1

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class LoggedLink:
    """A link whose frames are logged. Writes are frames already; reads come in pieces.

    Node frames end at a zero byte. A Modbus answer has no end of its own, but its port never sends before it
    has read all of it: what came between two writes is one packet, with the time of its last byte.
    """

    def __init__(self, link: ByteLink, log: WireLog, zero_ended: bool) -> None:
        self._link = link
        self._log = log
        self._zero_ended = zero_ended
        self._partial = b""
        self._partial_ns = 0

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._link.name

    def read(self) -> bytes:
        """What has arrived since the last call."""
        data = self._link.read()
        if data:
            self._partial = (self._partial + data)[-_SNAP:]
            self._partial_ns = self._log.now_ns
            if self._zero_ended:
                *frames, self._partial = self._partial.split(b"\0")
                for frame in filter(None, frames):
                    self._log.packet(IN, b"\0" + frame + b"\0")
        return data

    def write(self, data: bytes) -> None:
        """Queue one whole frame; logged when it is taken."""
        self._link.write(data)
        self._end_answer()
        self._log.packet(OUT, data)

    def _end_answer(self) -> None:
        if self._partial and not self._zero_ended:
            self._log.packet(IN, self._partial, self._partial_ns)
            self._partial = b""

    def close(self) -> None:
        """Close the link; the log stays open for the other wires. An answer still on its way is left out."""
        if crc.modbus(self._partial) == 0:  # as of any whole frame with its check bytes
            self._end_answer()
        self._link.close()


def logged(link: ByteLink, log: WireLog, zero_ended: bool = True) -> LoggedLink:
    """`link`, with every frame in `log`; `zero_ended` for node frames, False for Modbus."""
    return LoggedLink(link, log, zero_ended)

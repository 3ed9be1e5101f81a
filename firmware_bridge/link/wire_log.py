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
_HEADER = struct.pack("<IHHiIII", MAGIC, 2, 4, 0, 0, _SNAP, LINK_TYPE)
_RECORD = struct.Struct("<IIII")
OUT = "out"
IN = "in"


class WireLog:
    """A pcap file. `now` is told once a tick; the packets of a tick carry its time, a microsecond apart.

    One protocol a file: the first one logged has the file itself, frames of another go to a file beside it
    (`wires.pcap`, `wires-node.pcap`), so that a dissector never meets what it cannot know. A file that is
    there already is gone on with: a guard that was killed and started again leaves one log.
    """

    def __init__(self, path: Path | str, now_ms: int = 0) -> None:
        self.path = Path(path)
        end = whole_length(self.path)
        self._file = self.path.open("r+b" if end else "wb")
        if end:
            self._file.seek(end)
            self._file.truncate()
        else:
            self._file.write(_HEADER)
        self.now_ns = now_ms * 1_000_000
        self.packets = {OUT: 0, IN: 0}
        self._protocol = ""
        self._others: dict[str, WireLog] = {}

    def of(self, protocol: str) -> WireLog:
        """The log of a protocol: this one if it is free or already its own, else one beside it."""
        self._protocol = self._protocol or protocol
        if protocol == self._protocol:
            return self
        if protocol not in self._others:
            beside = self.path.with_name(f"{self.path.stem}-{protocol}{self.path.suffix}")
            self._others[protocol] = WireLog(beside)
        return self._others[protocol]

    def now(self, now_ms: int) -> None:
        """The time of the packets to come; also hands the finished ones to the system."""
        self.now_ns = max(self.now_ns, now_ms * 1_000_000)
        self._file.flush()
        for other in self._others.values():
            other.now(now_ms)

    def packet(self, direction: str, data: bytes, at_ns: int | None = None) -> None:
        """One whole frame as it was on the wire; `direction` is OUT (to the device) or IN."""
        seconds, rest = divmod(self.now_ns if at_ns is None else at_ns, 1_000_000_000)
        self._file.write(_RECORD.pack(seconds, rest, len(data), len(data)) + data)
        self.now_ns += 1_000
        self.packets[direction] += 1

    def close(self) -> None:
        """Finish the file, and those beside it."""
        self._file.close()
        for other in self._others.values():
            other.close()


def whole_length(path: Path) -> int:
    """Bytes up to the end of the last whole packet of a log of ours; 0 when it is not there or not one."""
    data = path.read_bytes() if path.exists() else b""
    if data[: len(_HEADER)] != _HEADER:
        return 0
    end = len(_HEADER)
    while end + _RECORD.size <= len(data):
        length: int = _RECORD.unpack_from(data, end)[2]
        if end + _RECORD.size + length > len(data):
            break
        end += _RECORD.size + length
    return end


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
    return LoggedLink(link, log.of("node" if zero_ended else "serial"), zero_ended)

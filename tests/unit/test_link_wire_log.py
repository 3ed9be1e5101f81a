"""The wire log: a pcap file that other programs read, one packet per frame."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from firmware_bridge.codec import crc
from firmware_bridge.codec.node_frames import Hello, encode
from firmware_bridge.link.memory import memory_pair
from firmware_bridge.link.wire_log import IN, OUT, WireLog, logged


def packets(path: Path) -> list[tuple[int, bytes]]:
    """Nanoseconds and bytes, read by the format's own description."""
    data = path.read_bytes()
    assert struct.unpack_from("<IHHiIII", data) == (0xA1B23C4D, 2, 4, 0, 0, 65_535, 147)
    found, place = [], 24
    while place < len(data):
        seconds, nanoseconds, size, original = struct.unpack_from("<IIII", data, place)
        assert size == original
        found.append((seconds * 1_000_000_000 + nanoseconds, data[place + 16 : place + 16 + size]))
        place += 16 + size
    return found


def test_node_frames_are_put_together(tmp_path: Path) -> None:
    log = WireLog(tmp_path / "wire.pcap")
    host, device = memory_pair()
    link = logged(host, log)
    hello = encode(Hello(1, 0, 5), 1)
    log.now(1_000)
    link.write(hello)
    device.write(hello[:4])
    link.read()
    log.now(1_020)
    device.write(hello[4:] + hello)
    link.read()
    link.close()
    log.close()
    seen = packets(tmp_path / "wire.pcap")
    assert [data for _, data in seen] == [hello] * 3
    assert [at // 1_000_000 for at, _ in seen] == [1_000, 1_020, 1_020]
    assert log.packets == {OUT: 1, IN: 2}


def test_stamps_never_go_back_within_a_wire(tmp_path: Path) -> None:
    log = WireLog(tmp_path / "wire.pcap")
    for now_ms in (20, 40, 40, 60):
        log.now(now_ms)
        log.packet(OUT, b"a")
        log.packet(IN, b"b")
    log.close()
    stamps = [at for at, _ in packets(tmp_path / "wire.pcap")]
    assert stamps == sorted(set(stamps))


def rtu(body: bytes) -> bytes:
    return body + crc.modbus(body).to_bytes(2, "little")


# Request and answer: read and write as for the BLV-R, a read of an inclinometer, an exception.
EXCHANGES = [
    (rtu(bytes.fromhex("0117 00cc 0002 0058 0002 04 00000000")), rtu(bytes.fromhex("0117 04 00001234"))),
    (rtu(bytes.fromhex("5003 003d 0003")), rtu(bytes.fromhex("5003 06 0102fffe0000"))),
    (rtu(bytes.fromhex("0103 0180 0002")), rtu(bytes.fromhex("0183 02"))),
]


def modbus_log(path: Path) -> int:
    """Write the exchanges as a Modbus port makes them, answers in two pieces; how many frames."""
    log = WireLog(path)
    host, device = memory_pair()
    link = logged(host, log, zero_ended=False)
    for turn, (request, answer) in enumerate(EXCHANGES * 3):
        log.now(20 * turn)
        link.write(request)
        device.write(answer[:3])
        link.read()
        device.write(answer[3:])
        link.read()
    link.close()
    log.close()
    return 2 * 3 * len(EXCHANGES)


def test_modbus_answers_are_put_together(tmp_path: Path) -> None:
    count = modbus_log(tmp_path / "wire.pcap")
    frames = [data for _, data in packets(tmp_path / "wire.pcap")]
    assert frames == [frame for exchange in EXCHANGES * 3 for frame in exchange]
    assert len(frames) == count


def read_by_tshark(path: Path) -> list[list[str]]:
    """CRC status and complaints of each Modbus frame in a log."""
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.fail("no tshark on this machine: run ./dev test, or apt-get install tshark")
    table = 'uat:user_dlts:"User 0 (DLT=147)","mbrtu","0","","0",""'
    fields = ["-T", "fields", "-e", "mbrtu.crc16.status", "-e", "_ws.malformed"]
    wanted = ["-Y", "frame[0:1] != 00", "-o", "mbrtu.crc_verification:TRUE", *fields]
    command = [tshark, "-r", str(path), "-o", table, *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.mark.peer
def test_tshark_takes_every_modbus_frame(tmp_path: Path) -> None:
    path = tmp_path / "wire.pcap"
    count = modbus_log(path)
    assert read_by_tshark(path) == [["1", ""]] * count


@pytest.mark.peer
def test_tshark_finds_a_frame_with_a_wrong_crc(tmp_path: Path) -> None:
    path = tmp_path / "wire.pcap"
    log = WireLog(path)
    log.packet(OUT, EXCHANGES[1][0][:-1] + b"\x00")
    log.close()
    assert read_by_tshark(path) == [["0", ""]]


def test_a_second_protocol_gets_a_file_of_its_own(tmp_path: Path) -> None:
    log = WireLog(tmp_path / "wire.pcap")
    drive, _ = memory_pair()
    inputs, _ = memory_pair()
    logged(drive, log, zero_ended=False).write(b"\x01\x03")
    logged(inputs, log, zero_ended=True).write(b"\0node\0")
    log.close()
    assert [data for _, data in packets(tmp_path / "wire.pcap")] == [b"\x01\x03"]
    assert [data for _, data in packets(tmp_path / "wire-node.pcap")] == [b"\0node\0"]


def test_a_log_that_was_torn_is_gone_on_with_behind_its_last_whole_packet(tmp_path: Path) -> None:
    path = tmp_path / "wire.pcap"
    log = WireLog(path, now_ms=20)
    log.packet(OUT, b"one")
    log.packet(IN, b"two")
    log.close()
    path.write_bytes(path.read_bytes()[:-1])
    again = WireLog(path, now_ms=40)
    again.packet(OUT, b"three")
    again.close()
    assert [data for _, data in packets(path)] == [b"one", b"three"]

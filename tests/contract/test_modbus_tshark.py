"""Our frames as Wireshark reads them: decoded, CRC good."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from firmware_bridge.codec import modbus
from tests.blvr_rig import armed

DLT_USER_0 = 147
UAT = 'uat:user_dlts:"User 0 (DLT=147)","mbrtu","0","","0",""'


def pcap(frames: list[bytes]) -> bytes:
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, DLT_USER_0)
    return head + b"".join(struct.pack("<IIII", 0, n, len(f), len(f)) + f for n, f in enumerate(frames))


def decoded(path: Path, *fields: str) -> list[str]:
    words = [word for field in fields for word in ("-e", field)]
    command = [
        "tshark",
        "-n",
        "-r",
        str(path),
        "-o",
        UAT,
        "-o",
        "mbrtu.crc_verification:TRUE",
        "-T",
        "fields",
    ]
    done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=40, check=True)
    return done.stdout.splitlines()


@pytest.mark.peer
def test_every_request_of_a_session_has_a_good_crc(tmp_path: Path) -> None:
    rig = armed()
    rig.move(200, 0.5)
    frames = [*rig.line.asked, modbus.encode(modbus.write_one(0x50, 0x69, 0xB588))]
    spoilt = frames[0][:-1] + bytes([frames[0][-1] ^ 1])
    path = tmp_path / "session.pcap"
    path.write_bytes(pcap([*frames, spoilt]))
    rows = decoded(path, "mbrtu.unit_id", "mbrtu.crc16.status")
    assert len(rows) == len(frames) + 1
    assert set(rows[:-1]) == {"1\t1", "80\t1"}
    assert rows[-1] == "1\t0"

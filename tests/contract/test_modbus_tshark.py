"""Our frames as Wireshark reads them: decoded, CRC good."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from firmware_bridge.codec import modbus
from tests.blvr_rig import armed
from tests.contract.test_cia402_drive import Rig as ByMap
from tests.frame_files import cases

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


@pytest.mark.peer
def test_every_golden_modbus_frame_has_a_good_crc_and_the_damaged_ones_have_not(tmp_path: Path) -> None:
    golden = [case for case in cases() if case.protocol == "modbus" and case.kind != "never"]
    path = tmp_path / "golden.pcap"
    path.write_bytes(pcap([case.frame for case in golden]))
    rows = decoded(path, "mbrtu.crc16.status", "_ws.malformed")
    assert dict(zip([case.what for case in golden], rows, strict=True)) == {
        case.what: "0\t" if case.kind == "damaged" else "1\t" for case in golden
    }


@pytest.mark.peer
def test_every_frame_of_a_session_by_register_map_is_read(tmp_path: Path) -> None:
    rig = ByMap()
    answers: list[bytes] = []

    def kept(answer: bytes) -> list[tuple[int, bytes]]:
        answers.append(answer)
        return [(0, answer)]

    rig.line.fault = kept
    assert rig.arm().armed
    rig.hold(60)
    path = tmp_path / "session.pcap"
    path.write_bytes(pcap([*rig.line.asked, *answers]))
    rows = decoded(path, "mbrtu.unit_id", "mbrtu.crc16.status", "_ws.malformed")
    assert len(rows) == len(rig.line.asked) + len(answers)
    assert set(rows) == {"1\t1\t"}

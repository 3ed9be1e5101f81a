"""ATV320 and ZLAC8015D: what their twins answer, and Wireshark's word on a whole session."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.codec import modbus
from firmware_bridge.drives.atv320 import registers as atv
from firmware_bridge.drives.register16 import Register
from firmware_bridge.drives.zlac8015d import registers as zlac
from simulator.devices import atv320_registers, zlac8015d_registers
from simulator.devices.atv320 import Atv320
from simulator.devices.base import Shaft
from simulator.devices.zlac8015d import Zlac8015d
from tests.contract.test_modbus_tshark import decoded, pcap
from tests.line_rig import armed
from tests.modbus_drive_rig import NAMES, make

Twin = Atv320 | Zlac8015d


def asked(twin: Twin, frame: bytes, at_us: int) -> bytes:
    twin.take(frame, at_us)
    twin.step(at_us + 10_000)
    return b"".join(data for _, data in twin.out())


def test_the_twins_answer_as_the_documents_do() -> None:
    shaft = Shaft(rate_dps=10.0 * 6 / 600)
    twin = Zlac8015d(shaft)
    assert asked(twin, bytes.fromhex("01 03 20 AB 00 01 FE 2A"), 0) == bytes.fromhex("01 03 02 00 64 B9 AF")
    drive = Atv320(Shaft())
    for place, value in ((10_001, 2), (8413, 164), (9001, 1), (8501, 6), (8501, 7), (8501, 15), (8602, 300)):
        drive.write(place, [value])
    for at_us in range(10_000, 1_000_000, 10_000):
        drive.heard(at_us)
        drive.step(at_us)
    answer = asked(drive, bytes.fromhex("01 03 0C 81 00 01 D7 72"), 1_000_000)
    assert answer == bytes.fromhex("01 03 02 06 37 FA 32")


def test_driver_and_twin_know_the_same_registers() -> None:
    pairs = ((atv, atv320_registers.ENTRIES), (zlac, zlac8015d_registers.ENTRIES))
    for module, entries in pairs:
        used = [value for value in vars(module).values() if isinstance(value, Register)]
        assert len(used) > 10
        assert [register for register in used if register.address not in entries] == []
        for setting in module.SETTINGS:
            entry = entries[setting.register.address]
            assert entry.least is not None
            assert setting.wanted is not None
            assert entry.least <= setting.wanted <= entry.most


def test_the_register_that_the_manual_gets_wrong_is_never_asked_for() -> None:
    assert 0x2031 not in [value.address for value in vars(zlac).values() if isinstance(value, Register)]
    assert asked(Zlac8015d(Shaft()), modbus.encode(modbus.write_one(1, 0x2031, 7)), 0)[1] == 0x86


@pytest.mark.peer
@pytest.mark.parametrize("name", NAMES)
def test_wireshark_reads_every_frame_of_a_session(name: str, tmp_path: Path) -> None:
    rig = make(name)
    answers: list[bytes] = []

    def kept(answer: bytes) -> list[tuple[int, bytes]]:
        answers.append(answer)
        return [(0, answer)]

    rig.line.fault = kept
    armed(rig).move(200, 0.5)
    path = tmp_path / "session.pcap"
    path.write_bytes(pcap([*rig.line.asked, *answers]))
    rows = decoded(path, "mbrtu.unit_id", "mbrtu.crc16.status", "_ws.malformed")
    assert len(rows) == len(rig.line.asked) + len(answers)
    assert set(rows) == {"1\t1\t"}

"""ATV320 and ZLAC8015D: worked frames byte for byte in both directions, and none of them with wrong bits."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.codec import modbus
from firmware_bridge.drives.atv320 import registers as atv
from firmware_bridge.drives.modbus16 import read_request, write_request
from firmware_bridge.drives.register16 import Register
from firmware_bridge.drives.zlac8015d import registers as zlac
from firmware_bridge.errors import BridgeError
from simulator.devices import atv320_registers, zlac8015d_registers
from simulator.devices.atv320 import Atv320
from simulator.devices.base import Shaft
from simulator.devices.zlac8015d import Zlac8015d
from tests.contract.test_modbus_tshark import decoded, pcap
from tests.line_rig import armed, flips
from tests.modbus_drive_rig import NAMES, make

Twin = Atv320 | Zlac8015d

# Drives reference section 4 ("Worked") and 15; [ATV-REG], [ANH].
ATV320 = {
    "01 06 21 35 00 06 13 FA": write_request(1, atv.CMD, atv.SHUTDOWN),
    "01 06 21 35 00 07 D2 3A": write_request(1, atv.CMD, atv.SWITCH_ON),
    "01 06 21 35 00 0F D3 FC": write_request(1, atv.CMD, atv.ENABLE_OPERATION),
    "01 06 21 35 00 80 92 58": write_request(1, atv.CMD, atv.FAULT_RESET),
    "01 06 21 9A 01 2C A3 94": write_request(1, atv.LFRD, 300),
    "01 06 21 9A FE D4 E3 E6": write_request(1, atv.LFRD, -300),
    "01 03 0C 81 00 01 D7 72": read_request(1, atv.ETA),
    "01 03 0C 81 00 09 D6 B4": read_request(1, atv.ETA, 9),
    "01 10 21 35 00 02 04 00 0F 00 64 95 3D": modbus.write(1, atv.CMD.address, (15, 100)),
}
# Drives reference section 11.1 ("Worked") and 15; the maker's RS485 manual, 3.1.
ZLAC8015D = {
    "01 06 20 0D 00 03 53 C8": write_request(1, zlac.MODE, zlac.SPEED_MODE),
    "01 06 20 0E 00 08 E2 0F": write_request(1, zlac.CONTROL, zlac.ENABLE),
    "01 06 20 0E 00 05 23 CA": write_request(1, zlac.CONTROL, 5),
    "01 06 20 88 00 64 03 CB": write_request(1, zlac.TARGET, 100),
    "01 06 20 88 FF 9C 43 B9": write_request(1, zlac.TARGET, -100),
    "01 10 20 88 00 02 04 00 64 00 64 23 9C": modbus.write(1, zlac.TARGET.address, (100, 100)),
    "01 03 20 AB 00 02 BE 2B": read_request(1, zlac.SPEED_SEEN, 2),
    "01 03 20 A7 00 04 FE 2A": read_request(1, zlac.POSITION, 4),
    "01 06 20 00 01 F4 82 1D": write_request(1, zlac.OFFLINE, 500),
}
FRAMES = [(Atv320, *pair) for pair in ATV320.items()] + [(Zlac8015d, *pair) for pair in ZLAC8015D.items()]
IDS = [frame for _, frame, _ in FRAMES]
ANSWERS = {
    "01 03 02 06 37 FA 32": (read_request(1, atv.ETA), (0x0637,)),
    "01 03 04 00 64 00 64 BA 07": (read_request(1, zlac.SPEED_SEEN, 2), (100, 100)),
}


def asked(twin: Twin, frame: bytes, at_us: int) -> bytes:
    twin.take(frame, at_us)
    twin.step(at_us + 10_000)
    return b"".join(data for _, data in twin.out())


@pytest.mark.parametrize(("device", "frame", "request_"), FRAMES, ids=IDS)
def test_worked_requests_are_made_and_answered(
    device: type[Twin], frame: str, request_: modbus.Request
) -> None:
    assert modbus.encode(request_) == bytes.fromhex(frame)
    answer = asked(device(Shaft()), bytes.fromhex(frame), 1_000)
    assert len(modbus.decode(request_, answer)) == request_.read_count
    if request_.function == modbus.WRITE_ONE:
        assert answer == bytes.fromhex(frame)


@pytest.mark.parametrize(("frame", "asked_for"), ANSWERS.items(), ids=ANSWERS)
def test_worked_answers_are_read(frame: str, asked_for: tuple[modbus.Request, tuple[int, ...]]) -> None:
    request, values = asked_for
    assert modbus.decode(request, bytes.fromhex(frame)) == values


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


@pytest.mark.parametrize("frame", [*ANSWERS, "01 06 21 9A 01 2C A3 94", "01 06 20 88 FF 9C 43 B9"])
def test_no_answer_with_one_or_two_wrong_bits_is_read(frame: str) -> None:
    wanted = {**ATV320, **ZLAC8015D}.get(frame)
    request = wanted or ANSWERS[frame][0]
    for wrong in flips(bytes.fromhex(frame)):
        with pytest.raises(BridgeError):
            modbus.decode(request, wrong)


@pytest.mark.parametrize(("device", "frame", "request_"), FRAMES, ids=IDS)
def test_no_request_with_one_or_two_wrong_bits_is_obeyed(
    device: type[Twin], frame: str, request_: modbus.Request
) -> None:
    twin = device(Shaft())
    places = atv320_registers.ENTRIES if device is Atv320 else zlac8015d_registers.ENTRIES
    before = [twin.read(place, 1) for place in places]
    for number, wrong in enumerate(flips(bytes.fromhex(frame))):
        assert asked(twin, wrong, number * 20_000) == b""
    assert [twin.read(place, 1) for place in places] == before


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

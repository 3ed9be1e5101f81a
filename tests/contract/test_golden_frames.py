"""Golden frames of every device: made and understood byte for byte, and never with one or two wrong bits."""

from __future__ import annotations

import pytest

from firmware_bridge.codec import modbus
from firmware_bridge.drives import catalogue
from firmware_bridge.errors import BridgeError
from simulator.devices.base import Shaft
from simulator.devices.roboclaw import Roboclaw
from tests.frame_codecs import roboclaw_ask
from tests.frame_files import Case, cases, files
from tests.line_rig import flips

CASES = cases()
MADE = [case for case in CASES if case.kind not in ("damaged", "never")]
CHECKED = [case for case in MADE if case.has_check]
SENSORS = ("witmotion", "witmotion-serial", "as5600", "as5048", "ads1115")


def named(case: Case) -> str:
    return case.what


def test_every_drive_and_sensor_has_a_file_with_its_source() -> None:
    found = files()
    for name in (*catalogue.DRIVES, *SENSORS):
        assert found[name]["frame"], name
    for file in found.values():
        assert file["device"]
        assert file["source"]
    assert {catalogue.known()[name].title for name in found if name in catalogue.DRIVES} == {
        entry.title for entry in catalogue.DRIVES.values()
    }


@pytest.mark.parametrize("case", MADE, ids=named)
def test_it_is_made_and_understood_byte_for_byte(case: Case) -> None:
    assert case.make() == case.frame
    assert case.read(case.frame) == case.meaning


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "damaged"], ids=named)
def test_what_a_document_prints_wrongly_is_dropped(case: Case) -> None:
    assert case.read(case.frame) is None
    with pytest.raises(BridgeError):
        modbus.decode(modbus.read(1, 0, 1), case.frame)


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "never"], ids=named)
def test_what_must_never_be_sent_cannot_be_made(case: Case) -> None:
    with pytest.raises(ValueError, match="a device on a serial line has 1 to 247"):
        case.make()


@pytest.mark.parametrize("case", CHECKED, ids=named)
def test_no_frame_with_one_or_two_wrong_bits_is_understood(case: Case) -> None:
    """Exhaustive. Of the node the delimiters stay out: without one, two frames are one bad one."""
    ends = 1 if case.protocol == "node" else 0
    whole = case.frame
    head, inner, tail = whole[:ends], whole[ends : len(whole) - ends], whole[len(whole) - ends :]
    for wrong in flips(inner):
        try:
            found = case.read(head + wrong + tail)
        except BridgeError:
            continue
        assert found is None, wrong.hex(" ")


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "read"], ids=named)
def test_a_read_without_a_check_writes_nothing_whatever_the_line_does(case: Case) -> None:
    """Another question may arise; its answer is not taken for this one's, since the CRC covers both."""
    wanted = roboclaw_ask(case.row)
    for wrong in flips(case.frame):
        twin = Roboclaw(Shaft(), timeout=2)
        twin.take(wrong, 0)
        assert (twin.duty, twin.timeout, twin.count) == (0.0, 2, 0)
        for _, answer in twin.out():
            with pytest.raises(BridgeError):
                wanted.decode(answer)

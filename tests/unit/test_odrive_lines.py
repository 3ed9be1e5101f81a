"""Lines of the ODrive ASCII protocol: the reference's worked sums, and what is no answer."""

from __future__ import annotations

import pytest

from firmware_bridge.drives.odrive import lines
from firmware_bridge.drives.odrive import properties as p
from simulator.devices import odrive_values

REPLY = b"-38.888889 0.111111*37\r\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("r vbus_voltage", b"r vbus_voltage *93\n"),
        ("v 0 0.5", b"v 0 0.5 *77\n"),
        ("f 0", b"f 0 *86\n"),
    ],
)
def test_worked_lines_of_the_reference(text: str, line: bytes) -> None:
    assert lines.encode(text) == line
    assert lines.decode(line) == text


def test_a_reply_is_read() -> None:
    data = b"-38.888889 0.111111"
    reply = data + b"*%d\r\n" % lines.xor_sum(data)
    assert lines.pair(lines.decode(reply)) == (-38.888889, 0.111111)


def test_every_single_flipped_bit_is_refused() -> None:
    data = b"-38.888889 0.111111"
    reply = data + b"*%d\r\n" % lines.xor_sum(data)
    wrong = []
    for place in range(len(reply) * 8):
        spoilt = bytearray(reply)
        spoilt[place // 8] ^= 1 << place % 8
        try:
            wrong.append(lines.pair(lines.decode(bytes(spoilt))))
        except lines.BadLine:
            continue
    # Flips of the line's end change no number.
    assert set(wrong) <= {lines.Pair(-38.888889, 0.111111)}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1.0 2.0*45",
        b"1.0 2.0\r\n",
        b"unknown command\r\n",
        b"1.0*31\r\n1.0*31\r\n",
        b"1.0*999\r\n",
        b"*\r\n",
    ],
)
def test_what_is_no_answer(data: bytes) -> None:
    with pytest.raises(lines.BadLine):
        lines.decode(data)


@pytest.mark.parametrize("text", ["nan", "inf", "1", "1.", ".5", "1.0e3", "0x10", " 1.0", "1.0 2.0", "+1.0"])
def test_what_is_no_decimal(text: str) -> None:
    with pytest.raises(lines.BadLine):
        lines.decimal(text)


@pytest.mark.parametrize("text", ["-1", "1.0", "", "99999999999", "8 "])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(lines.BadLine):
        lines.whole(text)


def test_a_line_too_long_for_the_drive_is_never_sent() -> None:
    with pytest.raises(ValueError, match="the drive takes up to 255"):
        lines.encode("w " + "x" * 300)


def test_the_twin_knows_every_property_of_the_driver() -> None:
    used = [value for value in vars(p).values() if isinstance(value, p.Property)]
    assert len(used) > 10
    for one in used:
        entry = odrive_values.ENTRIES[one.path]
        assert (entry.kind == odrive_values.DECIMAL) == (one.kind == "decimal"), one

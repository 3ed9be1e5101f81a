"""The register map of a CiA 402 drive: what it says, and each error with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.drives.cia402 import register_map
from firmware_bridge.drives.cia402.config import Cia402Config
from hil import demo_table
from safety.guard import drive_map, table
from safety.guard.toml_lines import TomlRefused

SHIPPED, _ = drive_map.read("example", Path())
TABLE = demo_table.text("cia402", "a1", {name: Path(f"/dev/{name}") for name in demo_table.DRIVES["cia402"]})


def changed(old: str, new: str) -> bytes:
    text = SHIPPED.decode()
    assert old in text
    return text.replace(old, new, 1).encode()


def errors(data: bytes) -> str:
    with pytest.raises(TomlRefused) as refused:
        drive_map.parse(data, "servo.toml")
    return str(refused.value)


def test_the_shipped_map_is_valid() -> None:
    found = drive_map.parse(SHIPPED, "example.toml")
    assert (found.statusword.register.address, found.target_velocity.words) == (0x200, 2)
    assert (found.watchdog.wanted, found.watchdog.most) == (16, 20)
    assert found.settings[0] is found.watchdog
    assert found.dead_host == "unverified"


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("words = 2", "words = 3", "[[register]] 3 .words", "allowed 1, 2"),
        ("words = 1", "words = 2", "[[register]] 1 .words", "controlword has 1 registers, not 2"),
        ('object = "position"', 'object = "positoin"', "[[register]] 6 .object", "did you mean position?"),
        ('object = "position"', 'object = "velocity"', "[[register]] 7 .object", '"velocity" is there twice'),
        ("address = 0x0204", "address = 0x0203", "[[register]] 7 .address", "already a register of position"),
        ("address = 0x0204", "address = 0x0207", "[[register]] 7 .address", "outside the block 512 to 519"),
        ("address = 0x0300", "address = 70000", "[[register]] 1 .address", "allowed 0 to 65535"),
        ("other_length = 9", "other_length = 8", "[block].other_length", "must differ from length"),
        ("wanted_ms = 160", "wanted_ms = 500", "[watchdog].wanted_ms", "allowed 60 to 200 ms"),
        ("ms_per_count = 10.0", "ms_per_count = 1000.0", "[watchdog].ms_per_count", "160 ms cannot be set"),
        ("wanted = 2", "wanted = 5", "[[setting]] 1 .wanted", "5 is not within 2 to 2"),
        ("counts_per_turn = 10000", "counts_per_trun = 10000", "[drive]", "did you mean counts_per_turn?"),
        ('dead_host = "unverified"', 'dead_host = "fine"', "[drive].dead_host", '"holds", "lets-go"'),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(old: str, new: str, place: str, words: str) -> None:
    text = errors(changed(old, new))
    line = next(one for one in text.splitlines() if words in one)
    assert line.startswith("servo.toml:")
    assert place in line
    number = int(line.split(":")[1])
    assert 1 <= number <= SHIPPED.count(b"\n")


def test_a_missing_object_is_named() -> None:
    head, _, rest = SHIPPED.decode().partition('[[register]]\nobject = "velocity"')
    text = errors((head + rest.partition("\n\n")[2]).encode())
    assert 'there is none with object = "velocity"' in text


def test_a_map_beside_the_table_file_is_read_and_part_of_its_hash(tmp_path: Path) -> None:
    text = TABLE.replace('map = "example"', 'map = "servo.toml"').encode()
    (tmp_path / "servo.toml").write_bytes(SHIPPED)
    first = table.parse(text, "table.toml", tmp_path)
    drive = first.devices.drive
    assert isinstance(drive, Cia402Config)
    assert drive.map.title == "bench servo (CiA 402 over Modbus)"
    (tmp_path / "servo.toml").write_bytes(changed("counts_per_turn = 10000", "counts_per_turn = 20000"))
    assert table.parse(text, "table.toml", tmp_path).sha256 != first.sha256


def test_a_wrong_map_refuses_the_table_with_the_maps_own_lines(tmp_path: Path) -> None:
    text = TABLE.replace('map = "example"', 'map = "servo.toml"').encode()
    with pytest.raises(TomlRefused, match=r'table.toml:\d+: \[drive\].map: "servo.toml" cannot be read'):
        table.parse(text, "table.toml", tmp_path)
    (tmp_path / "servo.toml").write_bytes(changed("wanted = 2", "wanted = 5"))
    with pytest.raises(TomlRefused, match=r"servo.toml:\d+: \[\[setting\]\] 1 .wanted"):
        table.parse(text, "table.toml", tmp_path)


@pytest.mark.parametrize("high_first", [True, False])
@pytest.mark.parametrize("value", [0, 1, -1, 70_000, -70_000, 2**31 - 1, -(2**31)])
def test_words_keep_their_order_and_sign(value: int, high_first: bool) -> None:
    words = register_map.split(value, 2, high_first)
    assert register_map.joined(words, high_first) == value
    assert words[0 if high_first else 1] == value >> 16 & 0xFFFF

"""The table file: the example is valid, and each kind of wrong file is refused with its line and a way on."""

from __future__ import annotations

from importlib import metadata

import pytest

from firmware_bridge.config import BlvrConfig, NodeConfig, WitmotionConfig
from firmware_bridge.drives import catalogue
from safety.guard import checkpoints, table, table_rows, toml_lines
from tests import house

EXAMPLE = (house.ROOT / "install/table.toml.example").read_bytes()


def errors(data: bytes) -> str:
    with pytest.raises(toml_lines.TomlRefused) as refused:
        table.parse(data)
    return "\n".join(refused.value.lines)


def changed(old: str, new: str) -> bytes:
    """The example with one line's beginning changed."""
    text = EXAMPLE.decode()
    assert text.count("\n" + old) == 1, old
    return text.replace("\n" + old, "\n" + new).encode()


def line_of(beginning: str) -> int:
    return EXAMPLE.decode().splitlines().index(beginning) + 1


def test_the_example_is_valid() -> None:
    found = table.parse(EXAMPLE)
    assert (found.park_cdeg, found.cap_cdeg, found.stop_up_cdeg, found.stop_down_cdeg) == (
        -7000,
        6000,
        -7400,
        6600,
    )
    assert (found.down_cdps, found.up_cdps, found.upright_cdps) == (200, 200, 150)
    assert (found.day_max_ms, found.check_in_every_ms) == (900_000, 60_000)
    drive = found.devices.drive
    assert isinstance(drive, NodeConfig)
    assert drive.port == "/dev/serial/by-id/usb-Keel_node-if00"
    # The node enforces the table's own numbers, and the guard's checkpoints.
    assert (drive.limits.checkpoint_mask, drive.limits.park_cdeg) == (checkpoints.ALL, -7000)
    assert drive.limits.angle_max_cdeg >= 6000
    assert found.devices.inclinometer is None
    assert len(found.sha256) == 64


def test_the_example_shows_every_key() -> None:
    text = EXAMPLE.decode()
    missing = [row.key for row in table_rows.ROWS if f"{row.key} = " not in text and row.key not in text]
    assert missing == []


def blvr_table() -> bytes:
    """The example with the second drive's lines taken out of their comments."""
    head, rest = EXAMPLE.decode().split("# The motor.", 1)
    comments, tail = rest.split("# [drive]\n", 1)[1].split("\n[attendant]")
    shown = "\n".join(line.removeprefix("# ").removeprefix("#") for line in comments.splitlines())
    return f"{head}[drive]\n{shown}\n[attendant]{tail}".encode()


def test_the_examples_second_drive_is_valid() -> None:
    devices = table.parse(blvr_table()).devices
    assert isinstance(devices.drive, BlvrConfig)
    assert devices.drive.parity == "even"
    assert isinstance(devices.inclinometer, WitmotionConfig)
    assert devices.inclinometer.address == 0x50
    assert devices.inputs is not None


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("park_deg = -70.0", "park_deg = nan", "[table].park_deg", "nan is not a number a machine can have"),
        ("park_deg = -70.0", "park_deg = -inf", "[table].park_deg", "-inf is not a number"),
        ("park_deg = -70.0", "park_deg = -1.2", "[table].park_deg", "-1.2 looks like radians"),
        ("park_deg = -70.0", "park_deg = 20", "[table].park_deg", "horizontal is 90"),
        ("park_deg = -70.0", "park_deg = -72.5", "[table].park_deg", "too near to the stop"),
        ("cap_deg = 60.0", "cap_deg = 1.0", "[limits].cap_deg", "1 looks like radians"),
        ("cap_deg = 60.0", "cap_deg = 140", "[limits].cap_deg", "that would be 50 deg"),
        ("cap_deg = 60.0", "cap_deg = 61", "[limits].cap_deg", "61 deg is too high; allowed 5 to 60 deg"),
        ("cap_deg = 60.0", "cap_deg = true", "[limits].cap_deg", "must be a number, not true"),
        ("cap_deg = 60.0", 'cap_deg = "60"', "[limits].cap_deg", 'must be a number, not "60"'),
        ("cap_deg = 60.0", "cap_dge = 60", "[limits].cap_dge", "did you mean cap_deg?"),
        ("day_max_min = 15.0", "day_max_min = -3", "[limits].day_max_min", "a time cannot be"),
        ("sessions_a_day = 2", "sessions_a_day = 2.0", "[limits].sessions_a_day", "must be a whole number"),
        ("sessions_a_day = 2", f"sessions_a_day = {'9' * 300}", "[limits].sessions_a_day", "is too high"),
        ("down_deg = 66.0", "down_deg = 60.0", "[limits].cap_deg", "allowed up to 54 deg"),
        ('type = "node"', 'type = "nod"', "[drive].type", "did you mean node?"),
        ('type = "node"', "type = 1", "[drive].type", 'allowed "node", "blvr"'),
        ("baud = 460800", "baud = 460801", "[drive].baud", "allowed 4800, 9600"),
        ("baud = 460800", "steps_per_degree = 9", "[drive].steps_per_degree", 'belongs to type "blvr"'),
        ("crank = true", "crank = false", "[table].crank", "needs a crank"),
        ("crank = true", "passive_arms = 1", "[table].passive_arms", 'belongs to power_loss "passive"'),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(old: str, new: str, place: str, words: str) -> None:
    text = errors(changed(old, new))
    line = next(one for one in text.splitlines() if words in one)
    key = place.rpartition(".")[2]
    at = next(n for n, one in enumerate(changed(old, new).decode().splitlines(), 1) if one.startswith(key))
    assert line.startswith(f"table.toml:{at}: {place}: ")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "table.toml:1: the file is empty"),
        (b"\n# nothing\n", "table.toml:1: the file is empty"),
        (b"\x7fELF\x02\x01\x00\x00", "holds a zero byte"),
        (b"[table]\nname = '\xff\xfe'", "table.toml:2: this is not text: byte 0xff is not UTF-8"),
        (b"[table]\nname = \n", "table.toml:2: this is not TOML: Invalid value, column 8"),
        (b"[table]\nname = 'x'\nname = 'y'\n", "table.toml:3: this is not TOML: Cannot overwrite a value"),
        (b"[table\n", "table.toml:1: this is not TOML"),
        (b"x = " + b"[" * 5_000, "this is not TOML|nested too deeply"),
        (b"x = " + b"9" * 9_000, "this is not TOML"),
        (b"#" * 300_000, "300000 bytes are too many"),
        (b"table = 3\n", "[table]: must be a section"),
        (b"[[table]]\nname='x'\n", "[table]: must be a section"),
        (b"[table]\n", "[drive]: this section is missing"),
        (b"[table]\n", "[table].name: is missing: how people call this table"),
        (b"[tabel]\n", "table.toml:1: [tabel]: there is no such section; did you mean table?"),
    ],
)
def test_a_wrong_file_is_refused(data: bytes, words: str) -> None:
    text = errors(data)
    assert any(word in text for word in words.split("|")), text


def test_all_errors_are_told_at_once_in_the_order_of_lines() -> None:
    data = changed("park_deg = -70.0", "park_deg = inf").replace(b"cap_deg = 60.0", b"cap_deg = 90")
    lines = errors(data).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["[table].park_deg", "[limits].cap_deg"]


def test_without_a_way_out_after_a_cut_the_cap_is_30_and_somebody_stands_by() -> None:
    found = table.parse(changed('way_out_after_cut = "second-drive"', 'way_out_after_cut = "none"'))
    assert (found.cap_cdeg, found.attendant_required) == (3000, True)


@pytest.mark.parametrize(
    ("arms", "moment_nm", "good"),
    [("sides", 65, True), ("sides", 64.9, False), ("overhead", 20, True), ("overhead", 19, False)],
)
def test_a_passive_table_needs_its_measured_moment(arms: str, moment_nm: float, good: bool) -> None:
    data = changed('power_loss = "battery"', 'power_loss = "passive"').replace(
        b"battery_returns = 2\ncrank = true",
        f'passive_arms = "{arms}"\npassive_moment_nm = {moment_nm}\npassive_proved = true'.encode(),
    )
    if good:
        assert table.parse(data).power_loss == "passive"
    else:
        assert "foot-heavy is too little" in errors(data)
    unproved = data.replace(b"passive_proved = true", b"passive_proved = false")
    assert "prove it by an unpowered descent with ballast first" in errors(unproved)


def test_wires_must_be_complete_and_their_own() -> None:
    data = blvr_table()
    head = data.split(b"[inclinometer]")[0]
    assert "BLV-R has no inputs; add a section [inputs]" in errors(head)
    same = data.replace(b"/dev/serial/by-id/usb-Keel_io-if00", b"/dev/serial/by-id/usb-FTDI_RS485-if00-port0")
    assert "is already the port of [drive]" in errors(same)
    tail = data.split(b"[inclinometer]")[1].split(b"[inputs]", 1)[1]
    of_node = head + b'[inclinometer]\ntype = "node"\n\n[inputs]' + tail
    assert "only a node as drive carries one; allowed here: " in errors(of_node)
    twice = EXAMPLE + b'\n[inputs]\ntype = "node"\nport = "/dev/ttyUSB9"\n'
    assert "take the section [inputs] away" in errors(twice)


PHASES = (
    toml_lines.Section("phase", "one step", required=True, repeated=True, by="kind"),
    toml_lines.Section("programme", "what it is", required=True),
)
PHASE_ROWS = (
    toml_lines.Row("programme", "name", "text", "its name", required=True),
    toml_lines.Row("phase", "kind", "choice", "what happens", choices=("lower", "rest"), required=True),
    toml_lines.Row(
        "phase",
        "angle_deg",
        "number",
        "how far",
        "deg",
        -70,
        60,
        least=2,
        required=True,
        when=("lower",),
    ),
    toml_lines.Row("phase", "time_s", "number", "how long", "s", 1, 600, required=True, when=("rest",)),
)


def test_arrays_of_sections_are_counted_from_one_with_their_lines() -> None:
    text = (
        '[programme]\nname = """two\n[[phase]]\nlines"""\n[[phase]]\nkind = "lower"\nangle_deg = 0.8\n'
        '[[phase]]\nkind = "rest"\ntime_s = -4\n[[phase]]\nkind = "swing"\n'
    )
    with pytest.raises(toml_lines.TomlRefused) as refused:
        toml_lines.read(text.encode(), "p.toml", PHASES, PHASE_ROWS)
    first, second, third = refused.value.lines
    assert first.startswith("p.toml:7: [[phase]] 1 .angle_deg: 0.8 deg is hardly anything")
    assert "looks like radians: that would be 45.8 deg" in first
    assert second.startswith("p.toml:10: [[phase]] 2 .time_s: -4 s is negative")
    assert third.startswith('p.toml:12: [[phase]] 3 .kind: "swing" is none of them')


def test_values_arrive_with_defaults_and_as_floats() -> None:
    text = b'[programme]\nname = "x"\n[[phase]]\nkind = "lower"\nangle_deg = 20\n'
    found = toml_lines.read(text, "p.toml", PHASES, PHASE_ROWS)
    assert found.sections["programme"]["name"] == "x"
    assert found.arrays["phase"] == [{"kind": "lower", "angle_deg": 20.0}]
    assert isinstance(found.arrays["phase"][0]["angle_deg"], float)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "p.toml:1: the file is empty"),
        ('programme.name = "x"\n', "p.toml:1: [phase]: there is none: one step; write [[phase]] above each"),
        (
            'phase = 3\n[programme]\nname = "x"\n',
            "p.toml:1: [phase]: must be a list of sections: write [[phase]]",
        ),
        ('phase = [1]\n[programme]\nname = "x"\n', "p.toml:1: [phase]: must be a list of sections"),
        ('[programme]\nname = ""\n', "[programme].name: is empty; its name"),
        ('[programme]\nname = "a\\u0007b"\n', "[programme].name: holds a control character; take it away"),
        ("[programme]\nname = 7\n", "[programme].name: must be a text in quotes, not 7"),
        ('"programme".name = 7\n', "p.toml:1: [programme].name: must be a text in quotes, not 7"),
        ("[programme.name]\nx = 1\n", "[programme].name: must be a text in quotes, not a value"),
    ],
)
def test_what_is_no_list_and_no_text_is_said_at_its_line(text: str, words: str) -> None:
    with pytest.raises(toml_lines.TomlRefused) as refused:
        toml_lines.read(text.encode(), "p.toml", PHASES, PHASE_ROWS)
    assert words in "\n".join(refused.value.lines)


def test_a_value_without_an_upper_end_says_where_it_begins() -> None:
    rows = (toml_lines.Row("programme", "name", "whole", "its number", "s", low=3, required=True),)
    with pytest.raises(toml_lines.TomlRefused, match="allowed from 3 s"):
        toml_lines.read(b"[programme]\nname = 2\n", "p.toml", PHASES[1:], rows)


def test_a_list_that_nobody_needs_may_be_missing() -> None:
    sections = (PHASES[0]._replace(required=False), PHASES[1])
    found = toml_lines.read(b'[programme]\nname = "x"\n', "p.toml", sections, PHASE_ROWS)
    assert found.arrays["phase"] == []


def test_two_functions_on_one_pin_are_refused() -> None:
    data = blvr_table()
    at = data.index(b"[inputs]")
    pins = b'[inputs]\ntype = "gpio"\nstop = "4"\nreturn_a = "4"\n'
    text = errors(data[:at] + pins)
    assert "[inputs].return_a: line 4 is already that of stop; one contact each" in text


def test_a_drive_of_another_package_that_cannot_be_loaded_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = metadata.EntryPoint("elsewhere", "no_such_package:ENTRY", catalogue.GROUP)
    monkeypatch.setattr(metadata, "entry_points", lambda **asked: [broken])
    text = errors(changed('type = "node"', 'type = "elsewhere"'))
    assert (
        "no_such_package:ENTRY of a package: ModuleNotFoundError: No module named 'no_such_package'" in text
    )

"""The register map of a CiA 402 drive: read once with the table file, every error with its line."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Any, Final

from firmware_bridge.drives.cia402 import register_map as cia402
from firmware_bridge.drives.cia402.register_map import Block, RegisterMap, Value
from firmware_bridge.drives.register16 import LONGEST_WATCHDOG_MS, Register, Setting
from safety.guard import toml_lines
from safety.guard.toml_lines import Document, Row, Section

SHIPPED: Final = "firmware_bridge.drives.cia402.maps"
# Each object once: over how many registers it may go, whether it must lie in the block.
OBJECTS: Final = {
    "controlword": ((1,), False),
    "mode": ((1,), False),
    "target_velocity": ((1, 2), False),
    "statusword": ((1,), True),
    "error_code": ((1,), True),
    "position": ((2,), True),
    "velocity": ((1, 2), True),
}
SECTIONS: Final = (
    Section("drive", "what the drive is and how it counts", required=True),
    Section("block", "the registers read in one go", required=True),
    Section("watchdog", "the drive's own time-out on a lost host", required=True),
    Section("register", "where each object lies", required=True, repeated=True),
    Section("setting", "what must be so before anybody lies on the table", repeated=True),
)


def _address(section: str, key: str = "address") -> Row:
    return Row(section, key, "whole", "as it goes over the wire", "", 0, 0xFFFF, required=True)


def _text(section: str, key: str, what: str) -> Row:
    return Row(section, key, "text", what, required=True)


def _value(section: str, key: str, what: str) -> Row:
    return Row(section, key, "whole", what, "", 0, 0xFFFF, required=True)


ROWS: Final = (
    _text("drive", "title", "how people call this drive"),
    _text("drive", "source", "the maker's manual and its edition"),
    Row(
        "drive",
        "word_order",
        "choice",
        "of 32-bit values",
        choices=("high-first", "low-first"),
        required=True,
    ),
    Row("drive", "counts_per_turn", "number", "of 6064h", "counts", 1, 1e8, required=True),
    Row("drive", "velocity_per_rpm", "number", "of 60FFh for 1 r/min", "", 1e-3, 1e6, required=True),
    Row("drive", "dead_host", "choice", "what the manual says", choices=cia402.DEAD_HOST, required=True),
    Row("drive", "clearable_fault", "whole", "603Fh of a lost host", "", 0, 0xFFFF, default=0),
    _address("block", "first"),
    Row("block", "length", "whole", "registers of one read", "", 1, 124, required=True),
    Row("block", "other_length", "whole", "registers of the other read", "", 1, 124, required=True),
    _address("watchdog"),
    Row("watchdog", "ms_per_count", "number", "time of one count", "ms", 0.001, 60_000, required=True),
    Row("watchdog", "wanted_ms", "whole", "time-out to set", "ms", 60, LONGEST_WATCHDOG_MS, default=160),
    _text("watchdog", "page", "page of the manual"),
    Row("register", "object", "choice", "which object", choices=tuple(OBJECTS), required=True),
    _address("register"),
    Row("register", "words", "choice", "registers it goes over", choices=(1, 2), required=True),
    _text("register", "page", "page of the manual"),
    _text("setting", "name", "how the manual calls it"),
    _address("setting"),
    _value("setting", "wanted", "what is written"),
    _value("setting", "least", "the least that will do"),
    _value("setting", "most", "the most that will do"),
    _text("setting", "why", "what happens otherwise"),
    _text("setting", "page", "page of the manual"),
)


def read(name: str, folder: Path) -> tuple[bytes, str]:
    """A map's bytes and its file's name: of a shipped map by its bare name, else beside the table file."""
    if Path(name).suffix == ".toml":
        return (folder / name).read_bytes(), Path(name).name
    shipped = importlib.resources.files(SHIPPED) / f"{Path(name).name}.toml"
    return shipped.read_bytes(), shipped.name


def parse(data: bytes, name: str) -> RegisterMap:
    """The map of a file's bytes. Raises TomlRefused with every error."""
    document = toml_lines.read(data, name, SECTIONS, ROWS)
    _check_registers(document)
    _check_block(document)
    _check_values(document)
    document.finish()
    return _map(document)


def _check_registers(document: Document) -> None:
    seen: dict[str, int] = {}
    places: dict[int, str] = {}
    for index, one in enumerate(document.arrays["register"]):
        name = one["object"]
        if name in seen:
            document.complain("register", "object", f'"{name}" is there twice; once each', index)
        seen.setdefault(name, index)
        words, _ = OBJECTS[name]
        if one["words"] not in words:
            allowed = " or ".join(map(str, words))
            document.complain(
                "register", "words", f"{name} has {allowed} registers, not {one['words']}", index
            )
        for place in range(one["address"], one["address"] + one["words"]):
            if place in places:
                what = f"{place} is already a register of {places[place]}"
                document.complain("register", "address", what, index)
            places.setdefault(place, name)
    for name in OBJECTS.keys() - seen.keys():
        document.complain("register", "", f'there is none with object = "{name}"; it must be given')


def _check_block(document: Document) -> None:
    block = document.sections["block"]
    if block["length"] == block["other_length"]:
        document.complain("block", "other_length", "must differ from length: it tells late answers apart")
    end = block["first"] + min(block["length"], block["other_length"])
    for index, one in enumerate(document.arrays["register"]):
        inside = block["first"] <= one["address"] and one["address"] + one["words"] <= end
        if OBJECTS[one["object"]][1] and not inside:
            what = f"{one['object']} at {one['address']} is outside the block {block['first']} to {end - 1}"
            document.complain("register", "address", what, index)


def _check_values(document: Document) -> None:
    for index, one in enumerate(document.arrays["setting"]):
        if not one["least"] <= one["wanted"] <= one["most"]:
            what = f"{one['wanted']} is not within {one['least']} to {one['most']}"
            document.complain("setting", "wanted", what, index)
    watchdog = document.sections["watchdog"]
    counts = _counts(watchdog)
    if not 1 <= counts <= 0xFFFF:
        what = (
            f"one count is {watchdog['ms_per_count']:g} ms, so {watchdog['wanted_ms']} ms cannot be set; "
            f"a drive that cannot stop within {LONGEST_WATCHDOG_MS} ms is not for this"
        )
        document.complain("watchdog", "ms_per_count", what)


def _counts(watchdog: dict[str, Any]) -> int:
    return int(watchdog["wanted_ms"] / watchdog["ms_per_count"])


def _map(document: Document) -> RegisterMap:
    drive, block, watchdog = (document.sections[name] for name in ("drive", "block", "watchdog"))
    values = {
        one["object"]: Value(
            Register(one["object"], one["address"], "", 1, one["page"], is_hex=True), one["words"]
        )
        for one in document.arrays["register"]
    }
    mode = values.pop("mode").register
    per_count = watchdog["ms_per_count"]
    time_out = Register("watchdog", watchdog["address"], "ms", per_count, watchdog["page"], is_hex=True)
    longest = int(LONGEST_WATCHDOG_MS / per_count)
    dead = Setting(time_out, _counts(watchdog), 1, longest, "0 is off: a dead host would not stop it")
    wanted = cia402.PROFILE_VELOCITY
    settings = (
        dead,
        Setting(mode, wanted, wanted, wanted, "the bridge leads it by its velocity"),
        *(_setting(one) for one in document.arrays["setting"]),
    )
    return RegisterMap(
        title=drive["title"],
        high_word_first=drive["word_order"] == "high-first",
        counts_per_turn=drive["counts_per_turn"],
        velocity_per_rpm=drive["velocity_per_rpm"],
        dead_host=drive["dead_host"],
        clearable_fault=drive["clearable_fault"],
        block=Block(block["first"], (block["length"], block["other_length"])),
        watchdog=dead,
        settings=settings,
        **values,
    )


def _setting(one: dict[str, Any]) -> Setting:
    register = Register(one["name"], one["address"], "", 1, one["page"], is_hex=True)
    return Setting(register, one["wanted"], one["least"], one["most"], one["why"])

"""The table file: one machine, read once at the start, frozen, with the hash by which a restart knows it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_bridge.config import DevicesConfig, NodeConfig, NodeLimits, WireConfig
from firmware_bridge.drives import catalogue
from firmware_bridge.inputs.config import BadWiring, GpioConfig, wirings
from firmware_bridge.sensors import catalogue as sensors
from safety import bounds
from safety.bounds import Bound, TableBounds
from safety.guard import checkpoints, drive_map, lever_section, table_rows, toml_lines
from safety.guard.table_rows import ROWS, SECTIONS, STOP_MARGIN_DEG

NODE_ROOM_CDEG = 300  # of the test at park
# Only looks for a word to ask other packages for; what the section really says, toml_lines finds out.
_NAMED_DRIVE = re.compile(rb"""^\s*\[drive\][^\[]*?^\s*type\s*=\s*["']([A-Za-z0-9_.-]+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Table:
    """What the machine is and may do. Inversion angles in centidegrees, rates in centidegrees per second."""

    name: str
    gear: str
    power_loss: str  # battery | passive
    way_out_after_cut: str  # passive | second-drive | none
    park_cdeg: int
    stop_up_cdeg: int
    stop_down_cdeg: int
    cap_cdeg: int  # min of the file, 60, lower stop - 6, and 30 without a way out after a cut
    cap_why: str  # which of them it is
    down_cdps: int
    up_cdps: int
    upright_cdps: int
    day_max_ms: int
    sessions_a_day: int
    check_in_every_ms: int
    attendant_required: bool
    devices: DevicesConfig
    sha256: str

    @property
    def bounds(self) -> TableBounds:
        """What a session on this table is held to."""
        return TableBounds(
            Bound(self.cap_cdeg, self.cap_why),
            self.down_cdps,
            self.up_cdps,
            self.upright_cdps,
            self.check_in_every_ms,
            self.day_max_ms,
        )


def load(path: Path) -> Table:
    """The table of a file. Raises TomlRefused with every error, OSError when it cannot be read."""
    return parse(path.read_bytes(), path.name, path.parent)


def parse(data: bytes, name: str = "table.toml", folder: Path = Path()) -> Table:
    """The table of a file's bytes; a drive's map is looked for in `folder`. Raises TomlRefused."""
    rows = lever_section.without_gain(_rows(data, name), data)
    document = toml_lines.read(data, name, SECTIONS, rows)
    _check_machine(document)
    _check_wires(document)
    lever_section.check(document)
    document.finish()
    sha256 = hashlib.sha256(data + _read_map(document, folder)).hexdigest()
    document.finish()
    return _table(document, sha256)


def _rows(data: bytes, name: str) -> tuple[toml_lines.Row, ...]:
    """The rows; a drive that is none of ours is looked for in other packages, and only that one is loaded."""
    named = _NAMED_DRIVE.search(data)
    if named is None:
        return ROWS
    drive = named[1].decode()
    if drive in catalogue.known():
        return _of_drive(ROWS, drive, data)
    try:
        catalogue.look_elsewhere(drive)
    except ValueError as error:
        line = data.count(b"\n", 0, named.start(1)) + 1
        what = (
            f"[drive].type: cannot be loaded: {error}; mend or reinstall its package, or name another drive"
        )
        raise toml_lines.TomlRefused([f"{name}:{line}: {what}"]) from error
    return _of_drive(table_rows.rows(), drive, data)


def _of_drive(rows: tuple[toml_lines.Row, ...], drive: str, data: bytes) -> tuple[toml_lines.Row, ...]:
    """Without the keys of other drives, but for those that stand in the file and so belong elsewhere."""
    if drive not in catalogue.known():
        return rows
    written = set(re.findall(rb"^\s*(\w+)\s*=", data, re.MULTILINE))
    return tuple(
        row
        for row in rows
        if row.section != "drive" or not row.when or drive in row.when or row.key.encode() in written
    )


def _read_map(document: toml_lines.Document, folder: Path) -> bytes:
    """Puts a drive's register map in the place of its file's name; its bytes belong to the table's hash."""
    drive = document.sections["drive"]
    if "map" not in drive:
        return b""
    try:
        data, name = drive_map.read(drive["map"], folder)
    except OSError as error:
        what = f'"{drive["map"]}" cannot be read: {error.strerror}; a file beside this one, or "example"'
        document.complain("drive", "map", what)
        return b""
    drive["map"] = drive_map.parse(data, name)
    return data


def _check_machine(document: toml_lines.Document) -> None:
    machine, stops, limits = (document.sections[name] for name in ("table", "stops", "limits"))
    if machine["park_deg"] - stops["up_deg"] < table_rows.PARK_MARGIN_DEG:
        document.complain(
            "table",
            "park_deg",
            f"{machine['park_deg']:g} deg is too near to the stop at {stops['up_deg']:g} deg;"
            f" allowed from {stops['up_deg'] + table_rows.PARK_MARGIN_DEG:g} deg",
        )
    highest = stops["down_deg"] - STOP_MARGIN_DEG
    if limits["cap_deg"] > highest:
        document.complain(
            "limits",
            "cap_deg",
            f"{limits['cap_deg']:g} deg is too near to the stop at {stops['down_deg']:g} deg;"
            f" allowed up to {highest:g} deg",
        )
    _check_power_loss(document, machine)


def _check_power_loss(document: toml_lines.Document, machine: dict[str, Any]) -> None:
    if machine["power_loss"] == "battery":
        if not machine["crank"]:
            document.complain("table", "crank", "is false; a battery table needs a crank as last way out")
        return
    least_nm = table_rows.PASSIVE_NM[machine["passive_arms"]]
    if machine["passive_moment_nm"] < least_nm:
        document.complain(
            "table",
            "passive_moment_nm",
            f"{machine['passive_moment_nm']:g} N m foot-heavy is too little with arms at"
            f" {machine['passive_arms']}; allowed from {least_nm:g} N m",
        )
    if not machine["passive_proved"]:
        document.complain(
            "table",
            "passive_proved",
            "is false; prove it by an unpowered descent with ballast first",
        )


def _check_wires(document: toml_lines.Document) -> None:
    drive = document.sections["drive"]
    kind = drive["type"]
    entry = catalogue.known()[kind]
    needs = entry.needs
    for name in ("inclinometer", "inputs"):
        section = document.sections.get(name)
        if name in needs and section is None:
            what = f"{entry.title} has no {name}; add a section [{name}]"
            document.complain("drive", "type", what)
        elif name not in needs and name == "inputs" and section is not None:
            document.complain(
                "inputs", "type", "the drive's node carries the inputs; take the section [inputs] away"
            )
        elif name in needs and name == "inclinometer" and section and section["type"] == "node":
            document.complain(
                "inclinometer",
                "type",
                f"only a node as drive carries one; allowed here: {', '.join(sensors.SENSORS)}",
            )
    _check_pins(document)
    users: dict[str, str] = {}
    for name in ("drive", "inclinometer", "inputs"):
        port = (document.sections.get(name) or {}).get("port")
        if port is None:
            continue
        if port in users:
            document.complain(name, "port", f'"{port}" is already the port of [{users[port]}]; one wire each')
        users.setdefault(port, name)


def _check_pins(document: toml_lines.Document) -> None:
    section = dict(document.sections.get("inputs") or {"type": "node"})
    if section.pop("type") != "gpio":
        return
    try:
        wirings(GpioConfig(**section))
    except BadWiring as error:
        document.complain("inputs", error.key, str(error))


def _table(document: toml_lines.Document, sha256: str) -> Table:
    machine, stops, limits = (document.sections[name] for name in ("table", "stops", "limits"))
    stranded = machine["way_out_after_cut"] == "none"
    cap = bounds.cap_of_table(_hundredths(limits["cap_deg"]), _hundredths(stops["down_deg"]), not stranded)
    return Table(
        name=machine["name"],
        gear=machine["gear"],
        power_loss=machine["power_loss"],
        way_out_after_cut=machine["way_out_after_cut"],
        park_cdeg=_hundredths(machine["park_deg"]),
        stop_up_cdeg=_hundredths(stops["up_deg"]),
        stop_down_cdeg=_hundredths(stops["down_deg"]),
        cap_cdeg=cap.value,
        cap_why=cap.why,
        down_cdps=_hundredths(limits["down_dps"]),
        up_cdps=_hundredths(limits["up_dps"]),
        upright_cdps=_hundredths(limits["upright_dps"]),
        day_max_ms=round(limits["day_max_min"] * 60_000),
        sessions_a_day=limits["sessions_a_day"],
        check_in_every_ms=round(limits["check_in_every_s"] * 1_000),
        attendant_required=stranded or document.sections.get("attendant", {}).get("required", False),
        devices=_devices(document, cap.value / 100),
        sha256=sha256,
    )


def _devices(document: toml_lines.Document, cap_deg: float) -> DevicesConfig:
    limits = _node_limits(document, cap_deg)
    drive = dict(document.sections["drive"])
    kind = drive.pop("type")
    if kind == "node":
        return DevicesConfig(NodeConfig(**drive, limits=limits), _inclinometer(document))
    config = lever_section.fitted(document, catalogue.known()[kind].config(**drive))
    return DevicesConfig(config, _inclinometer(document), _inputs(document, limits))


def _inputs(document: toml_lines.Document, limits: NodeLimits) -> NodeConfig | GpioConfig:
    found = dict(document.sections["inputs"])
    return GpioConfig(**found) if found.pop("type") == "gpio" else NodeConfig(**found, limits=limits)


def _node_limits(document: toml_lines.Document, cap_deg: float) -> NodeLimits:
    """What the node enforces by itself: this table's park and cap, with room for the test at park."""
    park_cdeg = _hundredths(document.sections["table"]["park_deg"])
    return NodeLimits(
        checkpoint_mask=checkpoints.ALL,
        park_cdeg=park_cdeg,
        angle_min_cdeg=park_cdeg - NODE_ROOM_CDEG,
        angle_max_cdeg=_hundredths(cap_deg) + NODE_ROOM_CDEG,
    )


def _inclinometer(document: toml_lines.Document) -> WireConfig | None:
    found = dict(document.sections.get("inclinometer") or {"type": "node"})
    kind = found.pop("type")
    if kind == "node":
        return None
    offset_cdeg = _hundredths(found.pop("offset_deg"))
    config: WireConfig = sensors.SENSORS[kind].config(**found, offset_cdeg=offset_cdeg)
    return config


def _hundredths(value: float) -> int:
    return round(value * 100)

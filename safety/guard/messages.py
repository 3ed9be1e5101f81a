"""The fixed messages on the guard's socket, version 1: little-endian structs, one a packet (SEQPACKET).

Each message is one row of fields: name, struct letter, what it is. A nullable field ends in "?" and travels
as the smallest number of its type. Layout on the wire: version u8, type u8, then the fields.
"""

from __future__ import annotations

import struct
from typing import Any, Final, NamedTuple

VERSION: Final = 1

# Types. A client says HELLO first; STOP, RETURN are taken from anybody at any time.
HELLO: Final = 1
PROPOSAL: Final = 2
BEGIN: Final = 3
ORDER: Final = 4
ALIVE: Final = 5
WELCOME: Final = 16
REPORT: Final = 17
REPLY: Final = 18

ROLES: Final = ("observer", "controller", "station")
TIERS: Final = ("beginner", "intermediate", "full")


class Field(NamedTuple):
    """One field of a message."""

    name: str
    kind: str  # struct letter; with "?" behind it the smallest number means None
    what: str


class Layout:
    """A message's fields and its codec; values are tuples in the order of the fields."""

    def __init__(self, number: int, rows: tuple[tuple[str, str, str], ...]) -> None:
        self.number = number
        self.fields = tuple(Field(*row) for row in rows)
        self.index = {field.name: place for place, field in enumerate(self.fields)}
        self._struct = struct.Struct("<BB" + "".join(_letter(field) for field in self.fields))
        self._nulls = tuple(
            (place, _lowest(field)) for place, field in enumerate(self.fields) if field.kind.endswith("?")
        )
        self.size = self._struct.size

    def pack(self, values: tuple[Any, ...]) -> bytes:
        """The packet. Raises struct.error when a value does not fit its field."""
        if self._nulls:
            filled = list(values)
            for place, lowest in self._nulls:
                if filled[place] is None:
                    filled[place] = lowest
            return self._struct.pack(VERSION, self.number, *filled)
        return self._struct.pack(VERSION, self.number, *values)

    def unpack(self, packet: bytes) -> tuple[Any, ...] | None:
        """The values, None when the packet is not one of these (other version, type or length)."""
        if len(packet) != self.size or packet[0] != VERSION or packet[1] != self.number:
            return None
        fields = self._struct.unpack(packet)[2:]
        if not self._nulls:
            return fields
        values = list(fields)
        for place, lowest in self._nulls:
            if values[place] == lowest:
                values[place] = None
        return tuple(values)

    def as_dict(self, values: tuple[Any, ...]) -> dict[str, Any]:
        """The values by name."""
        return dict(zip((field.name for field in self.fields), values, strict=True))


def _letter(field: Field) -> str:
    return field.kind.removesuffix("?")


def _lowest(field: Field) -> int:
    return -(1 << (8 * struct.calcsize("<" + _letter(field)) - 1))


HELLO_LAYOUT: Final = Layout(
    HELLO,
    (
        ("role", "B", "index in ROLES"),
        ("instance", "I", "a number the client drew at its start; a restarted client is another one"),
    ),
)
WELCOME_LAYOUT: Final = Layout(
    WELCOME,
    (
        ("boot_id", "I", "drawn by the guard at its start"),
        ("lease_holder", "B", "1 = this client may propose"),
        ("park_cdeg", "h", "where riders get on and off"),
        ("cap_cdeg", "h", "the table's own cap"),
        ("table_hash", "8s", "first bytes of the table file's hash"),
    ),
)
PROPOSAL_LAYOUT: Final = Layout(
    PROPOSAL,
    (
        ("session", "I", "as in BEGIN"),
        ("seq", "I", "grows by one; also the controller's sign of life"),
        ("moving", "B", "0 = alive but asks for nothing"),
        ("angle_cdeg", "h", "be here now"),
        ("rate_cdps", "h", "moving at this rate"),
        ("lease_ms", "H", "at most 100"),
        ("state", "B", "index in controller.states.STATES, passed on in reports"),
        ("phase", "B", "index of the programme's phase, 255 = none"),
    ),
)
BEGIN_LAYOUT: Final = Layout(
    BEGIN,
    (
        ("id", "I", "returned in REPLY"),
        ("session", "I", "a fresh number, never 0"),
        ("rider", "32s", "the rider's id, utf-8, padded with zeros"),
        ("tier", "B", "index in TIERS"),
        ("cap_cdeg", "h", "highest angle of the programme"),
        ("allowance_ms", "I", "head-down time the programme needs, with its return"),
        ("bouts", "B", "bouts of the programme"),
        ("wall_ms", "I", "length of the programme"),
    ),
)
ORDER_LAYOUT: Final = Layout(
    ORDER,
    (("id", "I", "returned in REPLY"), ("order", "H", "one of safety.observation.ORDER_*")),
)
ALIVE_LAYOUT: Final = Layout(ALIVE, (("instance", "I", "as in HELLO"),))
REPLY_LAYOUT: Final = Layout(
    REPLY,
    (
        ("id", "I", "of the request"),
        ("accepted", "B", "1 = yes"),
        ("reason", "160s", "for a person, utf-8, padded with zeros"),
    ),
)
REPORT_LAYOUT: Final = Layout(
    REPORT,
    (
        ("tick", "I", "counts from the guard's start"),
        ("now_ms", "Q", "the guard's monotonic clock"),
        ("boot_id", "I", "as in WELCOME"),
        ("session", "I", "0 = none"),
        ("mode", "B", "safety.decision.MODES"),
        ("trusted_cdeg", "h?", "the angle decisions are made with"),
        ("trusted_cdps", "h?", "its rate"),
        ("a_cdeg", "h?", "source A, the drive"),
        ("a_cdps", "h?", "its rate"),
        ("b_cdeg", "h?", "source B, the inclinometer"),
        ("b_cdps", "h?", "its rate"),
        ("a_age_ms", "H", "age of source A"),
        ("b_age_ms", "H", "age of source B"),
        ("inputs_age_ms", "H", "age of the inputs"),
        ("inputs", "H", "bit n = field n of safety.observation.Inputs is true"),
        ("inputs_known", "H", "bit n = it is known"),
        ("outputs", "B", "1 sounder, 2 lamp, 4 enable"),
        ("command", "B", "safety.decision.COMMANDS"),
        ("setpoint_cdeg", "h?", "what the drive was told, None unless command is move"),
        ("setpoint_cdps", "h", "its rate"),
        ("proposal_seq", "I", "the newest proposal taken"),
        ("controller_state", "B", "as the controller said, 255 = none"),
        ("phase", "B", "as the controller said, 255 = none"),
        ("direction", "B", "verdict: safety.verdict.DIRECTIONS"),
        ("speed_cap_cdps", "H", "verdict"),
        ("power", "B", "verdict"),
        ("planned_down", "B", "1 = head-down motion was proposed"),
        ("refusal", "B", "gate condition that refused, 0 = none"),
        ("refusals", "I", "refused proposals of this session"),
        ("first_cause", "B", "safety.causes, 0 = none"),
        ("causes", "Q", "mask of the causes present"),
        ("stage", "B", "safety.decision.STAGES"),
        ("stage_left_ms", "I", "of a pause, a warning or a freeze"),
        ("check_in", "B", "safety.decision.CHECKS"),
        ("check_in_left_ms", "I", "until it is asked, grows loud, or is missed"),
        ("used_ms", "I", "head-down time of this session"),
        ("dose_left_ms", "I", "of this session's allowance"),
        ("day_left_ms", "I", "of the rider's rolling 24 h, without this session's allowance"),
        ("bout", "B", "bouts begun"),
        ("bout_ms", "I", "length of this bout"),
        ("cap_cdeg", "h", "cap in force: session, tier, table"),
        ("tested", "B", "1 = the day's tests have passed"),
        ("drive_state", "B", "firmware_bridge.readings.DRIVE_STATES"),
        ("drive_stage", "B", "of its own return"),
        ("drive_fault", "H", "the maker's code"),
        ("current_ma", "i?", "motor current"),
        ("controller_age_ms", "H", "since its last sign of life"),
        ("station_age_ms", "H", "since its last sign of life"),
        ("late_ms", "H", "how late this tick began"),
        ("cost_us", "I", "CPU time of the tick before"),
    ),
)

BY_TYPE: Final = {
    layout.number: layout
    for layout in (
        HELLO_LAYOUT,
        WELCOME_LAYOUT,
        PROPOSAL_LAYOUT,
        BEGIN_LAYOUT,
        ORDER_LAYOUT,
        ALIVE_LAYOUT,
        REPLY_LAYOUT,
        REPORT_LAYOUT,
    )
}


def text(raw: bytes) -> str:
    """A padded text field as text."""
    return raw.rstrip(b"\0").decode("utf-8", "replace")


def decode(packet: bytes) -> tuple[Layout, tuple[Any, ...]] | None:
    """Layout and values of any packet, None when it is none of ours."""
    layout = BY_TYPE.get(packet[1]) if len(packet) >= 2 else None
    values = layout.unpack(packet) if layout else None
    return None if layout is None or values is None else (layout, values)

"""A report says each thing under its own name, and what does not fit is bounded, never refused."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_bridge.readings import DriveReading
from safety.decision import CUT, MOVE, Decision
from safety.guard import report
from safety.guard.messages import REPORT_LAYOUT
from safety.observation import UNKNOWN_INPUTS, Inputs, Observation

_SEEN: dict[str, Any] = {name: 300 + n for n, name in enumerate(Observation._fields)}
SEEN = Observation(**_SEEN)._replace(inputs=UNKNOWN_INPUTS, drive_state=6, drive_stage=7, drive_fault=8)
_DECIDED: dict[str, Any] = {name: 100 + n for n, name in enumerate(Decision._fields)}
DECIDED = Decision(**_DECIDED)._replace(
    command=MOVE, sounder=False, lamp=False, enable=False, tested=True, planned_down=False
)
REST = report.Rest(*range(200, 200 + len(report.Rest._fields)))
DRIVE = DriveReading(1, 2, 3, 4, 5, 6, 7, -90_000, 8)
OWN = {
    "inputs": 0, "inputs_known": 0, "outputs": 0, "current_ma": -90_000,
    "setpoint_cdeg": DECIDED.angle_cdeg, "setpoint_cdps": DECIDED.rate_cdps,
}  # fmt: skip


def told(
    seen: Observation = SEEN, decided: Decision = DECIDED, drive: DriveReading | None = DRIVE, **rest: int
) -> dict[str, Any]:
    """As a client reads it: over the wire."""
    packet = report.packed(report.report(seen, decided, drive, REST._replace(**rest)))
    values = REPORT_LAYOUT.unpack(packet)
    assert values is not None
    return REPORT_LAYOUT.as_dict(values)


def test_each_value_is_that_of_its_name() -> None:
    found = told()
    # A session's cap is the guard's own word; what was decided comes before what was seen.
    known = SEEN._asdict() | DECIDED._asdict() | REST._asdict() | OWN
    assert found == {field.name: known[field.name] for field in REPORT_LAYOUT.fields}


@pytest.mark.parametrize(("name", "bit"), [("sounder", 1), ("lamp", 2), ("enable", 4)])
def test_each_output_has_its_bit(name: str, bit: int) -> None:
    assert told(decided=DECIDED._replace(**{name: True}))["outputs"] == bit


@pytest.mark.parametrize("name", Inputs._fields)
@pytest.mark.parametrize("value", [False, True])
def test_each_input_has_its_bit_and_one_that_says_whether_it_is_known(name: str, value: bool) -> None:
    found = told(SEEN._replace(inputs=UNKNOWN_INPUTS._replace(**{name: value})))
    bit = 1 << Inputs._fields.index(name)
    assert (found["inputs"], found["inputs_known"]) == (bit * value, bit)


def test_a_setpoint_is_told_only_while_the_drive_is_led() -> None:
    found = told(decided=DECIDED._replace(command=CUT))
    assert (found["setpoint_cdeg"], found["setpoint_cdps"]) == (None, 0)


@pytest.mark.parametrize("more", [0, 1, 1 << 40])
def test_what_is_too_large_for_its_field_is_bounded(more: int) -> None:
    most = 2**32 - 1
    assert told(cost_us=most + more)["cost_us"] == most
    assert told(tick=most + more)["tick"] == (most + more) % 2**32
    found = told(SEEN._replace(drive_stage=255 + more, drive_fault=65_535 + more))
    assert (found["drive_stage"], found["drive_fault"]) == ((255 + more) % 256, (65_535 + more) % 65_536)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_current_that_no_motor_has_is_unknown(sign: int) -> None:
    most = 2**31 - 1
    currents = [told(drive=DRIVE._replace(current_ma=sign * ma))["current_ma"] for ma in (most, most + 1)]
    assert currents == [sign * most, None]
    assert told(drive=None)["current_ma"] is None

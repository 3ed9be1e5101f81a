"""Contacts on the pins of the Pi: what the guard sees of presses, bounces, broken wires, a lost chip."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from firmware_bridge.inputs.config import BadWiring, GpioConfig, wirings
from firmware_bridge.inputs.contact import CAUTIOUS, PAIR_MS, STEADY_MS
from firmware_bridge.inputs.memory import MemoryPins
from firmware_bridge.inputs.panel import NAMES, GpioPanel, lines
from firmware_bridge.readings import InputsReading

TICK_MS = 20
FULL = GpioConfig(
    pendant="17/27", stop="5", return_a="6", return_b="13", estop_ok="19/26", ankle_a="20/21", ankle_b="16",
    at_park="12", past_rest="25", over_angle="!24", load="23", supply_ok="18", enabled="4",
    panic="14", sounder="22", lamp="10", enable="9",
)  # fmt: skip


class Rig:
    """A panel on a chip in memory, 20 ms a tick."""

    def __init__(self, config: GpioConfig = FULL) -> None:
        wired = wirings(config)
        names = lines(wired.inputs)
        self.pins = MemoryPins({name: name.endswith("/") for name in names})  # nothing pressed
        self.panel = GpioPanel(self.pins, wired.inputs, wired.outputs)
        self.now_ms = 0
        self.run(3)

    def tick(self) -> InputsReading:
        self.now_ms += TICK_MS
        self.panel.take(self.now_ms)
        self.panel.send(self.now_ms // TICK_MS, 0, self.now_ms)
        reading = self.panel.read()
        assert reading is not None
        return reading

    def run(self, ticks: int) -> list[InputsReading]:
        return [self.tick() for _ in range(ticks)]

    def put(self, name: str, closed: bool, after_ms: int = 5) -> None:
        """Both lines of a pair, where it is one."""
        self.pins.put(name, closed, self.now_ms + after_ms)
        if name + "/" in self.pins.levels():
            self.pins.put(name + "/", not closed, self.now_ms + after_ms + 3)


def test_every_input_of_the_reading_has_a_key_and_a_cautious_side() -> None:
    assert set(CAUTIOUS) >= set(NAMES)
    assert {name for name in NAMES if hasattr(FULL, name)} == set(NAMES)


@pytest.mark.parametrize("name", [name for name in wirings(FULL).inputs if name in NAMES])
def test_each_contact_is_its_own_field_and_no_other(name: str) -> None:
    rig = Rig()
    before = rig.tick()
    rig.put(name, True)
    after = rig.run(4)[-1]
    changed = {field for field in NAMES if getattr(before, field) != getattr(after, field)}
    assert changed == {name}
    assert getattr(after, name) is (name != "over_angle")


def test_a_reading_is_of_now_and_counts_on() -> None:
    readings = Rig().run(5)
    assert [b.counter - a.counter for a, b in itertools.pairwise(readings)] == [1] * 4
    assert [b.at_ms - a.at_ms for a, b in itertools.pairwise(readings)] == [TICK_MS] * 4


@pytest.mark.parametrize("name", ["pendant", "ankle_b", "estop_ok", "load", "supply_ok"])
def test_a_permission_goes_at_once_and_comes_when_it_is_steady(name: str) -> None:
    rig = Rig()
    rig.put(name, True, after_ms=15)
    seen = [getattr(reading, name) for reading in rig.run(4)]
    assert seen == [False, True, True, True]
    rig.put(name, False, after_ms=19)
    assert getattr(rig.tick(), name) is False


@pytest.mark.parametrize("name", ["stop", "return_a", "return_b"])
def test_a_press_counts_at_once_and_longer_than_it_bounces(name: str) -> None:
    rig = Rig()
    rig.put(name, True, after_ms=19)
    assert getattr(rig.tick(), name) is True
    rig.put(name, False, after_ms=1)
    assert getattr(rig.tick(), name) is True, "the edge is 19 ms old"
    assert getattr(rig.tick(), name) is False


@pytest.mark.parametrize("name", ["ankle_b", "pendant"])
def test_a_break_between_two_ticks_is_seen(name: str) -> None:
    rig = Rig()
    rig.put(name, True)
    rig.run(4)
    for closed, after_ms in ((False, 6), (True, 9)):
        rig.put(name, closed, after_ms)
    seen = [getattr(reading, name) for reading in rig.run(3)]
    assert seen[0] is False
    assert seen[-1] is True


def test_a_short_press_of_return_between_two_ticks_is_a_press() -> None:
    rig = Rig()
    rig.put("return_a", True, 4)
    rig.put("return_a", False, 9)
    assert rig.tick().return_a is True
    assert rig.run(2)[-1].return_a is False


def test_a_switch_of_position_waits_until_it_is_steady() -> None:
    rig = Rig()
    seen = []
    for closed in (True, False, True, True, True):
        rig.put("past_rest", closed, 12)
        seen.append(rig.tick().past_rest)
    assert seen == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("closed", "other"), [(True, True), (False, False)], ids=["short circuit", "broken wire"]
)
def test_a_pair_that_agrees_with_itself_is_cautious_then_unknown(closed: bool, other: bool) -> None:
    rig = Rig()
    rig.put("pendant", True)
    assert rig.run(4)[-1].pendant is True
    rig.pins.put("pendant", closed, rig.now_ms)
    rig.pins.put("pendant/", other, rig.now_ms)
    seen = [reading.pendant for reading in rig.run(6)]
    assert seen[0] is False
    assert seen[PAIR_MS // TICK_MS + 1 :] == [None] * (5 - PAIR_MS // TICK_MS)
    rig.put("pendant", False)
    rig.put("pendant", True)
    assert rig.run(4)[-1].pendant is True


def test_a_broken_wire_of_a_normally_closed_switch_is_the_alarm() -> None:
    rig = Rig()
    rig.put("over_angle", True)
    assert rig.run(4)[-1].over_angle is False
    rig.put("over_angle", False)
    assert rig.tick().over_angle is True


def test_what_the_table_has_not_is_unknown() -> None:
    reading = Rig(GpioConfig(return_a="6")).tick()
    assert {name: value for name, value in zip(NAMES, reading[2:], strict=True) if value is not None} == {
        "return_a": False
    }


def test_a_chip_that_is_gone_leaves_an_old_reading_and_says_so() -> None:
    rig = Rig()
    last = rig.tick()
    rig.pins.broken = True
    rig.run(10)
    assert rig.panel.read() == last
    assert "No such device" in (rig.panel.trouble or "")
    rig.panel.close()
    assert rig.pins.closed


def test_enable_is_a_beat_of_the_judged_ticks_and_ends_with_them() -> None:
    rig = Rig()
    beats = []
    for _ in range(6):
        rig.panel.set(True, False, True, True)
        rig.tick()
        beats.append(rig.pins.driven["enable"])
    assert beats == [beats[0], not beats[0]] * 3
    assert rig.pins.driven["sounder"] is True
    for _ in range(2):
        rig.panel.set(False, True, False, True)
        rig.tick()
        assert (rig.pins.driven["enable"], rig.pins.driven["lamp"]) == (False, True)
    rig.panel.set(True, True, True, True)
    rig.panel.close()
    assert set(rig.pins.driven.values()) == {False}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"pendant": "x"}, 'allowed "17"'),
        ({"pendant": "17/17"}, 'allowed "17"'),
        ({"pendant": "!17/18"}, 'allowed "17"'),
        ({"pendant": "17", "stop": "17"}, "line 17 is already that of pendant"),
        ({"pendant": "17/18", "lamp": "18"}, "line 18 is already that of pendant"),
        ({"lamp": "!3"}, "allowed is one line"),
    ],
)
def test_a_wrong_wiring_names_its_key(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(BadWiring, match=words) as refused:
        wirings(GpioConfig(**keys))
    assert refused.value.key == list(keys)[-1]


def test_longest_bounce_the_debounce_takes() -> None:
    """A contact that bounces for 15 ms around the look: the permission comes once, after it."""
    rig = Rig()
    for place in range(8):
        rig.put("ankle_b", place % 2 == 0, 12 + 2 * place)
    rig.put("ankle_b", True, 28)
    seen = [reading.ankle_b for reading in rig.run(5)]
    assert seen[0] is False
    assert seen[-1] is True
    assert seen == sorted(seen, key=bool), "once"
    assert STEADY_MS == TICK_MS

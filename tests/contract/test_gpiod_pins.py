"""The one file that speaks to gpiod, against a chip that is fake at gpiod's own boundary.

A real one needs the kernel's gpio-sim; docs/explanation/known-weaknesses.md says that none was at hand.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gpiod
import pytest
from gpiod.line import Bias, Clock, Direction, Edge, Value

from firmware_bridge.errors import PortBusy, PortMissing
from firmware_bridge.pins import GpiodPins
from firmware_bridge.ports import PinEdge


class Event(NamedTuple):
    """As gpiod.EdgeEvent."""

    line_offset: int
    timestamp_ns: int
    event_type: gpiod.EdgeEvent.Type


class Request:
    """As gpiod.LineRequest."""

    def __init__(self, path: str, config: dict[Any, Any], **words: Any) -> None:
        self.path, self.config, self.words = path, config, words
        self.levels = dict.fromkeys((17, 27), Value.INACTIVE)
        self.events: list[Event] = []
        self.set: dict[int, Value] = {}
        self.released = False

    def get_values(self, offsets: list[int]) -> list[Value]:
        return [self.levels[offset] for offset in offsets]

    def wait_edge_events(self, timeout: float) -> bool:
        assert timeout == 0, "a tick never waits"
        return bool(self.events)

    def read_edge_events(self, most: int) -> list[Event]:
        events, self.events = self.events[:most], self.events[most:]
        return events

    def set_values(self, values: dict[int, Value]) -> None:
        self.set.update(values)

    def release(self) -> None:
        self.released = True


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> tuple[GpiodPins, Request]:
    requests: list[Request] = []

    def request_lines(path: str, **words: Any) -> Request:
        requests.append(Request(path, words.pop("config"), **words))
        return requests[-1]

    monkeypatch.setattr(gpiod, "request_lines", request_lines)
    pins = GpiodPins("/dev/gpiochip0", {"pendant": 17, "pendant/": 27}, {"lamp": 22})
    return pins, requests[0]


def test_lines_are_pulled_up_listened_to_and_stamped_by_the_guards_clock(
    made: tuple[GpiodPins, Request],
) -> None:
    _, request = made
    inputs, outputs = request.config[(17, 27)], request.config[(22,)]
    assert (request.path, request.words["consumer"]) == ("/dev/gpiochip0", "keel")
    assert (inputs.direction, inputs.bias, inputs.active_low) == (Direction.INPUT, Bias.PULL_UP, True)
    assert (inputs.edge_detection, inputs.event_clock) == (Edge.BOTH, Clock.MONOTONIC)
    assert (outputs.direction, outputs.output_value) == (Direction.OUTPUT, Value.INACTIVE)


def test_levels_edges_and_outputs_go_by_name(made: tuple[GpiodPins, Request]) -> None:
    pins, request = made
    request.levels[17] = Value.ACTIVE
    assert pins.levels() == {"pendant": True, "pendant/": False}
    rising, falling = gpiod.EdgeEvent.Type.RISING_EDGE, gpiod.EdgeEvent.Type.FALLING_EDGE
    request.events = [Event(17, 5_999_999, rising), Event(27, 7_000_000, falling)]
    assert pins.edges() == [PinEdge("pendant", 5, True), PinEdge("pendant/", 7, False)]
    assert pins.edges() == []
    pins.drive({"lamp": True})
    assert request.set == {22: Value.ACTIVE}
    pins.drive({})
    pins.close()
    assert request.released


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (FileNotFoundError(2, "No such file"), PortMissing, "there is no such GPIO chip; gpiodetect"),
        (OSError(16, "Device or resource busy"), PortBusy, "Device or resource busy; gpioinfo says"),
    ],
)
def test_lines_that_cannot_be_taken(
    error: OSError, kind: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, **_: Any) -> None:
        raise error

    monkeypatch.setattr(gpiod, "request_lines", refuse)
    with pytest.raises(kind, match=words):
        GpiodPins("/dev/gpiochip9", {"stop": 1}, {})


def test_gpiod_still_has_what_is_used_of_it() -> None:
    """The fake above has gpiod's names; a later gpiod that has others must show here."""
    for name in ("get_values", "wait_edge_events", "read_edge_events", "set_values", "release"):
        assert callable(getattr(gpiod.LineRequest, name))
    with pytest.raises(FileNotFoundError):
        gpiod.request_lines("/dev/no-such-chip", consumer="keel", config={1: gpiod.LineSettings()})

"""Inputs and Outputs on the pins of the Pi, stepped by `take` and `send` like every other device.

The enable output changes with each judged tick, for a relay that a charge pump holds: a Pi that stands still
with the line high lets go as well. Nothing here outlives the Pi: no session mark, no ledger's head.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from firmware_bridge.inputs.contact import Contact, Sample
from firmware_bridge.inputs.wiring import Wiring
from firmware_bridge.ports import Pins
from firmware_bridge.readings import InputsReading

NAMES: Final = InputsReading._fields[2:]
OUTPUTS: Final = ("sounder", "lamp", "enable")
SECOND: Final = "/"  # name of the second line of a pair: the input's, and this


def lines(wirings: Mapping[str, Wiring]) -> dict[str, int]:
    """The lines to listen to, by name."""
    found = {name: wiring.line for name, wiring in wirings.items()}
    pairs = {name + SECOND: wiring.other for name, wiring in wirings.items()}
    return {**found, **{name: line for name, line in pairs.items() if line is not None}}


class GpioPanel:
    """Both facets, and the stepping."""

    def __init__(self, pins: Pins, wirings: Mapping[str, Wiring], outputs: Mapping[str, int]) -> None:
        self._pins = pins
        self._contacts = [Contact(name, wiring) for name, wiring in wirings.items()]
        self._outputs = dict(outputs)
        self._reading: InputsReading | None = None
        self._wanted = dict.fromkeys(OUTPUTS, False)
        self._pump = False
        self.trouble: str | None = None

    def read(self) -> InputsReading | None:
        """Inputs: the newest sample."""
        return self._reading

    def set(self, sounder: bool, lamp: bool, enable: bool, session_open: bool) -> None:
        """Outputs: for this and the following ticks."""
        self._wanted = {"sounder": sounder, "lamp": lamp, "enable": enable}

    def take(self, now_ms: int) -> None:
        """Look at every contact. Pins that cannot be read leave the reading to grow old."""
        try:
            edges, levels = self._pins.edges(), self._pins.levels()
        except OSError as error:
            self.trouble = f"inputs: the pins cannot be read: {error}; check the chip's name"
            return
        self.trouble = None
        for contact in self._contacts:
            name = contact.name
            mine = [edge for edge in edges if edge.name.rstrip(SECOND) == name]
            contact.take(Sample(levels[name], levels.get(name + SECOND)), mine, now_ms)
        values = {contact.name: contact.value for contact in self._contacts}
        counter = 1 if self._reading is None else self._reading.counter + 1
        self._reading = InputsReading(now_ms, counter, **{name: values.get(name) for name in NAMES})

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """Put the outputs out; called after this tick's checks ran."""
        self._pump = self._wanted["enable"] and not self._pump
        levels = {**self._wanted, "enable": self._pump}
        try:
            self._pins.drive({name: levels[name] for name in self._outputs})
        except OSError as error:
            self.trouble = f"outputs: the pins cannot be set: {error}; check the chip's name"

    def close(self) -> None:
        """All outputs off, then let go."""
        try:
            self._pins.drive(dict.fromkeys(self._outputs, False))
        except OSError as error:
            self.trouble = str(error)
        self._pins.close()

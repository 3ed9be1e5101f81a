"""The lines of a GPIO chip, by name, through Linux's character device (gpiod). The only file that imports it.

Thin on purpose: what a level means is said in firmware_bridge/inputs. The kernel stamps edges with its
monotonic clock, the guard's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import gpiod
from gpiod.line import Bias, Clock, Direction, Edge, Value

from firmware_bridge.errors import PortBusy, PortMissing
from firmware_bridge.ports import PinEdge

CONSUMER = "keel"
EVENTS = 256  # of the kernel's queue; a bouncing contact makes a dozen


class GpiodPins:
    """Pins. Inputs are pulled up: a closed contact reads low, and is True here."""

    def __init__(self, chip: str, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> None:
        """Raises PortMissing, PortBusy."""
        self._inputs, self._outputs = dict(inputs), dict(outputs)
        self._names = {line: name for name, line in inputs.items()}
        listened = gpiod.LineSettings(
            direction=Direction.INPUT,
            edge_detection=Edge.BOTH,
            bias=Bias.PULL_UP,
            active_low=True,
            event_clock=Clock.MONOTONIC,
        )
        driven = gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value.INACTIVE)
        config: dict[Iterable[int | str] | int | str, gpiod.LineSettings | None] = {
            tuple(lines): settings
            for lines, settings in ((inputs.values(), listened), (outputs.values(), driven))
            if lines
        }
        try:
            self._request = gpiod.request_lines(
                chip, consumer=CONSUMER, config=config, event_buffer_size=EVENTS
            )
        except FileNotFoundError as error:
            raise PortMissing(f"{chip}: there is no such GPIO chip; gpiodetect lists them") from error
        except OSError as error:
            what = error.strerror or str(error)
            raise PortBusy(f"{chip}: lines cannot be taken: {what}; gpioinfo says who has them") from error

    def levels(self) -> dict[str, bool]:
        """Every input now, True = contact closed. Raises OSError."""
        names = list(self._inputs)
        values = self._request.get_values([self._inputs[name] for name in names])
        return {name: value == Value.ACTIVE for name, value in zip(names, values, strict=True)}

    def edges(self) -> list[PinEdge]:
        """What has changed since the last call, in order. Raises OSError."""
        if not self._request.wait_edge_events(0):
            return []
        return [
            PinEdge(
                self._names[event.line_offset],
                event.timestamp_ns // 1_000_000,
                event.event_type == gpiod.EdgeEvent.Type.RISING_EDGE,
            )
            for event in self._request.read_edge_events(EVENTS)
        ]

    def drive(self, levels: Mapping[str, bool]) -> None:
        """Set outputs. Raises OSError."""
        chosen: dict[int | str, Value] = {
            self._outputs[name]: Value.ACTIVE if on else Value.INACTIVE for name, on in levels.items()
        }
        if chosen:
            self._request.set_values(chosen)

    def close(self) -> None:
        """Give the lines back; the kernel lets outputs go."""
        self._request.release()

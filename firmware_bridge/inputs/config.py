"""What the table file says about contacts and lamps on the pins of the Pi: one key an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from firmware_bridge import keys
from firmware_bridge.inputs.contact import CAUTIOUS
from firmware_bridge.inputs.panel import OUTPUTS
from firmware_bridge.inputs.wiring import Wiring, parsed


@dataclass(frozen=True, slots=True)
class GpioConfig:
    """Contacts to ground on a GPIO chip, pulled up. No key: the table has no such contact."""

    chip: str = keys.text("the GPIO chip", "/dev/gpiochip0")
    pendant: str = keys.text("held (three-position: its middle)", "")
    stop: str = keys.text("the STOP button", "")
    return_a: str = keys.text("the first RETURN button", "")
    return_b: str = keys.text("the second RETURN button", "")
    estop_ok: str = keys.text("the e-stop chain is closed", "")
    ankle_a: str = keys.text("the first ankle contact is closed", "")
    ankle_b: str = keys.text("the second ankle contact is closed", "")
    at_park: str = keys.text("the park switch; closes 1 deg above park", "")
    past_rest: str = keys.text("the rest switch: above -2 deg", "")
    over_angle: str = keys.text("the over-angle switch has tripped", "")
    load: str = keys.text("somebody lies on the table", "")
    supply_ok: str = keys.text("the supply is good for a full return", "")
    panic: str = keys.text("a three-position pendant is squeezed through", "")
    enabled: str = keys.text("the enable relay's read-back contact", "")
    sounder: str = keys.text("output", "")
    lamp: str = keys.text("output", "")
    enable: str = keys.text("output to the enable relay's charge pump", "")


class BadWiring(ValueError):
    """A key that says nothing sensible; `key` names it."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(what)
        self.key = key


class Wirings(NamedTuple):
    """What the config says, in order."""

    inputs: dict[str, Wiring]
    outputs: dict[str, int]


def wirings(config: GpioConfig) -> Wirings:
    """Raises BadWiring: no shape of a wiring, or a line that is taken already."""
    found = Wirings({}, {})
    users: dict[int, str] = {}
    for name in (*CAUTIOUS, *OUTPUTS):
        text = str(getattr(config, name, ""))
        if not text:
            continue
        wiring = _wiring(name, text)
        for line in wiring.lines:
            if line in users:
                raise BadWiring(name, f"line {line} is already that of {users[line]}; one contact each")
            users[line] = name
        if name in OUTPUTS:
            found.outputs[name] = wiring.line
        else:
            found.inputs[name] = wiring
    return found


def _wiring(name: str, text: str) -> Wiring:
    try:
        wiring = parsed(text)
    except ValueError as error:
        raise BadWiring(name, str(error)) from error
    if name in OUTPUTS and wiring != Wiring(wiring.line):
        raise BadWiring(name, f'"{text}" is no output; allowed is one line, as "22"')
    return wiring

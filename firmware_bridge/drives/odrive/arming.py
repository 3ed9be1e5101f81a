"""Arming an ODrive, one question a step: is it one, is it set as it must be, free of errors, under control.

Each procedure is a generator: it yields lines to send with the question after them, is sent the answer's
value, and returns None or the refusal. Wire errors never reach it; whoever runs it repeats the step. What
decides is asked until it was said twice running: the sum of a line misses two wrong bits in one column.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, NamedTuple

from firmware_bridge.drives.odrive import properties as p
from firmware_bridge.drives.odrive.port import Question

TRIES: Final = 25  # for closed loop: the drive needs a moment


class Step(NamedTuple):
    """Commands, and the question whose answer shows that they were taken."""

    commands: tuple[str, ...]
    question: Question


Steps = Generator[Step, float, str | None]


def procedure(settings: tuple[p.Setting, ...], switch_it_on: bool = True) -> Steps:
    """All of it, in this order: nothing is written before the device is known. A cut is not undone."""
    refused = yield from identify()
    refused = refused or (yield from check(settings))
    refused = refused or (yield from clear_error())
    refused = refused or (yield from calibrated())
    if refused or not switch_it_on:
        return refused
    return (yield from switch_on())


def check(settings: tuple[p.Setting, ...]) -> Steps:
    """While armed: only that the settings are what they were; a wrong one is written again."""
    refused = None
    for setting in settings:
        refused = refused or (yield from provide(setting))
    return refused


def ask(wanted: p.Property, *commands: str) -> Step:
    """Read a property after these commands."""
    return Step(commands, Question(p.read(wanted), wanted.kind))


def sure(step: Step) -> Generator[Step, float, float]:
    """Ask until two answers running are the same."""
    before = yield step
    again = Step((), step.question)
    while (found := (yield again)) != before:
        before = found
    return found


def identify() -> Steps:
    """An ODrive tells its firmware; this driver knows 0.5.x."""
    major = yield from sure(ask(p.FIRMWARE_MAJOR))
    minor = yield from sure(ask(p.FIRMWARE_MINOR))
    found = f"{major:.0f}.{minor:.0f}"
    if found == p.FIRMWARE:
        return None
    return f"ODrive firmware {found}, known is {p.FIRMWARE}.x; flash that, or add a driver"


def provide(setting: p.Setting) -> Steps:
    """Read; write only where it differs; read back."""
    found = yield from sure(ask(setting.of))
    if not setting.allows(found):
        # The watchdog bites at once when it is switched on unfed.
        found = yield from sure(ask(setting.of, p.FEED.form, p.write(setting.of, setting.wanted)))
    return None if setting.allows(found) else refusal(setting, found)


def refusal(setting: p.Setting, found: float) -> str:
    """What was found, what is allowed, and what to do."""
    unit = f" {setting.of.unit}" if setting.of.unit else ""
    least, most = setting.least, setting.most
    allowed = f"{least:g}{unit}" if least == most else f"{least:g} to {most:g}{unit}"
    return (
        f"{setting.of.path} ({setting.of.name}) is {found:g}{unit}, allowed {allowed}: {setting.why}; "
        "set it with odrivetool"
    )


def clear_error() -> Steps:
    """Only watchdog and e-stop may be cleared; every other error is for a person to look at."""
    error = int((yield from sure(ask(p.ERROR))))
    if error and not error & ~(p.WATCHDOG_EXPIRED | p.ESTOP):
        error = int((yield from sure(ask(p.ERROR, p.FEED.form, p.CLEAR.form))))
    if error == 0:
        return None
    what = p.error_text(error)
    return f"{p.ERROR.path} is {error:X}h ({what}), allowed 0; remove the cause and clear it with odrivetool"


def calibrated() -> Steps:
    """Without its encoder offset the motor cannot be controlled."""
    ready = yield from sure(ask(p.ENCODER_READY))
    if ready == 1:
        return None
    return f"{p.ENCODER_READY.path} is {ready:g}, allowed 1; calibrate motor and encoder with odrivetool"


def switch_on() -> Steps:
    """Closed loop from standstill."""
    found = yield from sure(ask(p.STATE, p.VELOCITY.form.format(0.0), p.write(p.REQUEST, p.CLOSED_LOOP)))
    for _ in range(TRIES):
        if found == p.CLOSED_LOOP:
            return None
        found = yield from sure(ask(p.STATE))
    error = int((yield from sure(ask(p.ERROR))))
    return (
        f"{p.STATE.path} stays {found:.0f}, {p.CLOSED_LOOP} (closed loop) wanted; "
        f"{p.ERROR.path} is {error:X}h ({p.error_text(error) or 'none'}); look at it with odrivetool"
    )

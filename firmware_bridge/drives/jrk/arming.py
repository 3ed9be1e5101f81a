"""Arming a Jrk G2: is it the one, is all set as it must be, is it sound; then it holds where it stands.

Its serial timeout and most other settings can only be changed over USB, so what is wrong is refused, all of
it at once. Answers carry no check, so each setting is read until two answers agree.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Final

from firmware_bridge.drives.jrk import commands as c
from firmware_bridge.drives.jrk.config import JrkConfig
from firmware_bridge.drives.line_drive import Steps
from firmware_bridge.line_port import Answer, Ask

TRIES: Final = 4
STEADY: Final = 12  # counts that a table may go on between two answers
REMEDY: Final = "set it with the Jrk G2 Configuration Utility over USB"


def framing_of(config: JrkConfig) -> c.Framing:
    """Compact, unless the table file wants the device number."""
    return c.Framing(None if config.compact else config.address)


def procedure(config: JrkConfig, is_cut: Callable[[], bool]) -> Steps:
    """All of it. A cut is not undone."""
    refused = yield from settings(config)
    if refused or is_cut():
        return refused
    return (yield from hold(framing_of(config)))


def settings(config: JrkConfig) -> Steps:
    """Every setting that matters, and all that are wrong."""
    framing = framing_of(config)
    found = yield from twice(framing.setting(c.NUMBER, ram=False))
    if found != config.address:
        return (
            f"{c.named(c.NUMBER)} is {found}, [drive].address {config.address}: not this Jrk; check the port"
        )
    wrong = []
    for rows, ram in ((c.SETTINGS, False), (c.RAM_SETTINGS, True)):
        for row in rows:
            found = yield from twice(framing.setting(row, ram))
            if found is None or not row.least <= found & row.mask <= row.most:
                wrong.append(refusal(row, found))
    return "; ".join([*wrong, REMEDY]) if wrong else None


def twice(ask: Ask) -> Generator[Ask, Answer, int | None]:
    """A number that two answers running agree on, None when none do."""
    before: int | None = None
    for _ in range(TRIES):
        (found,) = (yield ask).values
        if found == before:
            return found
        before = found
    return None


def steady(framing: c.Framing) -> Generator[Ask, Answer, int | None]:
    """The feedback as two answers running say it, None when none do: a target is made from it."""
    before: int | None = None
    for turn in range(TRIES):
        (found,) = (yield framing.variables(c.FEEDBACK[turn % 2])).values
        if before is not None and abs(found - before) <= STEADY:
            return found
        before = found
    return None


def refusal(row: c.Setting, found: int | None) -> str:
    """What was found and what is allowed."""
    unit = f" {row.unit}" if row.unit else ""
    least, most = row.least * row.scale, row.most * row.scale
    allowed = f"{least}{unit}" if least == most else f"{least} to {most}{unit}"
    value = "cannot be read" if found is None else f"is {(found & row.mask) * row.scale}{unit}"
    return f"{c.named(row)} {value}, allowed {allowed} ({row.why})"


def hold(framing: c.Framing) -> Steps:
    """The target where the feedback is, latched errors of the line cleared, nothing left."""
    halting = (yield framing.variables(c.ERRORS)).values[0]
    if serious := halting & ~c.CLEARABLE:
        return f"errors halting: {c.error_names(serious)}; remove the cause"
    here = yield from steady(framing)
    if here is None:
        return f"feedback: no two of {TRIES} answers running within {STEADY} counts; check its potentiometer"
    yield framing.clear_halting(framing.target(here))
    halting = (yield framing.variables(c.ERRORS, framing.target(here))).values[0]
    if halting:
        return f"errors halting: {c.error_names(halting)}; they come back"
    return None

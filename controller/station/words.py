"""Numbers of the guard's reports in words: states, what they mean for a person, contacts, causes."""

from __future__ import annotations

from typing import Any, Final

from controller.states import INDEX, STATES
from controller.station.run_watch import at_park
from safety.causes import BY_NUMBER
from safety.decision import FROZEN, INHIBITED, LATCHED, RETURNING, WAITING
from safety.guard.messages import REPORT_LAYOUT
from safety.observation import Inputs

AT: Final = REPORT_LAYOUT.index
STATE_OF_MODE: Final = {RETURNING: "returning", WAITING: "waiting", LATCHED: "faulted"}
HEADLINES: Final = {
    "parked": ("Upright", "Get on or off here."),
    "checking": ("Checking", "The table tests itself. Hold the pendant when asked."),
    "ready": ("Ready", "Hold the pendant, then press START."),
    "warming_up": ("Warming up", "Small movements first."),
    "lowering": ("Going down", "Keep the pendant pressed. Letting go stops the table."),
    "holding": ("Holding", "Breathe in through the nose, out through the mouth."),
    "oscillating": ("Rocking", "Slow and small. Breathe."),
    "raising": ("Coming up", "To level first."),
    "resting": ("Resting", "Lying level. Let the blood settle."),
    "recovering": ("Coming upright", "With a pause on the way."),
    "frozen": ("Stopped", "RETURN comes up at once. CONTINUE needs the pendant released, then pressed."),
    "returning": ("Coming back", "The guard brings the table upright, with pauses on the way."),
    "waiting": ("Waiting", "Level. Look after the rider, then press RETURN and let it go."),
    "faulted": ("Fault", "The table stays where it is. Hold RETURN at the table to come up."),
    "unknown": ("No connection", "Nothing is known about the table. Use the buttons at the table."),
}


def state_word(report: tuple[Any, ...]) -> str:
    """The state as design and files have it; what the guard does goes before what the controller says."""
    if report[AT["stage"]] == FROZEN:
        return "frozen"
    mode = report[AT["mode"]]
    if mode in STATE_OF_MODE:
        return STATE_OF_MODE[mode]
    number = report[AT["controller_state"]]
    # A controller that has just started says "returning" until it knows better.
    settled = mode == INHIBITED and number == INDEX["returning"] and at_park(report)
    if number < len(STATES) and not settled:
        return STATES[number]
    return "parked" if at_park(report) else "returning"


def inputs_of(report: tuple[Any, ...]) -> dict[str, bool | None]:
    """Buttons and contacts by name; None = unknown."""
    values, known = report[AT["inputs"]], report[AT["inputs_known"]]
    return {
        name: bool(values >> bit & 1) if known >> bit & 1 else None for bit, name in enumerate(Inputs._fields)
    }


def cause_of(number: int) -> dict[str, Any] | None:
    """A cause with its text and remedy; None for 0."""
    cause = BY_NUMBER.get(number)
    if cause is None:
        return None
    return {"name": cause.name, "text": cause.text, "remedy": cause.remedy, "hazards": list(cause.hazards)}

"""What stations ask for: load, start, unload. Every request is answered, a refusal with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from controller import session
from controller.channel import Station

if TYPE_CHECKING:
    from collections.abc import Callable

    from controller.loop import Controller


def answer(controller: Controller, station: Station, message: dict[str, Any]) -> None:
    """Carry out one message and reply to it."""
    kind = message.get("type")
    if kind == "hello":
        station.knows_plan = False
        return
    number = message.get("id")
    if isinstance(number, bool) or not isinstance(number, int):
        station.reply(0, False, '"id" must be a whole number')
        return
    act = _ACTS.get(kind) if isinstance(kind, str) else None
    if act is None:
        station.reply(number, False, f"there is no message {kind!r}; allowed: hello, {', '.join(_ACTS)}")
        return
    reason = act(controller, message)
    station.reply(number, reason is None, reason)


def _load(controller: Controller, message: dict[str, Any]) -> str | None:
    if controller.report is None:
        return "the guard does not answer; nothing can be loaded"
    if controller.state != "parked":
        return f"the table is {controller.state}; a programme can be loaded when it is parked"
    try:
        loaded = session.load(message, controller.facts)
    except session.Refused as error:
        return str(error)
    if not controller.machine.fire("load"):
        return "the table is not at park; RETURN brings it there"
    controller.session = loaded
    controller.completed, controller.why = False, None
    controller.new_plan()
    return None


def _start(controller: Controller, message: dict[str, Any]) -> str | None:
    if controller.session is None or controller.state != "ready":
        return f"the table is {controller.state}; a start is possible when it is ready"
    controller.session.started = True
    return None


def _unload(controller: Controller, message: dict[str, Any]) -> str | None:
    if not controller.machine.allows("unload"):
        return f"the table is {controller.state}; a programme can be put away before it is started"
    if controller.session is not None and controller.session.started:
        return "the programme has been started; STOP or RETURN end it"
    controller.machine.fire("unload")
    controller.end(False, None)
    controller.new_plan()
    return None


_ACTS: dict[str, Callable[[Controller, dict[str, Any]], str | None]] = {
    "load": _load,
    "start": _start,
    "unload": _unload,
}

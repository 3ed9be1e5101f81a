"""The status that stations get: ten times a second and at each change of state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from controller import prompts

if TYPE_CHECKING:
    from controller.loop import Controller


def picture(controller: Controller) -> dict[str, Any]:
    """One status message, without the plan."""
    session = controller.session
    player = session.player if session is not None else None
    phase = player.phase if player is not None else None
    setpoint = controller.setpoint
    return {
        "type": "status",
        "now_ms": controller.now_ms,
        "state": controller.state,
        "phase": None
        if phase is None
        else {"index": phase.number, "kind": phase.kind, "text": phase.text, "left_s": phase.left_s},
        "setpoint_deg": None if setpoint is None else setpoint[0] / 100,
        "programme": None if session is None else session.plan.programme.name,
        "rider": None if session is None else session.rider,
        "tier": None if session is None else session.plan.tier,
        "session": None if session is None or not session.number else session.number,
        "progress": progress(controller),
        "prompt": controller.prompt if controller.report is not None else prompts.GUARD_AWAY,
        "why": controller.why,
        "completed": controller.completed,
        "started": session is not None and session.started,
    }


def progress(controller: Controller) -> float:
    """0 to 1 by planned time."""
    session = controller.session
    if session is None or session.player is None:
        return 1.0 if controller.completed else 0.0
    return round(session.player.progress, 4)


def plan_of(controller: Controller) -> list[list[float]]:
    """The plan's corners for a chart, [[t_s, angle_deg], ...]; empty when nothing is loaded."""
    session = controller.session
    return [] if session is None else [list(corner) for corner in session.plan.polyline]

"""report.html: one self-contained page about one run, for the screen and for paper."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from controller.station import mcap_file
from controller.station.manifest import Manifest
from controller.station.plots import Axis, Band, Line, Plot, clock_text, svg
from controller.station.records import Run
from controller.station.session_table import Row

TEMPLATE: Final = "report.html"
ANGLE_LINES: Final = (
    Line("setpoint", lambda row: row.setpoint_deg),
    Line("angle", lambda row: row.angle_deg),
)
DULL: Final = ("seq", "now_ms", "wall_s", "event", "angle_cdeg")
RATE_LINES: Final = (Line("angle", lambda row: row.rate_dps),)


def render(run: Run, rows: list[Row], manifest: Manifest) -> str:
    """The page."""
    environment = Environment(
        loader=PackageLoader("controller.station"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(TEMPLATE)
    return page.render(
        m=manifest,
        when=when(manifest.started_wall_s),
        verdict=verdict(manifest),
        tiles=tiles(manifest),
        angle_plot=angle_plot(rows, manifest),
        rate_plot=rate_plot(rows, manifest),
        steps=steps(rows),
        story=story(run, rows),
        clock=clock_text,
    )


def when(wall_s: int | None) -> str:
    """The start in the time of this place."""
    if wall_s is None:
        return "time unknown"
    return datetime.fromtimestamp(wall_s, UTC).astimezone().strftime("%A, %d %B %Y, %H:%M")


def verdict(m: Manifest) -> tuple[str, str]:
    """(kind, sentence) that stands on top."""
    if m.waiting_at_rest:
        return "bad", "The record ends with the table level, waiting for a person."
    if not m.parked:
        return "bad", "The record ends with the table not upright."
    if m.completed:
        return "good", "The programme was completed and the rider came back upright."
    if not m.sessions:
        return "plain", "No session was ridden. The table is upright."
    return "early", "The session ended early. The rider came back upright."


def tiles(m: Manifest) -> list[tuple[str, str, str]]:
    """(label, value, unit) of the summary."""
    angle = "–" if m.max_angle_deg is None else f"{m.max_angle_deg:.1f}"
    return [
        ("Highest angle", angle, "°"),
        ("Head-down", clock_text(m.head_down_s), "min"),
        ("Length", clock_text(m.duration_s), "min"),
        ("Bouts", str(m.bouts), ""),
        ("Refusals", str(m.refusals), ""),
        ("Gaps in the record", str(len(m.gaps)), ""),
    ]


def angle_plot(rows: list[Row], m: Manifest) -> str:
    """Angle and setpoint over time, with park, rest, -15 and the cap."""
    caps = [row.cap_deg for row in rows if row.cap_deg is not None and row.session]
    cap = max(caps, default=60.0)
    axis = Axis(-80.0, 70.0, 10.0, "°")
    bands = [
        Band("down", 0.0, cap, "head-down"),
        Band("over", cap, 70.0, ""),
        Band("cap", cap, cap, f"cap {cap:g}°"),
        Band("rest", 0.0, 0.0, "level"),
        Band("mid", -15.0, -15.0, "pause −15°"),
        Band("park", -70.0, -70.0, "upright"),
    ]
    plot = Plot(axis, m.duration_s, 360)
    return svg(plot, rows, ANGLE_LINES, bands, "Inversion angle and setpoint over time")


def rate_plot(rows: list[Row], m: Manifest) -> str:
    """Rate over time; growing angle is positive."""
    most = max((abs(row.rate_dps) for row in rows if row.rate_dps is not None), default=0.0)
    high = max(3.0, float(int(most) + 1))
    axis = Axis(-high, high, 1.0 if high <= 4 else 2.0, "°/s")
    plot = Plot(axis, m.duration_s, 180)
    return svg(plot, rows, RATE_LINES, [Band("rest", 0.0, 0.0, "")], "Rate over time")


def steps(rows: list[Row]) -> list[dict[str, Any]]:
    """The states one after the other: from, length, highest angle."""
    found: list[dict[str, Any]] = []
    for row in rows:
        if not found or found[-1]["state"] != row.state:
            found.append({"state": row.state, "from_s": row.t_s, "to_s": row.t_s, "angle": row.angle_deg})
        for step in found[-2:]:  # a state lasts until the next begins
            step["to_s"] = row.t_s if step is found[-1] else found[-1]["from_s"]
        angles = [angle for angle in (found[-1]["angle"], row.angle_deg) if angle is not None]
        found[-1]["angle"] = max(angles, default=None)
    return found


def story(run: Run, rows: list[Row]) -> list[tuple[float, str, str]]:
    """(t_s, who, what): the guard's events and what was asked on panels."""
    start_ms = rows[0].now_ms if rows else 0
    told = [
        ((event.get("now_ms", start_ms) - start_ms) / 1000, "guard", words_of(event))
        for event in run.guard_events
    ]
    told += [
        ((record.at_ms - start_ms) / 1000, "panel", words_of(record.value))
        for record in run.topic(mcap_file.EVENT)
    ]
    return sorted(told)


def words_of(event: dict[str, Any]) -> str:
    """An event in a line: what, its value, the facts that came with it, and where the table was."""
    what = str(event.get("event", "?"))
    value = event.get(what)
    line = what if value in (None, True, 1) else f"{what} {value}"
    facts = [f"{key} {fact}" for key, fact in event.items() if key not in (*DULL, what) and fact]
    angle_cdeg = event.get("angle_cdeg")
    where = "" if angle_cdeg is None else f", at {angle_cdeg / 100:.1f}°"
    return line.replace("_", " ") + (f" ({', '.join(facts)})" if facts else "") + where

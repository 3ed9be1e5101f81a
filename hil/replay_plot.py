"""The picture of a kept run: true angle and speed, what the guard and its return were doing, the fault."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from safety.causes import name_of
from safety.decision import MODES, STAGES

if TYPE_CHECKING:
    from hil.replay import Point

WIDTH: Final = 1_100
LEFT, RIGHT = 86, 1_080  # of the curves, px
ANGLE_TOP, ANGLE_BOTTOM = 92, 352
STRIPS_TOP, STRIP = 364, 20
SPEED_TOP, SPEED_BOTTOM = 424, 524
HEIGHT: Final = 572
BUCKETS: Final = 500  # columns of the curves; of each its lowest and its highest point is drawn
LETTER: Final = 6.2  # px
ANGLES: Final = ((60.0, "+60°"), (0.0, "0° rest"), (-15.0, "-15°"), (-70.0, "-70° park"))
STEPS_S: Final = (1, 2, 5, 10, 20, 30, 60, 120)
MODE_COLOURS: Final = ("#d0d4d8", "#e3d7f4", "#d3ecd8", "#a9dcb5", "#ffdf9e", "#ffc27a", "#f3a6a0")
STYLE: Final = """
text { font: 12px system-ui, sans-serif; fill: #222; } .title { font-size: 17px; font-weight: 600; }
.end { text-anchor: end; } .mid { text-anchor: middle; } polyline { fill: none; stroke-width: 1.6; }
.angle { stroke: #0a6c8c; } .speed { stroke: #5b5f97; } .grid { stroke: #ddd; } .rest { stroke: #888; }
.axis { stroke: #555; } .fault { stroke: #c62828; } .effect { stroke: #c62828; stroke-dasharray: 2 3; }
.cause { stroke: #6a1b9a; stroke-dasharray: 6 3; } .change { stroke: #b9b9b9; stroke-dasharray: 1 3; }
text.fault { fill: #c62828; stroke: none; } text.cause { fill: #6a1b9a; stroke: none; }
.small { font-size: 11px; }
"""


class Scale(NamedTuple):
    """From values to px."""

    low: float
    high: float
    first_px: float
    last_px: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.first_px + share * (self.last_px - self.first_px), 2)


def svg(points: list[Point], outcome: dict[str, Any]) -> str:
    """The whole picture."""
    across = Scale(0.0, max(points[-1].t_s, 1.0), LEFT, RIGHT)
    angles = [one.angle_deg for one in points]
    up = Scale(min(-76.0, *angles), max(66.0, *angles), ANGLE_BOTTOM, ANGLE_TOP)
    most = max(2.0, *(abs(one.rate_dps) for one in points))
    fast = Scale(-most * 1.1, most * 1.1, SPEED_BOTTOM, SPEED_TOP)
    parts = [
        *_seconds(across),
        *_angles(up),
        *_speeds(fast, most),
        *_strip(points, across, 0, "guard", _mode),
        *_strip(points, across, 1, "stage", _stage),
        _curve(points, across, up, "angle", lambda one: one.angle_deg),
        _curve(points, across, fast, "speed", lambda one: one.rate_dps),
        *_marks(points, outcome, across),
    ]
    title = html.escape(_title(outcome))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img"><title>{title}</title><style>{STYLE}</style>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text class="title" x="{LEFT}" y="26">{title}</text>{"".join(parts)}</svg>\n'
    )


def _title(outcome: dict[str, Any]) -> str:
    spec = outcome["spec"]
    found = outcome["violations"]
    end = f"broken: {', '.join(sorted({one['rule'] for one in found}))}" if found else "every invariant held"
    return f"Run {outcome['number']} of seed {spec['seed']}: {spec['fault']} in {spec['scenario']}, {end}"


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _text(kind: str, x: float, y: float, words: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{html.escape(words)}</text>'


def _seconds(across: Scale) -> Iterator[str]:
    """The axis of time, below both curves."""
    step_s = next((step for step in STEPS_S if across.high / step <= 16), STEPS_S[-1])
    for t_s in range(0, int(across.high) + 1, step_s):
        x = across(t_s)
        yield _line("grid", x, ANGLE_TOP, x, ANGLE_BOTTOM) + _line("grid", x, SPEED_TOP, x, SPEED_BOTTOM)
        yield _text("mid", x, SPEED_BOTTOM + 17, str(t_s))
    for bottom in (ANGLE_BOTTOM, SPEED_BOTTOM):
        yield _line("axis", LEFT, bottom, RIGHT, bottom)
    yield _text("mid", (LEFT + RIGHT) / 2, SPEED_BOTTOM + 36, "table time, s")


def _angles(up: Scale) -> Iterator[str]:
    yield _text("", 6, ANGLE_TOP - 6, "angle, deg (head-down is up)")
    for angle_deg, words in ANGLES:
        y = up(angle_deg)
        yield _line("grid" if angle_deg else "rest", LEFT, y, RIGHT, y)
        yield _text("end", LEFT - 6, y + 4, words)
    yield _line("axis", LEFT, ANGLE_TOP, LEFT, ANGLE_BOTTOM)


def _speeds(fast: Scale, most: float) -> Iterator[str]:
    yield _text("", 6, SPEED_TOP - 6, "speed, deg/s")
    whole = max(1, int(most))
    for rate_dps in (whole, 0, -whole):
        y = fast(rate_dps)
        yield _line("grid" if rate_dps else "rest", LEFT, y, RIGHT, y)
        yield _text("end", LEFT - 6, y + 4, f"{rate_dps:+d}" if rate_dps else "0")
    yield _line("axis", LEFT, SPEED_TOP, LEFT, SPEED_BOTTOM)


def _mode(one: Point) -> tuple[str, str]:
    return ("no guard", "#fff") if one.mode is None else (MODES[one.mode], MODE_COLOURS[one.mode])


def _stage(one: Point) -> tuple[str, str]:
    name = STAGES[one.stage or 0].replace("_", " ")
    return ("", "#fff") if name == "none" else (name, "#eef1f4")


def _strip(
    points: list[Point], across: Scale, row: int, name: str, what: Callable[[Point], tuple[str, str]]
) -> Iterator[str]:
    """Who was doing what from when to when; each change is marked in the curve, too."""
    y = STRIPS_TOP + row * (STRIP + 3)
    yield _text("end", LEFT - 6, y + 14, name)
    spans = [(words, [one.t_s for one in group]) for words, group in groupby(points, key=what)]
    ends = [times[0] for _, times in spans[1:]] + [points[-1].t_s]
    for ((words, colour), times), end_s in zip(spans, ends, strict=True):
        x, wide = across(times[0]), across(end_s) - across(times[0])
        fits = len(words) * LETTER + 6 <= wide
        if words:
            yield (
                f'<rect x="{x}" y="{y}" width="{wide:.2f}" height="{STRIP}" fill="{colour}">'
                f"<title>{html.escape(words)}, {times[0]:.2f} to {end_s:.2f} s</title></rect>"
            )
        yield _text("small", x + 3, y + 14, words) if fits and words else ""
        yield _line("change", x, ANGLE_TOP, x, STRIPS_TOP + 2 * STRIP)


def _curve(points: list[Point], across: Scale, up: Scale, kind: str, value: Callable[[Point], float]) -> str:
    every = max(1, len(points) // BUCKETS)
    drawn: list[Point] = []
    for first in range(0, len(points), every):
        bucket = points[first : first + every]
        drawn += sorted({min(bucket, key=value), max(bucket, key=value)}, key=lambda one: one.t_s)
    path = " ".join(f"{across(one.t_s)},{up(value(one))}" for one in drawn)
    return f'<polyline class="{kind}" points="{path}"/>'


def _marks(points: list[Point], outcome: dict[str, Any], across: Scale) -> Iterator[str]:
    """The fault, the moment it was real, and the first cause, each with its words."""
    cause = next((one for one in points if one.cause), None)
    fault = outcome["spec"]["fault"]
    marks = [
        ("fault", outcome["injected_s"], f"fault: {fault}", 46),
        ("effect", outcome["effect_s"], "", 0),
        ("cause", cause and cause.t_s, f"first cause: {name_of(cause.cause or 0) if cause else ''}", 62),
    ]
    for kind, at_s, words, y in marks:
        if at_s is None:
            continue
        x = across(at_s)
        yield _line(kind, x, y + 4 if words else ANGLE_TOP, x, SPEED_BOTTOM)
        if words:
            place, gap = (f"{kind} end", -4) if x > (LEFT + RIGHT) / 2 else (kind, 4)
            yield _text(place, x + gap, y + 8, f"{words}, {at_s:.2f} s")

"""Plots of the report as inline SVG: no script, no file beside it, readable on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from controller.station.session_table import Row

WIDTH: Final = 960
LEFT: Final = 52
RIGHT: Final = 12
TOP: Final = 10
BOTTOM: Final = 26
POINTS: Final = 1_500  # more cannot be seen
STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
Value = Callable[[Row], float | None]


class Axis(NamedTuple):
    """A vertical axis: range, distance of the lines, unit."""

    low: float
    high: float
    step: float
    unit: str


class Line(NamedTuple):
    """One curve: its css class and what it shows."""

    kind: str
    value: Value


class Band(NamedTuple):
    """A range that is shaded, or a limit when both ends are the same."""

    kind: str
    low: float
    high: float
    label: str


class Plot(NamedTuple):
    """Size and ranges of one plot."""

    axis: Axis
    duration_s: float
    height: int

    def x(self, t_s: float) -> float:
        """Time to pixels."""
        return LEFT + (WIDTH - LEFT - RIGHT) * t_s / max(self.duration_s, 0.001)

    def y(self, value: float) -> float:
        """Value to pixels; what is out of range is drawn at its edge."""
        share = (min(max(value, self.axis.low), self.axis.high) - self.axis.low) / (
            self.axis.high - self.axis.low
        )
        return self.height - BOTTOM - (self.height - TOP - BOTTOM) * share


def svg(plot: Plot, rows: list[Row], lines: Iterable[Line], bands: Iterable[Band], title: str) -> str:
    """One plot."""
    thin = thinned(rows)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {plot.height}" role="img" aria-label="{title}">',
        *[band_of(plot, band) for band in bands],
        *grid(plot),
        *[f'<path class="{line.kind}" d="{path(plot, thin, line.value)}"/>' for line in lines],
        "</svg>",
    ]
    return "\n".join(parts)


def thinned(rows: list[Row]) -> list[Row]:
    """Every n-th row and the last."""
    step = len(rows) // POINTS + 1
    return [*rows[::step], *rows[-1:]]


def path(plot: Plot, rows: list[Row], value: Value) -> str:
    """A curve with a break wherever nothing is known or the record has a hole."""
    parts: list[str] = []
    drawing, last_s = False, 0.0
    hole_s = max(1.0, plot.duration_s / POINTS * 4)
    for row in rows:
        found = value(row)
        if found is None:
            drawing = False
            continue
        drawing = drawing and row.t_s - last_s <= hole_s
        parts.append(f"{'L' if drawing else 'M'}{plot.x(row.t_s):.1f} {plot.y(found):.1f}")
        drawing, last_s = True, row.t_s
    return "".join(parts)


def band_of(plot: Plot, band: Band) -> str:
    """A shaded range or a limit line with its name."""
    top, bottom = plot.y(band.high), plot.y(band.low)
    right = WIDTH - RIGHT
    label = f'<text class="band-name" x="{right - 4}" y="{top - 4:.1f}" text-anchor="end">{band.label}</text>'
    if band.low == band.high:
        return f'<path class="limit {band.kind}" d="M{LEFT} {top:.1f}H{right}"/>{label}'
    shape = f'x="{LEFT}" y="{top:.1f}" width="{right - LEFT}" height="{bottom - top:.1f}"'
    label = label.replace(f'y="{top - 4:.1f}"', f'y="{top + 14:.1f}"')
    return f'<rect class="band {band.kind}" {shape}/>{label}'


def grid(plot: Plot) -> list[str]:
    """Lines and numbers of both axes."""
    parts = []
    value = plot.axis.low
    while value <= plot.axis.high + 1e-9:
        y = plot.y(value)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}{plot.axis.unit}</text>'
        )
        value += plot.axis.step
    step = next((s for s in STEPS_S if plot.duration_s / s <= 10), STEPS_S[-1])
    t_s = 0
    while t_s <= plot.duration_s:
        parts.append(
            f'<text x="{plot.x(t_s):.1f}" y="{plot.height - 8}" text-anchor="middle">{clock_text(t_s)}</text>'
        )
        t_s += step
    return parts


def clock_text(seconds: float) -> str:
    """Minutes and seconds."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"

"""report.html of a campaign: one self-contained page with pictures made of inline SVG."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any, Final

from hil.campaign.catalogue import CATALOGUE
from hil.campaign.invariants import ELSEWHERE, INVARIANTS
from hil.campaign.results import Group, Spread, Summary

STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --good: #1a7f37; --bad: #c62828; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line);
padding: .2rem .5rem; text-align: left; font-variant-numeric: tabular-nums; } td.n { text-align: right; }
.good { color: var(--good); } .bad { color: var(--bad); } .wide { overflow-x: auto; }
svg { width: 100%; } svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
.bar { fill: #0a7ea4; } .p99 { fill: #0a7ea455; } .max { fill: #0a7ea433; } code { overflow-wrap: anywhere; }
"""
UNDETECTED: Final = """Counted from the moment the fault was real to the guard's first reaction: a cause of
its own, or less permission than a tick before. A RETURN that was asked for anyway, the end of the ride
and the rider's answer to a check-in are none. Where no reaction came and every invariant held the fault
did no harm: those runs have no latency and are counted apart."""
ROW_PX: Final = 18
LABEL_PX: Final = 210
WIDTH_PX: Final = 900


def page(facts: dict[str, Any], summary: Summary, again: str) -> str:
    """The page."""
    groups = sorted(summary.groups.values(), key=lambda group: group.name)
    bad = summary.broken
    word, kind = ("every invariant held", "good") if not bad else (f"{bad} runs broke an invariant", "bad")
    told = ", ".join(f"{name}: {value}" for name, value in facts.items() if name not in ("faults", "files"))
    pictures = (
        bars("Detection after the fault is real, ms: p50, p99, max", groups, lambda g: _three(g.detected_ms)),
        f"<p>{UNDETECTED}</p>",
        bars("Runs in which it was real and the guard had nothing to do", _calm(groups), _undetected),
        bars("Time to park after the ride was left, s: p50, p99, max", groups, lambda g: _three(g.home_s)),
        bars("Worst angle, deg head-down", groups, lambda g: _worst(g.worst_deg)),
        bars("Worst speed, deg/s", groups, lambda g: _worst(g.worst_dps)),
        bars("Runs by first cause", _causes(groups), lambda g: (float(g.runs),)),
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Keel campaign: {summary.runs} runs</title><style>{STYLE}</style>"
        f'<h1>{summary.runs} runs: <span class="{kind}">{word}</span></h1><p>{html.escape(told)}</p>'
        f"{broken(summary, again)}{''.join(pictures)}{table(groups)}{rules()}</html>\n"
    )


def broken(summary: Summary, again: str) -> str:
    """Every violation with the command that rides it again."""
    parts = []
    for outcome in summary.broken_told:
        said = "; ".join(f"{found['rule']}: {found['what']}" for found in outcome["violations"])
        parts.append(_told(outcome, said, again))
    for outcome in summary.without_told:
        parts.append(_told(outcome, f"the fault did not take effect in {outcome['spec']['phase']}", again))
    return f"<ul class=bad>{''.join(parts)}</ul>" if parts else ""


def _told(outcome: dict[str, Any], said: str, again: str) -> str:
    number, fault = outcome["number"], html.escape(outcome["spec"]["fault"])
    command = html.escape(f"{again} {number}")
    return f"<li>run {number}, {fault}: {html.escape(said)}<br><code>{command}</code></li>"


def _three(spread: Spread) -> tuple[float, ...]:
    """p50, p99 and the most."""
    found = [spread.quantile(share) for share in (0.5, 0.99, 1.0)]
    return tuple(value for value in found if value is not None)


def _calm(groups: Sequence[Group]) -> list[Group]:
    return [group for group in groups if group.undetected]


def _undetected(group: Group) -> tuple[float, ...]:
    return (float(group.undetected),)


def _worst(value: float) -> tuple[float, ...]:
    return (round(value, 2),) if value > -1e8 else ()


def bars(title: str, groups: Sequence[Group], values_of: Callable[[Group], tuple[float, ...]]) -> str:
    """One horizontal bar a fault: the first value, paler the next ones, each written at the end."""
    rows = [(group.name, values) for group in groups if (values := values_of(group))]
    if not rows:
        return ""
    most = max(max(max(values) for _, values in rows), 1e-9)
    scale = (WIDTH_PX - LABEL_PX - 130) / most
    marks = []
    for place, (name, values) in enumerate(rows):
        y = place * ROW_PX
        widths = [max(0.0, value) * scale for value in values]
        different = dict.fromkeys(f"{value:g}" for value in values)
        marks.append(f'<text x="{LABEL_PX - 6}" y="{y + 13}" text-anchor="end">{html.escape(name)}</text>')
        for kind, width in zip(("bar", "p99", "max"), widths, strict=False):
            marks.append(f'<rect class="{kind}" x="{LABEL_PX}" y="{y + 3}" width="{width:.1f}" height="12"/>')
        text = ", ".join(different)
        marks.append(f'<text x="{LABEL_PX + max(widths) + 5:.1f}" y="{y + 13}">{text}</text>')
    height = len(rows) * ROW_PX + 4
    return (
        f"<h2>{html.escape(title)}</h2>"
        f'<svg viewBox="0 0 {WIDTH_PX} {height}" role="img" aria-label="{html.escape(title)}">'
        f"{''.join(marks)}</svg>"
    )


def _causes(groups: Sequence[Group]) -> list[Group]:
    counted: dict[str, Group] = {}
    for group in groups:
        for cause, runs in group.causes.items():
            counted.setdefault(cause, Group(cause)).runs += runs
    return sorted(counted.values(), key=lambda one: -one.runs)


def table(groups: Sequence[Group]) -> str:
    """One row a fault."""
    rows = []
    for group in groups:
        row = CATALOGUE.get(group.name)
        causes = ", ".join(f"{name} {runs}" for name, runs in sorted(group.causes.items()))
        numbers = (
            group.runs,
            f"{group.effective}/{group.injected}",
            group.undetected,
            *(_number(group.detected_ms.quantile(share)) for share in (0.5, 0.99, 1.0)),
            f"{group.worst_deg:.1f}",
            f"{group.worst_dps:.1f}",
            *(_number(group.home_s.quantile(share)) for share in (0.5, 0.99, 1.0)),
            group.parked,
            group.violated,
        )
        cells = "".join(f"<td class=n>{value}</td>" for value in numbers)
        what = html.escape(row.what if row else "")
        rows.append(f'<tr><td title="{what}">{html.escape(group.name)}</td>{cells}<td>{causes}</td></tr>')
    heads = (
        "fault",
        "runs",
        "took effect",
        "not detected",
        "detected p50 ms",
        "p99",
        "max",
        "worst deg",
        "worst deg/s",
        "home p50 s",
        "p99",
        "max",
        "parked",
        "broken",
        "first causes",
    )
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f"<h2>By fault</h2><div class=wide><table><tr>{head}</tr>{''.join(rows)}</table></div>"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def rules() -> str:
    """What was judged, and what is judged elsewhere."""
    here = "".join(
        f"<tr><td>{row.rule}</td><td>{html.escape((row.broken.__doc__ or '').partition(':')[2])}</td>"
        f"<td>{html.escape(row.source)}</td></tr>"
        for row in INVARIANTS
    )
    others = "".join(f"<li>{name}: {html.escape(where)}</li>" for name, where in ELSEWHERE.items())
    return f"<h2>Judged in every run</h2><table>{here}</table><h2>Judged elsewhere</h2><ul>{others}</ul>"

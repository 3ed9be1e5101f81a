"""Writes what a suite leaves: results.json for programs, junit.xml for CI, report.html for people."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

from hil.suite.outcome import Outcome

STYLE = """
:root { color-scheme: light dark; --line: #8886; --good: #1a7f37; --bad: #c62828; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line);
padding: .3rem .6rem; text-align: left; } .good { color: var(--good); } .bad { color: var(--bad); }
section { border-top: 2px solid var(--line); margin-top: 2rem; } svg { width: 100%; height: 9rem; }
polyline { fill: none; stroke: #0a7ea4; stroke-width: 2; vector-effect: non-scaling-stroke; }
.rest { stroke: var(--line); stroke-dasharray: 4; vector-effect: non-scaling-stroke; }
"""


def write(folder: Path, facts: dict[str, Any], outcomes: Sequence[Outcome]) -> None:
    """All three files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    results = {**facts, "passed": all(o.passed for o in outcomes), "tests": [o.as_dict() for o in outcomes]}
    (folder / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    (folder / "junit.xml").write_bytes(junit(outcomes))
    (folder / "report.html").write_text(page(facts, outcomes))


def junit(outcomes: Sequence[Outcome]) -> bytes:
    """The suite in JUnit's format; figures are properties of their test case."""
    bad = sum(not o.passed for o in outcomes)
    suite = xml.Element("testsuite", name="keel hil", tests=str(len(outcomes)), failures=str(bad), errors="0")
    for outcome in outcomes:
        seconds = f"{outcome.table_s:.2f}"
        case = xml.SubElement(suite, "testcase", classname="hil", name=outcome.name, time=seconds)
        properties = xml.SubElement(case, "properties")
        for figure in outcome.figures:
            value = f"{figure.value:g} {figure.unit}"
            xml.SubElement(properties, "property", name=figure.name, value=value)
        if not outcome.passed:
            xml.SubElement(case, "failure", message=outcome.complaint())
    return bytes(xml.tostring(suite, encoding="utf-8", xml_declaration=True))


def page(facts: dict[str, Any], outcomes: Sequence[Outcome]) -> str:
    """One self-contained page: verdict, figures against their limits, the table's angle over time."""
    good = sum(o.passed for o in outcomes)
    told = ", ".join(f"{name}: {value}" for name, value in facts.items())
    parts = [section(outcome) for outcome in outcomes]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Keel in the loop: {good} of {len(outcomes)}</title><style>{STYLE}</style>"
        f"<h1>{good} of {len(outcomes)} tests passed</h1><p>{html.escape(told)}</p>{''.join(parts)}</html>\n"
    )


def section(outcome: Outcome) -> str:
    """One test on the page."""
    rows = "".join(
        f"<tr><td>{html.escape(f.name)}</td><td>{f.value:g} {f.unit}</td>"
        f"<td>{'' if f.limit is None else f'{f.limit:g} {f.unit}'}</td>"
        f"<td class={'good' if f.held else 'bad'}>{'held' if f.held else 'NOT held'}</td></tr>"
        for f in outcome.figures
    )
    word, kind = ("passed", "good") if outcome.passed else ("FAILED", "bad")
    said = f'<p class="bad">{html.escape(outcome.complaint())}</p>' if not outcome.passed else ""
    return (
        f"<section><h2>{html.escape(outcome.title)} <span class={kind}>{word}</span></h2>{said}"
        f"<table><tr><th>figure<th>measured<th>allowed<th></tr>{rows}</table>"
        f"{curve(outcome.trace)}<p>Limits: {html.escape(outcome.source)}</p></section>"
    )


def curve(trace: Sequence[tuple[float, float]]) -> str:
    """The angle over time as a small picture; head-down is up, the dashed line is the horizontal."""
    if len(trace) < 2:
        return ""
    start_s, end_s = trace[0][0], max(trace[-1][0], trace[0][0] + 1)
    points = " ".join(f"{t - start_s:.2f},{-angle:.2f}" for t, angle in trace[:: max(1, len(trace) // 600)])
    width = end_s - start_s
    return (
        f'<svg viewBox="0 -65 {width:.1f} 142" preserveAspectRatio="none" role="img"'
        ' aria-label="angle over time">'
        f'<line class="rest" x1="0" y1="0" x2="{width:.1f}" y2="0"/><polyline points="{points}"/></svg>'
    )

"""docs/reference/faults.md, written from the tables: `python -m hil.faults_page`; a test compares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hil.campaign.catalogue import OPEN, possible
from hil.campaign.host_faults import HOST_FAULTS
from hil.demo_faults import HERE
from simulator.fault_record import NEEDS, Severity
from simulator.faults import FAULTS, GROUPS

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "faults.md"
HEAD: Final = """# Faults

Written from the tables in the code by `python -m hil.faults_page`; a test compares.

The same names everywhere, in seconds of table time:

    keel demo --fault NAME@T                 # from T on
    keel demo --fault NAME=AMOUNT@T+LASTS    # so much of it, for a while
    keel demo --fault NAME@T+LASTS/EVERY     # again and again
    keel bench --fault ...                   # the same; or type :NAME or :NAME=AMOUNT and Enter
    keel campaign --faults NAME,NAME         # each at moments and severities drawn from the seed

A name that is none, or an amount outside of its range, is refused whole (exit 64) with what there is.
Each fault is proved in each run of a campaign by looking at the plant, the sensors or the bytes on the
wire, never at what the product says of it; a campaign in which a fault did not take effect says so and
fails. `tests/contract/` rides every one of them on the node's table and on the BLV-R's, and rides once
without any: then nothing may be proved.""".splitlines()
PROCESSES: Final = (
    "With `keel demo` they meet real processes; `keel bench` runs none. What was killed is started anew."
)


def page() -> str:
    """The page."""
    return "\n".join([*_lines(), ""])


def _lines() -> Iterator[str]:
    yield from HEAD
    for group, rows in GROUPS.items():
        yield from ("", f"## {group}", "", "| name | what happens | how much | on |", "|---|---|---|---|")
        for name, fault in rows.items():
            yield f"| `{name}` | {fault.what} | {_much(fault.severity)} | {_where(name)} |"
    yield from ("", "## The machine that runs the product", "")
    yield PROCESSES
    yield from ("", "| name | what happens | how much | in |", "|---|---|---|---|")
    for name, host in HOST_FAULTS.items():
        where = "demo, campaign" if name in HERE else "campaign"
        yield f"| `{name}` | {host.what} | {_much(host.severity)} | {where} |"
    yield from (
        "",
        "## Open",
        "",
        "Drawn in campaigns only by name or with `--faults all`, until it is mended:",
        "",
    )
    yield from (f"- `{name}`: {why}" for name, why in OPEN.items())
    yield from ("", "## What a table must have", "")
    yield from (f"- {words}" for words, _ in NEEDS.values())


def _much(severity: Severity | None) -> str:
    if severity is None:
        return ""
    low, high, usual = (f"{value:.9g}" for value in (severity.low, severity.high, severity.usual))
    return f"{low} to {high} {severity.unit}; {usual}"


def _where(name: str) -> str:
    """Which tables can have it."""
    needs = FAULTS[name].needs
    if not needs:
        return "every table"
    drives = [drive for drive in ("node", "blvr") if name in possible(drive)]
    return f"{NEEDS[needs[0]][0]} ({', '.join(drives)})"


def main() -> None:
    """Write it."""
    PAGE.write_text(page())


if __name__ == "__main__":
    main()

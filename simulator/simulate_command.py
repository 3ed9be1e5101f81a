"""`keel simulate CASE.json --out OUT.json`: the plant alone, from a case file to an answer file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from simulator.plant.case import read_case
from simulator.plant.document import CaseError, parse
from simulator.plant.schema import FIDELITIES
from simulator.plant.simulation import simulate

# sysexits, as everywhere in keel; the commands' own table of them lies in a package this one may not import.
USAGE, NO_INPUT, CANNOT_CREATE, CONFIG = 64, 66, 73, 78
PIPE = "-"
REMEDY = "nothing is written; put this right in the case (docs/reference/simulate.md lists every key)"


def command(
    case: Annotated[str, typer.Argument(metavar="CASE.json", help="The case; - reads standard input.")],
    out: Annotated[
        str, typer.Option("--out", metavar="OUT.json", help="Where the answer goes; - is standard output.")
    ] = PIPE,
    fidelity: Annotated[
        str, typer.Option("--fidelity", metavar="NAME", help="exact or fast; else what the case says.")
    ] = "",
) -> None:
    """Move the table's physics alone through one case and write angle, rate, current and events as JSON.

    The format is in docs/reference/simulate.md. Exit codes: 64 wrong options, 66 no such case, 73 the
    answer cannot be written, 78 the case is wrong.
    """
    if fidelity and fidelity not in FIDELITIES:
        fail(USAGE, f"--fidelity {fidelity}: allowed are {', '.join(FIDELITIES)}")
    raw = read(case)
    try:
        document = parse(raw)
        answer = simulate(read_case({**document, "fidelity": fidelity} if fidelity else document))
    except CaseError as error:
        fail(CONFIG, f"{name(case)}: {error}\nkeel: {REMEDY}")
    write(out, json.dumps(answer) + "\n")
    if out != PIPE:
        typer.echo(f"{answer['id']}: {len(answer['t'])} samples in {out}", err=True)


def read(case: str) -> bytes:
    """The case file's bytes."""
    try:
        return sys.stdin.buffer.read() if case == PIPE else Path(case).read_bytes()
    except OSError as error:
        fail(NO_INPUT, f"{name(case)}: cannot read this case: {error.strerror}")


def write(out: str, text: str) -> None:
    """The answer, whole."""
    if out == PIPE:
        typer.echo(text, nl=False)
        return
    try:
        Path(out).write_text(text, encoding="utf-8")
    except OSError as error:
        fail(CANNOT_CREATE, f"{out}: cannot write the answer: {error.strerror}")


def name(case: str) -> str:
    """How a message calls the case."""
    return "standard input" if case == PIPE else case


def fail(code: int, message: str) -> NoReturn:
    """Say it and leave."""
    typer.echo(f"keel: {message}", err=True)
    raise typer.Exit(code)

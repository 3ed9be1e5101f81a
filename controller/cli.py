"""The command line: one table of commands, of which only the one that is asked for gets imported.

It names the modules of other packages as text: the controller never imports the simulator or the rigs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from controller.exit_codes import ExitCode


class Row(NamedTuple):
    """One command: where it lives (`module:function`), one line of help, the panel of the help page."""

    target: str
    help: str
    panel: str


COMMANDS = {
    "demo": Row("hil.demo:command", "A complete simulated session: live panel, saved report.", "Try it"),
    "run": Row("controller.commands.run:command", "Guard, controller and station together.", "At the table"),
    "guard": Row("safety.guard", "The safety process alone.", "At the table"),
    "controller": Row("controller.commands.controller:command", "The controller alone.", "At the table"),
    "station": Row("controller.commands.station:command", "Panel, API and records alone.", "At the table"),
    "latch": Row(
        "controller.commands.latch:command", "Which latch stands; a service person's reset.", "At the table"
    ),
    "bench": Row("hil.bench_command:command", "Simulated devices on ptys and TCP ports.", "On the bench"),
    "device": Row("hil.device_command:command", "One virtual device for any client.", "On the bench"),
    "node": Row("hil.node.command:command", "Our motor node: flash, info, test.", "On the bench"),
    "ports": Row("hil.ports_command:command", "Serial ports: names, numbers, holders.", "At the table"),
    "simulate": Row("simulator.simulate_command:command", "The plant alone, from a case.", "On the bench"),
    "chaos": Row("hil.chaos.command:command", "Processes killed and stopped in sessions.", "On the bench"),
    "fuzz": Row("hil.fuzz.command:command", "Rubbish on the guard's socket and wire.", "On the bench"),
    "campaign": Row("hil.campaign_command:command", "Many rides with faults, judged.", "On the bench"),
    "verify": Row(
        "hil.verification.command:command", "The safety rules searched and mutated.", "On the bench"
    ),
    "replay": Row("hil.replay_command:command", "A recorded run through today's rules.", "On the bench"),
    "hil": Row("hil.hil_command:command", "The in-the-loop suite on a rig.", "On the bench"),
    "check": Row("controller.commands.check:command", "Check a table or programme file.", "Files"),
    "report": Row("controller.commands.report:command", "Write the report of a run anew.", "Files"),
}


COMPLETION_VARIABLE = "_KEEL_COMPLETE"  # set by the shell when it wants words completed
HEAD = (
    "Keel controls a motorised inversion table and always brings the rider back upright.",
    "",
    "Usage: keel COMMAND ...        keel COMMAND --help says more",
)
OPTIONS = (
    "",
    "Options:",
    "  --version             Print the version.",
    "  --install-completion  Teach the shell to complete keel's words.",
    "  --show-completion     Print what --install-completion would install.",
    "  --help                Print this page.",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of `keel`; always leaves by SystemExit with one of the ExitCodes, or becomes the guard."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["guard"]:
        exec_guard(words[1:])
    if words in ([], ["--help"], ["-h"]) and COMPLETION_VARIABLE not in os.environ:
        print(help_page())
        sys.exit(ExitCode.OK if words else ExitCode.USAGE)
    # Only now: neither the guard nor the list of commands has to wait for a command line parser.
    from controller.command_tree import run

    run(COMMANDS, words)


def help_page() -> str:
    """Every command under its heading; written here because the parser takes ten times as long to load."""
    lines = [*HEAD]
    for panel in dict.fromkeys(row.panel for row in COMMANDS.values()):
        lines += ["", f"{panel}:"]
        lines += [f"  {name:<12}{row.help}" for name, row in COMMANDS.items() if row.panel == panel]
    return "\n".join([*lines, *OPTIONS])


def exec_guard(words: Sequence[str]) -> None:
    """Become the guard, isolated (-I) from the environment and the folder the command was typed in."""
    os.execv(sys.executable, [sys.executable, "-I", "-m", COMMANDS["guard"].target, *words])

"""keel node: put the firmware on a board, ask a node who it is, prove the firmware on this machine."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from controller.exit_codes import CommandError, ExitCode
from firmware_bridge.errors import LinkLost, PortBusy, PortMissing
from firmware_bridge.link.serial_port import open_serial
from hil.node import flash, info, players, trace

TICKS: Final = 12_000


class Wanted(NamedTuple):
    """The words of the command line."""

    port: str | None
    baud: int
    folder: Path | None
    dry_run: bool
    board: str | None
    role: str
    ticks: int
    seed: int
    as_json: bool


def command(
    action: Annotated[str, typer.Argument(metavar="ACTION", help="One of: flash, info, test.")],
    port: Annotated[
        str | None, typer.Option("--port", metavar="PORT", help="flash, info: the port of a node.")
    ] = None,
    baud: Annotated[int, typer.Option("--baud", help="info: the node's baud rate.")] = 460_800,
    folder: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="flash: where the board is mounted.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="flash: print the steps only.")] = False,
    board: Annotated[
        str | None, typer.Option("--board", help=f"flash: one of {', '.join(flash.BOARDS)}.")
    ] = None,
    role: Annotated[str, typer.Option("--role", help="flash: table, or io (no motor).")] = "table",
    ticks: Annotated[int, typer.Option("--ticks", min=1, max=1_000_000, help="test: 10 ms each.")] = TICKS,
    seed: Annotated[int, typer.Option("--seed", help="test: another trace.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="info, test: one object, for programs.")] = False,
) -> None:
    """Work with Keel's own motor node.

    `flash` copies the firmware to a board, `info` sends one handshake to the node on the named port (nothing
    else may be plugged in there), `test` runs the firmware under every Python at hand and compares each byte.
    """
    if action not in ACTIONS:
        raise CommandError(ExitCode.USAGE, f"keel node {action}: allowed are {', '.join(ACTIONS)}")
    ACTIONS[action](Wanted(port, baud, folder, dry_run, board, role, ticks, seed, as_json))


def _flash(words: Wanted) -> None:
    if (words.port is None) == (words.folder is None):
        raise CommandError(ExitCode.USAGE, "keel node flash: wants either --port PORT or --to DIR")
    if words.board not in flash.BOARDS or words.role not in flash.ROLES:
        what = f"--board {' or '.join(flash.BOARDS)}, and --role {' or '.join(flash.ROLES)}"
        raise CommandError(ExitCode.USAGE, f"keel node flash: wants {what}")
    tree = flash.files(words.board, words.role)
    print(flash.UNTRIED)
    if words.folder is not None:
        _flash_folder(words.folder, words.dry_run, tree)
        return
    port = words.port or ""
    if words.dry_run or shutil.which("mpremote") is None:
        print("\n".join(shlex.join(step) for step in flash.steps(port, tree)))
        if not words.dry_run:
            what = "mpremote is not installed; install it (pipx install mpremote) or type the steps above"
            raise CommandError(ExitCode.UNAVAILABLE, what)
        return
    try:
        print(f"{flash.over_serial(port, tree)} files copied to the board on {port}, which starts anew")
    except flash.FlashFailed as error:
        raise CommandError(ExitCode.FAILED, str(error)) from error


def _flash_folder(folder: Path, dry_run: bool, tree: Mapping[str, Path]) -> None:
    if not folder.is_dir():
        raise CommandError(ExitCode.NO_INPUT, f"{folder}: no such folder; name where the board is mounted")
    if dry_run:
        print("\n".join(f"{file} -> {folder / name}" for name, file in tree.items()))
    else:
        print(f"{flash.copy_to(folder, tree)} files copied to {folder}; unmount it and start the board anew")


def _info(words: Wanted) -> None:
    if words.port is None:
        raise CommandError(ExitCode.USAGE, "keel node info: wants --port PORT, the port that the node is on")
    try:
        link = open_serial(words.port, words.baud)
    except PortMissing as error:
        raise CommandError(ExitCode.UNAVAILABLE, str(error)) from error
    except PortBusy as error:
        raise CommandError(ExitCode.BUSY, str(error)) from error
    try:
        facts = info.ask(link)
    except (info.NoNode, LinkLost) as error:
        raise CommandError(ExitCode.UNAVAILABLE, str(error)) from error
    finally:
        link.close()
    if words.as_json:
        print(json.dumps(facts))
        return
    limits: dict[str, int] = facts.pop("limits", {})
    for name, value in (*facts.items(), *limits.items()):
        print(f"{name:<18}{value}")


def _test(words: Wanted) -> None:
    made = trace.make(words.ticks, words.seed)
    wanted = b"".join(made.output)
    facts: dict[str, Any] = {"ticks": words.ticks, "source_bytes": players.source_bytes(), "runs": []}
    for player in (players.cpython(), *players.micropythons()):
        try:
            played = players.play(player, made.data)
            differs = players.first_difference(wanted, played.output)
        except players.PlayFailed as error:
            facts["runs"].append({"name": player.name, "same": False, "why": str(error)})
            continue
        row = {"name": player.name, "same": differs is None, "why": differs, **played.facts}
        facts["runs"].append(row)
    print(json.dumps(facts) if words.as_json else _in_words(facts))
    if not all(run["same"] for run in facts["runs"]):
        raise typer.Exit(ExitCode.FAILED)


def _in_words(facts: dict[str, Any]) -> str:
    rows = [f"{facts['ticks']} ticks of 10 ms; source {facts['source_bytes']} bytes"]
    for run in facts["runs"]:
        if not run["same"]:
            rows.append(f"{run['name']}: DIFFERS: {run['why']}")
        elif run["code_bytes"] == "0":
            rows.append(f"{run['name']}: same bytes")
        else:
            heap = f"code {run['code_bytes']}, one node {run['node_bytes']}, 1,000 ticks {run['grown_bytes']}"
            rows.append(f"{run['name']}: same bytes; heap bytes: {heap}; {run['python']}")
    if len(facts["runs"]) == 1:
        rows.append("no MicroPython at hand: install node.js, or a micropython on the PATH")
    return "\n".join([*rows, "never run on a board by this project"])


ACTIONS: Final[dict[str, Callable[[Wanted], None]]] = {"flash": _flash, "info": _info, "test": _test}

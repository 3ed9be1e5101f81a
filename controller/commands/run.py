"""`keel run`: guard, controller and station together; Ctrl-C is a RETURN."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from controller import compose
from controller.exit_codes import CommandError, ExitCode
from controller.process import Leaving
from controller.supervisor import Child, Happening, Supervisor
from firmware_bridge.clock import Ticker

POLL_MS: Final = 20
RETURNING: Final = "RETURN: the table comes up; everything ends when it is upright."


def command(
    table: Annotated[Path, typer.Option(help="The table file.")] = Path("/etc/keel/table.toml"),
    run_dir: Annotated[
        Path | None, typer.Option(help="Folder for sockets; /run/keel where that is writable.")
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Folder for the guard's ledger and events; must outlive a restart.")
    ] = None,
    records: Annotated[Path, typer.Option(help="Folder for the runs.")] = Path("runs"),
    host: Annotated[str, typer.Option(help="Address of the panel.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the panel; 0 = any.")] = 8080,
    wire_log: Annotated[Path | None, typer.Option(help="Write every wire's bytes to this pcap.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Guard, controller and station together, restarted when they die. Ctrl-C is a RETURN."""
    compose.read_facts(table)  # a wrong file is told before anything starts
    folder = run_folder(run_dir)
    state = state_folder(state_dir, folder)
    supervisor = Supervisor(children(table.resolve(), folder, state, records, host, port, wire_log, as_json))
    leaving = Leaving()
    leaving.watch()
    supervise(supervisor, Ticker(POLL_MS), leaving, Teller(as_json, folder / "station" / "station.json"))
    leave(supervisor)


def run_folder(asked: Path | None) -> Path:
    """The folder of the sockets; each process gets one of its own below it."""
    folder = asked or _writable(Path("/run/keel")) or Path(tempfile.mkdtemp(prefix="keel-"))
    try:
        for name in ("guard", "controller", "station"):
            (folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot write in {folder}: {error.strerror}; choose another --run-dir"
        raise CommandError(ExitCode.PERMISSION, what) from None
    (folder / "station" / "station.json").unlink(missing_ok=True)
    return folder.resolve()


def state_folder(asked: Path | None, run: Path) -> Path:
    """Where the ledger lives; beside the sockets only when there is no better place, and that is said."""
    found = asked or _writable(Path("/var/lib/keel/guard"))
    if found is None:
        found = run / "state"
        what = f"keel run: the ledger lies in {found}; a --state-dir that stays keeps the dose"
        print(what, file=sys.stderr)
    return found.resolve()


def _writable(folder: Path) -> Path | None:
    return folder if os.access(folder, os.W_OK) else None


def children(
    table: Path,
    run: Path,
    state: Path,
    records: Path,
    host: str,
    port: int,
    wire_log: Path | None,
    quiet: bool,
) -> dict[str, Child]:
    """The three processes; a dead guard is back after 50 ms. `quiet`: only standard error is passed on."""
    guard, controller, station = (str(run / name) for name in ("guard", "controller", "station"))
    state.mkdir(parents=True, exist_ok=True)
    guard_argv = [sys.executable, "-I", "-m", "safety.guard", "--table", str(table)]
    guard_argv += ["--run-dir", guard, "--state-dir", str(state)]
    if wire_log is not None:
        guard_argv += ["--wire-log", str(wire_log.resolve())]
    own = [sys.executable, "-m", "controller"]
    dirs = ["--guard-dir", guard, "--controller-dir", controller]
    station_argv = [*own, "station", *dirs, "--station-dir", station, "--guard-state-dir", str(state)]
    station_argv += ["--records", str(records.resolve()), "--host", host, "--port", str(port)]
    return {
        "guard": Child(guard_argv, restart_ms=50, first_to_leave=True, quiet=quiet),
        "controller": Child([*own, "controller", "--table", str(table), *dirs], quiet=quiet),
        "station": Child(station_argv, quiet=quiet),
    }


class Teller:
    """Says what happens, to people or to a program."""

    def __init__(self, as_json: bool, station_file: Path) -> None:
        self._as_json = as_json
        self._station_file = station_file
        self._url: str | None = None

    def happening(self, what: Happening) -> None:
        """A child started, died or left."""
        self._say(
            {"event": what.what, "name": what.name, "pid": what.pid, "code": what.code},
            f"{what.name}: {what.what} (exit {what.code})" if what.what == "died" else None,
        )

    def returning(self) -> None:
        """The first signal."""
        self._say({"event": "returning"}, RETURNING)

    def panel(self) -> None:
        """The panel's address, once it is known and whenever it changes."""
        try:
            url = json.loads(self._station_file.read_text())["url"]
        except (OSError, ValueError, KeyError):
            return
        if url != self._url:
            self._url = url
            self._say({"event": "panel", "url": url}, None)  # the station has told people itself

    def _say(self, fields: dict[str, Any], text: str | None) -> None:
        if self._as_json:
            print(json.dumps(fields), flush=True)
        elif text is not None:
            print(text, flush=True)


def supervise(supervisor: Supervisor, ticker: Ticker, leaving: Leaving, teller: Teller) -> None:
    """Until everybody has left."""
    polls = 0
    while not supervisor.finished:
        now_ms = ticker.wait()
        if leaving.asked and not supervisor.ending:
            supervisor.end()
            teller.returning()
        for what in supervisor.poll(now_ms):
            teller.happening(what)
        if polls % 10 == 0 and not supervisor.ending:
            teller.panel()
        polls += 1


def leave(supervisor: Supervisor) -> None:
    """The exit code: of whoever refused to start, else whether the guard ended with the table parked."""
    if supervisor.failed is not None:
        name, code = supervisor.failed
        refuse(name, code)
    if supervisor.codes.get("guard") != 0:
        code = supervisor.codes.get("guard", -1)
        raise CommandError(ExitCode.FAILED, f"the guard ended with {code}; look at the table and at its log")


def refuse(name: str, code: int) -> NoReturn:
    """Pass on why a child did not start; it has said the details itself."""
    raise CommandError(ExitCode(code), f"the {name} did not start (exit {code}); see the line above")

"""A whole simulated system: bench process, guard, controller, station, all real, on real ptys.

`poll` is called again and again by whoever runs a demo or a test; it restarts what has died, as the service
manager on the Pi would, and gathers what guard and simulator say.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from controller.supervisor import Child, Happening, Supervisor
from controller.version import __version__
from firmware_bridge import clock
from hil import demo_table
from hil.known_rider import acquaint
from hil.observer import Observer, Report
from hil.simulator_child import SimulatorChild, SimulatorGone, Truth
from safety.guard import table

PANEL_WITHIN_MS: Final = 60_000
LEAVE_WITHIN_MS: Final = 30_000
RIDERS: Final = ("demo-rider", "rig")  # who rides on a bench has ridden before


@dataclass(frozen=True, slots=True)
class StackSetup:
    """What to start. `run_dir` is the run's folder; sockets lie elsewhere, their paths must be short."""

    run_dir: Path
    name: str
    drive: str = "node"
    gear: str = "a1"
    speed: float = 1.0
    seed: int = 1
    wire_log: Path | None = None


class Stack:
    """Everything that runs, as one thing."""

    def __init__(self, setup: StackSetup) -> None:
        self.setup = setup
        self.report: Report | None = None
        self.truth = Truth(0.0, 0.0, 0.0, 0.0)
        self.fresh: list[Report] = []  # reports of the last poll
        self.moved: list[Truth] = []  # where the table was since the poll before it
        self.start_ms: int | None = None  # now_ms of the first report
        self._abandoned = False
        self._places = Path(tempfile.mkdtemp(prefix="keel-"))
        self._port = free_port()
        self._logs = setup.run_dir / "logs"
        self._logs.mkdir(parents=True)
        self._table = setup.run_dir / "table.toml"
        self._simulator = self._start_simulator()
        self._supervisor = Supervisor(self._children())
        self._observer = Observer(self._places / "guard" / "guard.sock")

    @property
    def granted(self) -> bool:
        """Whether the bench grants the ticks; at speed 1 everybody has the wall's clock."""
        return self.setup.speed != 1.0

    @property
    def panel(self) -> str:
        """The panel's address."""
        return f"http://127.0.0.1:{self._port}/"

    @property
    def station_file(self) -> Path:
        """Where the station says where it is."""
        return self._places / "station" / "station.json"

    @property
    def guard_state(self) -> Path:
        """The guard's ledger, events, ring and mark; inside the run's folder."""
        return self.setup.run_dir / "guard"

    @property
    def pids(self) -> dict[str, int]:
        """Everybody who is alive now."""
        return {**self._supervisor.pids, "simulator": self._simulator.pid}

    @property
    def t_s(self) -> float:
        """Table time."""
        return self.truth.t_s

    def start(self) -> None:
        """Start everybody and wait until the panel answers. Raises SimulatorGone."""
        if self.setup.wire_log is not None:
            self.setup.wire_log.unlink(missing_ok=True)  # a log that is there would be gone on with
        for name in ("guard", "controller", "station"):
            (self._places / name).mkdir()
        self._point_station_to_run()
        self._supervisor.poll(clock.monotonic_ms())
        give_up_ms = clock.monotonic_ms() + PANEL_WITHIN_MS
        while not self.station_file.exists():
            self.poll()
            if self._supervisor.failed is not None or clock.monotonic_ms() > give_up_ms:
                raise SimulatorGone(f"{self._supervisor.failed or 'station'} did not start; see {self._logs}")
            clock.sleep_until_ms(clock.monotonic_ms() + 10)

    def poll(self) -> list[Happening]:
        """Reap, restart, listen. Raises SimulatorGone."""
        happenings = self._supervisor.poll(clock.monotonic_ms())
        self.moved = self._simulator.truths()
        if self.moved:
            self.truth = self.moved[-1]
        self.fresh = self._observer.reports()
        if self.fresh:
            self.report = self.fresh[-1]
            if self.start_ms is None:
                self.start_ms = self.fresh[0]["now_ms"]
        return happenings

    def order(self, order: int) -> bool:
        """STOP, RETURN ... to the guard, as any local client may."""
        return self._observer.order(order)

    def switch(self, name: str, on: bool, amount: float | None = None) -> None:
        """Switch a fault of the simulated table; without an amount, its usual one."""
        self._simulator.tell(do="switch", name=name, on=on, amount=amount)

    def strike(self, role: str, how: str, at_s: float, for_ms: int) -> None:
        """Kill or stop a process at a moment of table time, for so long; on the wall's clock at once."""
        pid = 0 if self.granted else self._supervisor.pids.get(role, 0)
        at_ms = round(at_s * 1_000) if self.granted else 0
        self._simulator.tell(do="strike", role=role, how=how, at_ms=at_ms, for_ms=for_ms, pid=pid)

    @property
    def struck(self) -> list[dict[str, Any]]:
        """Blows that were dealt, oldest first."""
        return self._simulator.struck

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a process a signal."""
        self._supervisor.signal(name, number)

    def end(self, hurries: bool = True) -> None:
        """Begin the end: the guard leaves when the table is parked, the others after it."""
        if not hurries:
            self._simulator.tell(do="no_hurry")
        self._supervisor.end()
        self._simulator.tell(do="closing")

    def abandon(self) -> None:
        """Begin the end of a table that waits for a person who will not come: only the records are closed."""
        self.end(hurries=False)
        self._abandoned = True
        self._supervisor.signal("station", signal.SIGTERM)

    @property
    def ended(self) -> bool:
        """Whether guard, controller and station have left; of an abandoned table, the station."""
        if self._abandoned:
            return "station" not in self._supervisor.pids
        return self._supervisor.finished

    def close(self) -> None:
        """The simulator ends last; whoever still runs is killed."""
        for name in self._supervisor.pids:
            self._supervisor.signal(name, signal.SIGKILL)
        self._observer.close()
        self._simulator.leave()
        self._supervisor.poll(clock.monotonic_ms())
        shutil.rmtree(self._places, ignore_errors=True)

    def _start_simulator(self) -> SimulatorChild:
        setup, ports = self.setup, self._places / "ports"
        words = [
            "--ports",
            str(ports),
            "--drive",
            setup.drive,
            "--gear",
            setup.gear,
            "--seed",
            str(setup.seed),
        ]
        if self.granted:
            words += ["--speed", str(setup.speed), "--clock", str(self._clock)]
        simulator = SimulatorChild(words, self._logs / "simulator.log")
        simulator.wait_ready()
        wires = demo_table.DRIVES[setup.drive]
        text = demo_table.text(setup.drive, setup.gear, {name: ports / name for name in wires})
        self._table.write_text(text)
        acquaint(self.guard_state, table.load(self._table).sha256, *RIDERS)
        return simulator

    @property
    def _clock(self) -> Path:
        return self._places / "clock.sock"

    def _children(self) -> dict[str, Child]:
        words = {name: [*self._interpreter(name), *words] for name, words in self._words().items()}
        if shutil.which("setpriv"):  # nobody outlives the demo, whatever ends it
            words = {name: ["setpriv", "--pdeathsig", "KILL", *argv] for name, argv in words.items()}
        return {
            "guard": Child(words["guard"], 50, first_to_leave=True, log=self._logs / "guard.log"),
            "controller": Child(words["controller"], 200, log=self._logs / "controller.log"),
            "station": Child(words["station"], 200, log=self._logs / "station.log"),
        }

    def _interpreter(self, name: str) -> list[str]:
        if self.granted:
            isolated = ["-I"] if name == "guard" else []
            return [sys.executable, *isolated, "-m", f"hil.granted.{name}", "--clock", str(self._clock)]
        if name == "guard":
            return [sys.executable, "-I", "-m", "safety.guard"]
        return [sys.executable, "-m", "controller", name]

    def _words(self) -> dict[str, list[str]]:
        setup = self.setup
        dirs = {name: str(self._places / name) for name in ("guard", "controller", "station")}
        log = ["--wire-log", str(setup.wire_log)] if setup.wire_log else []
        state = "--guard-state" if self.granted else "--guard-state-dir"
        guard = ["--run-dir", dirs["guard"], "--state-dir", str(self.guard_state), *log]
        both = ["--guard-dir", dirs["guard"], "--controller-dir", dirs["controller"]]
        station = ["--station-dir", dirs["station"], "--records", str(setup.run_dir.parent)]
        named = ["--run-name", setup.name, "--port", str(self._port), state, str(self.guard_state)]
        return {
            "guard": ["--table", str(self._table), *guard],
            "controller": ["--table", str(self._table), *both],
            "station": [*both, *station, *named],
        }

    def _point_station_to_run(self) -> None:
        """The run's folder is ours: the station finds it as a run that goes on."""
        run = {"name": self.setup.name, "started_wall_s": clock.wall_s(), "keel": __version__}
        (self.setup.run_dir / "run.json").write_text(json.dumps(run) + "\n")
        pointer = {"folder": str(self.setup.run_dir.resolve())}
        (self._places / "station" / "open_run.json").write_text(json.dumps(pointer) + "\n")


def free_port() -> int:
    """A loopback port that nobody uses now; a restarted station takes it again."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port

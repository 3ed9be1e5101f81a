"""The whole product in lockstep: how many times real time on one core, and where the time goes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from hil.benchmarks.measure import Figure, thread_us, yardstick_ns
from hil.compiled import packages
from hil.rigs.lockstep import TICK_MS, Lockstep, LockstepSetup
from simulator.setup import RiderSetup, WorldSetup

DRIVES: Final = ("node", "blvr")
RIDE_TICKS: Final = 9_000  # three minutes of table time: all the way down, head-down, and up again
RIDER: Final = RiderSetup(mounted=True, dismounts_after_s=None)
TICKS_A_BLOCK: Final = 500
TARGET: Final = {"node": 150.0}
RIDE: Final = "import sys; from hil.benchmarks.lockstep import ride; print(*ride(sys.argv[1], None)[:2])"
NOT_COMPILED: Final = "Not compiled: ./dev compile, then this rides what the workers of a campaign ride, too."
PROGRAMME: Final = Path(__file__).parents[2] / "controller/programmes/gentle.toml"


class Stopwatch:
    """CPU time of some calls by name, what they call in turn deducted."""

    def __init__(self) -> None:
        self.spent_us: dict[str, float] = {}
        self._inner_us = 0.0

    def on(self, thing: Any, method: str, name: str) -> None:
        """Watch one method of one object from now on."""
        setattr(thing, method, self._watched(getattr(thing, method), name))

    def _watched(self, work: Callable[..., Any], name: str) -> Callable[..., Any]:
        def watched(*given: Any, **named: Any) -> Any:
            outer, self._inner_us, began = self._inner_us, 0.0, thread_us()
            try:
                return work(*given, **named)
            finally:
                taken = thread_us() - began
                self.spent_us[name] = self.spent_us.get(name, 0.0) + taken - self._inner_us
                self._inner_us = outer + taken

        return watched


def ride(drive: str, watch: Stopwatch | None) -> tuple[float, str, str]:
    """CPU of a tick over the ride, the telemetry's hash, and where the ride led."""
    with tempfile.TemporaryDirectory(prefix="keel-bench-") as folder:
        world = WorldSetup(drive=drive, rider=RIDER)
        setup = LockstepSetup(PROGRAMME.read_text(encoding="utf-8"), "beginner", world)
        product = Lockstep(setup, Path(folder))
        if watch is not None and product.guard is not None:
            watch.on(product.guard._devices, "take", "drivers and codecs")
            watch.on(product.guard._devices, "send", "drivers and codecs")
            watch.on(product.guard, "tick", "guard and rules")
            watch.on(product.controller, "tick", "controller")
            watch.on(product.panel, "pump", "panel")
            watch.on(product.world.table.plant, "advance", "plant")
            watch.on(product.world, "advance", "world and devices")
        spent_us, angles = 0.0, [product.world.truth.angle_deg]
        for _ in range(RIDE_TICKS // TICKS_A_BLOCK):
            began = thread_us()
            for _ in range(TICKS_A_BLOCK):
                product.tick()
            spent_us += thread_us() - began
            angles.append(product.world.truth.angle_deg)
        said = product.telemetry_hash
        product.close()
    where = f"from {angles[0]:.0f} to {max(angles):+.0f} and back to {angles[-1]:.0f} deg"
    return spent_us / RIDE_TICKS, said, where


def compiled(drive: str) -> tuple[float, str] | None:
    """CPU of a tick of the same ride by compiled modules, in its own process, and its telemetry's hash."""
    folder = packages.there()
    if folder is None:
        return None
    command = (sys.executable, "-P", "-c", RIDE, drive)
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True, check=True)
    tick_us, said = done.stdout.split()
    return float(tick_us), said


def whole(drive: str, name: str, tick_us: float, pace: float, note: str) -> Figure:
    """The ratio to real time."""
    ratio = TICK_MS * 1_000 / tick_us
    figure = Figure(f"lockstep, drive {drive}", name, ratio, "x real time", pace, note)
    return figure.compared(figure._replace(name="real time", value=1.0), ratio, TARGET.get(drive))


def figures() -> list[Figure]:
    """Each drive: the ratio to real time, the sources and compiled, then again under the stopwatch."""
    found = []
    for drive in DRIVES:
        pace = yardstick_ns()
        tick_us, first, where = ride(drive, None)
        fast = compiled(drive)
        watch = Stopwatch()
        _, second, _ = ride(drive, watch)
        same = "the same telemetry twice" if first == second else "TELEMETRY DIFFERS BETWEEN TWO RUNS"
        same = f"fast fidelity, 50 Hz, {where}; {same}"
        found.append(whole(drive, "whole product", tick_us, pace, same))
        if fast is not None:
            note = "the same telemetry" if fast[1] == first else "TELEMETRY DIFFERS FROM THAT OF THE SOURCES"
            found.append(whole(drive, "whole product, compiled", fast[0], pace, note))
        total = sum(watch.spent_us.values())
        for name, spent_us in sorted(watch.spent_us.items(), key=lambda item: -item[1]):
            share = 100.0 * spent_us / total
            found.append(Figure(f"lockstep, drive {drive}", name, share, "% of the tick", pace))
    return found

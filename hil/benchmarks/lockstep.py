"""The whole product in lockstep: how many times real time on one core, and where the time goes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from hil.benchmarks.measure import Figure, thread_us, yardstick_ns
from hil.rigs.lockstep import TICK_MS, Lockstep, LockstepSetup
from simulator.setup import RiderSetup, WorldSetup

DRIVES: Final = ("node", "blvr")
RIDE_TICKS: Final = 9_000  # three minutes of table time: all the way down, head-down, and up again
RIDER: Final = RiderSetup(mounted=True, dismounts_after_s=None)
TICKS_A_BLOCK: Final = 500
TARGET: Final = {"node": 150.0}
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


def figures() -> list[Figure]:
    """Each drive: the ratio to real time, then a second run of the same seed under the stopwatch."""
    found = []
    for drive in DRIVES:
        group, pace = f"lockstep, drive {drive}", yardstick_ns()
        tick_us, first, where = ride(drive, None)
        watch = Stopwatch()
        _, second, _ = ride(drive, watch)
        same = "the same telemetry twice" if first == second else "TELEMETRY DIFFERS BETWEEN TWO RUNS"
        same = f"fast fidelity, 50 Hz, {where}; {same}"
        whole = Figure(group, "whole product", TICK_MS * 1_000 / tick_us, "x real time", pace, same)
        real = whole._replace(name="real time", value=1.0)
        found.append(whole.compared(real, whole.value, TARGET.get(drive)))
        total = sum(watch.spent_us.values())
        for name, spent_us in sorted(watch.spent_us.items(), key=lambda item: -item[1]):
            found.append(Figure(group, name, 100.0 * spent_us / total, "% of the tick", pace))
    return found

"""Faults of the machine that runs the product: processes gone or late, a wrong calendar, a sick disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from hil.rigs import disk
from hil.rigs.lockstep import TICK_MS, Lockstep
from simulator.fault_record import Severity

EVERY_TICKS: Final = 25  # twice a second
YEAR_S: Final = 3_600.0 * 24 * 365


class HostFault(NamedTuple):
    """One row. `act` is called once with the time it lasts in ms and the severity, `each` before every tick
    with the ticks since and the severity; `effect` says that it is real."""

    what: str
    act: Callable[[Lockstep, int, float], None] | None
    each: Callable[[Lockstep, int, float], None] | None = None
    effect: Callable[[Lockstep], bool] = lambda _: True
    severity: Severity | None = None


def _kill(name: str) -> HostFault:
    return HostFault(
        f"kill -9 of the {name}",
        lambda rig, lasts_ms, amount: rig.kill(name),
        effect=lambda rig: not rig.runs(name),
    )


def _stop(name: str) -> HostFault:
    return HostFault(
        f"SIGSTOP of the {name}",
        lambda rig, lasts_ms, amount: rig.stop(name, lasts_ms),
        effect=lambda rig: not rig.runs(name),
    )


def _late(rig: Lockstep, ticks: int, amount: float) -> None:
    if ticks % EVERY_TICKS == 0:
        rig.stop("guard", round(amount / TICK_MS) * TICK_MS)


def _held_up(rig: Lockstep, ticks: int, amount: float) -> None:
    rig.held_up_ms = round(amount) if ticks % EVERY_TICKS == 0 else 0


def _jump(rig: Lockstep, lasts_ms: int, amount: float) -> None:
    rig.wall_jump_s = round(amount)


def _full(rig: Lockstep, lasts_ms: int, amount: float) -> None:
    rig.disk = disk.full


def _read_only(rig: Lockstep, lasts_ms: int, amount: float) -> None:
    rig.disk = partial(disk.read_only, rig.folder)


HOST_FAULTS: Final = {
    "kill_guard": _kill("guard"),
    "kill_controller": _kill("controller"),
    "kill_station": _kill("station"),
    "stop_guard": _stop("guard"),
    "stop_controller": _stop("controller"),
    "stop_station": _stop("station"),
    "late_guard": HostFault(
        "two ticks a second of the guard come late",
        None,
        _late,
        lambda rig: not rig.runs("guard"),
        Severity("ms", 40.0, 80.0, 60.0),
    ),
    "held_up_guard": HostFault(
        "twice a second the guard is held up between judgement and write",
        None,
        _held_up,
        lambda rig: rig.held_up_ms > 0,
        Severity("ms", 40.0, 1_000.0, 160.0),
    ),
    "clock_jump": HostFault(
        "the calendar is wrong from now on",
        _jump,
        None,
        lambda rig: rig.wall_asked_wrong > 0,
        Severity("s", -10 * YEAR_S, 10 * YEAR_S, -YEAR_S),
    ),
    "disk_full": HostFault("no file of the guard can grow", _full, None, lambda rig: rig.disk_refused),
    "disk_readonly": HostFault(
        "the guard's folder can only be read", _read_only, None, lambda rig: rig.disk_refused
    ),
}

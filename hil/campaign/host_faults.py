"""Faults of the machine that runs the product: processes gone or late, a wrong calendar, a full disk."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from typing import Final, NamedTuple

from hil.rigs.lockstep import TICK_MS, Lockstep

LATE_MS: Final = 60  # a tick that begins so late is counted; 100 ms would be a trip
LATE_EVERY_TICKS: Final = 25
HELD_UP_MS: Final = 160  # stopped between judgement and write
JUMP_S: Final = -3_600 * 24 * 365


class HostFault(NamedTuple):
    """One row. `act` is called once, `each` before every tick while it is on, `effect` says it is real."""

    what: str
    act: Callable[[Lockstep, int], None] | None  # with the time it lasts, ms
    each: Callable[[Lockstep, int], None] | None = None  # with the ticks since it began
    effect: Callable[[Lockstep], bool] = lambda _: True
    process: str = ""


def _kill(name: str) -> HostFault:
    return HostFault(
        f"kill -9 of the {name}",
        lambda rig, lasts_ms: rig.kill(name),
        effect=lambda rig: not rig.runs(name),
        process=name,
    )


def _stop(name: str) -> HostFault:
    return HostFault(
        f"SIGSTOP of the {name}",
        lambda rig, lasts_ms: rig.stop(name, lasts_ms),
        effect=lambda rig: not rig.runs(name),
        process=name,
    )


def _late(rig: Lockstep, ticks: int) -> None:
    if ticks % LATE_EVERY_TICKS == 0:
        rig.stop("guard", LATE_MS // TICK_MS * TICK_MS)


def _held_up(rig: Lockstep, ticks: int) -> None:
    rig.held_up_ms = HELD_UP_MS if ticks % LATE_EVERY_TICKS == 0 else 0


def _jump(rig: Lockstep, lasts_ms: int) -> None:
    rig.wall_jump_s = JUMP_S


def _full(rig: Lockstep, lasts_ms: int) -> None:
    rig.disk_full = True


def disk_refuses() -> bool:
    """Whether a write to a file fails in a process whose files may not grow."""
    descriptor = os.memfd_create("keel-probe")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        os.write(descriptor, b"x")
    except OSError:
        return True
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        os.close(descriptor)
    return False


HOST_FAULTS: Final = {
    "kill_guard": _kill("guard"),
    "kill_controller": _kill("controller"),
    "kill_station": _kill("station"),
    "stop_guard": _stop("guard"),
    "stop_controller": _stop("controller"),
    "stop_station": _stop("station"),
    "late_guard": HostFault(
        "two ticks a second of the guard come 60 ms late", None, _late, lambda rig: not rig.runs("guard")
    ),
    "held_up_guard": HostFault(
        "twice a second the guard is held up for 160 ms between judgement and write",
        None,
        _held_up,
        lambda rig: rig.held_up_ms > 0,
    ),
    "clock_jump": HostFault(
        "the calendar goes back by a year", _jump, None, lambda rig: rig.wall_jump_s != 0
    ),
    "disk_full": HostFault(
        "no file of the guard can grow", _full, None, lambda rig: rig.disk_full and disk_refuses()
    ),
}

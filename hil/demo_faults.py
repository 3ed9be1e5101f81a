"""The faults a demo can be asked for: those of the simulated table, and of the real processes around it."""

from __future__ import annotations

import resource
import signal
from typing import Final

from hil.campaign.host_faults import HOST_FAULTS
from hil.fault_words import Moment, Switch, parse
from hil.stack import Stack
from simulator.setup import WorldSetup
from simulator.world import World

PROCESSES: Final = ("guard", "controller", "station")
KILLS: Final = {f"kill_{name}": name for name in PROCESSES}
STOPS: Final = {f"stop_{name}": name for name in PROCESSES}
DISK_FULL: Final = "disk_full"
HERE: Final = (*KILLS, *STOPS, DISK_FULL)
CAMPAIGN_ONLY: Final = tuple(name for name in HOST_FAULTS if name not in HERE)


def read(texts: list[str], drive: str) -> tuple[Moment, ...]:
    """All `--fault` words of a demo. Raises ValueError with what is allowed."""
    there = World(WorldSetup(drive=drive)).faults.names()
    for text in texts:
        name = text.partition("@")[0].partition("=")[0]
        if name in CAMPAIGN_ONLY:
            raise ValueError(f"--fault {text}: {name} is for campaigns only: keel campaign --faults {name}")
    return tuple(parse(text, (*there, *HERE), tuple(KILLS)) for text in texts)


def act(stack: Stack, switch: Switch) -> None:
    """Make it so in running processes."""
    name = switch.name
    if name in KILLS:
        stack.kill(KILLS[name])
    elif name in STOPS:
        stack.kill(STOPS[name], signal.SIGSTOP if switch.on else signal.SIGCONT)
    elif name == DISK_FULL:
        _disk(stack, switch.on)
    else:
        stack.switch(name, switch.on, switch.amount)


def _disk(stack: Stack, full: bool) -> None:
    """No file of the guard can grow, as on a full disk; until it is started anew."""
    pid = stack.pids.get("guard")
    if pid is not None:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0 if full else hard, hard))

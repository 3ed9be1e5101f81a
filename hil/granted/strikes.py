"""What the bench does to the processes of a session: kill -9 and SIGSTOP at a moment of table time.

On the granted clock it knows everybody by their connection; on the wall's clock it is told a process id.
A stopped process gets no turns until it goes on, so that the stop lasts its time at any speed; a killed one
stays away for so long, on the wall's clock only until its supervisor has started it again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any, NamedTuple

from hil.granted.barrier import Barrier


class Strike(NamedTuple):
    """One blow."""

    role: str  # guard | controller | station
    how: str  # kill | stop
    at_ms: int  # table time; 0 = at once
    for_ms: int  # of a stop; killed and not back before
    pid: int = 0  # on the wall's clock


class Strikes:
    """Blows to come and stops that last. `tell` gets a line for each blow."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self._due: list[Strike] = []
        self._stopped: list[tuple[int, int]] = []  # until when, who

    def add(self, order: dict[str, Any]) -> None:
        """An order of the bench's stdin."""
        self._due.append(Strike(*(order.get(name, 0) for name in Strike._fields)))

    def tick(self, now_ms: int, guard_ms: int, barrier: Barrier | None) -> None:
        """Do what is due. `guard_ms` is this moment on the guard's clock."""
        for until_ms, pid in [one for one in self._stopped if now_ms >= one[0]]:
            self._stopped.remove((until_ms, pid))
            self._send(pid, signal.SIGCONT)
        for one in [one for one in self._due if now_ms >= one.at_ms]:
            self._due.remove(one)
            pid = one.pid if barrier is None else barrier.pid(one.role)
            hit = pid != 0 and self._strike(one, pid, now_ms, barrier)
            facts = {"role": one.role, "how": one.how, "for_ms": one.for_ms, "hit": hit}
            self._tell({"event": "struck", "t_s": now_ms / 1_000, "guard_ms": guard_ms, **facts})

    def _strike(self, one: Strike, pid: int, now_ms: int, barrier: Barrier | None) -> bool:
        if one.how == "kill":
            if barrier is not None:
                barrier.keep_away(one.role, now_ms + one.for_ms)
            return self._send(pid, signal.SIGKILL)
        if not self._send(pid, signal.SIGSTOP):
            return False
        self._stopped.append((now_ms + one.for_ms, pid))
        if barrier is not None:
            barrier.hold(one.role, now_ms + one.for_ms)
        return True

    @staticmethod
    def _send(pid: int, number: int) -> bool:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

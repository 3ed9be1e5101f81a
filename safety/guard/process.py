"""The loop of the process: tick by tick until the guard may leave; signals, supervisor, favours."""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import Final, Protocol

from safety.guard.guard import Guard
from safety.guard.inhibit import Inhibitor

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PING_MS: Final = 500  # WatchdogSec is 2 s
FIFO_PRIORITY: Final = 50
_MCL_CURRENT: Final = 1
_MCL_FUTURE: Final = 2


class Ticker(Protocol):
    """Where ticks come from: the wall's clock, or a bench that grants them."""

    def wait(self) -> int:
        """Wait for the next tick; `now_ms`."""
        ...

    def done(self) -> None:
        """The tick is finished."""
        ...


def run(guard: Guard, ticker: Ticker, inhibitor: Inhibitor | None = None) -> None:
    """Tick until the guard is parked and asked to leave. READY and WATCHDOG come only from a judged tick."""
    supervisor = Supervisor(os.environ.get("NOTIFY_SOCKET"))
    restore = _on_signals(guard.request_return)
    try:
        while not guard.finished:
            now_ms = ticker.wait()
            guard.tick(now_ms)
            supervisor.judged(now_ms)
            if inhibitor is not None:
                inhibitor.follow(guard.away)
            ticker.done()
        supervisor.leaving()
    finally:
        restore()
        supervisor.close()
        if inhibitor is not None:
            inhibitor.close()


class Supervisor:
    """systemd's notification socket: one datagram a word, never waiting."""

    def __init__(self, address: str | None) -> None:
        self._address = ("\0" + address[1:] if address.startswith("@") else address) if address else None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if address else None
        if self._socket is not None:
            self._socket.setblocking(False)
        self._pinged_ms: int | None = None

    def judged(self, now_ms: int) -> None:
        """A tick has been judged."""
        if self._pinged_ms is None:
            self._say(b"READY=1\nWATCHDOG=1")
        elif now_ms - self._pinged_ms < PING_MS:
            return
        else:
            self._say(b"WATCHDOG=1")
        self._pinged_ms = now_ms

    def leaving(self) -> None:
        """The table is parked, the process ends."""
        self._say(b"STOPPING=1")

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()

    def _say(self, words: bytes) -> None:
        if self._socket is None or self._address is None:
            return
        try:
            self._socket.sendto(words, self._address)
        except OSError:
            # No supervisor is no reason to let go of anybody.
            return


def settle() -> list[str]:
    """Keep the machine from pausing this process; returns what it would not grant, in words for a person."""
    gc.collect()
    gc.freeze()
    gc.disable()
    missing = []
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(FIFO_PRIORITY))
    except (OSError, AttributeError) as error:
        missing.append(f"no real-time scheduling ({error}); other programs may delay a tick")
    if (refused := _lock_memory()) is not None:
        missing.append(f"memory is not locked ({refused}); swapping may delay a tick")
    return missing


def _lock_memory() -> str | None:
    # ctypes is loaded for this one call: there is no other way in the standard library.
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) == 0:
        return None
    return os.strerror(ctypes.get_errno())


def _on_signals(act: Callable[[], None]) -> Callable[[], None]:
    """Let every ending signal mean RETURN; a second one changes nothing."""

    def handler(number: int, frame: object) -> None:
        act()

    before = {number: signal.signal(number, handler) for number in SIGNALS}

    def restore() -> None:
        for number, was in before.items():
            signal.signal(number, was)

    return restore


def tell(line: str) -> None:
    """One line on stdout, or none: a reader that is gone or too slow is not waited for."""
    data = line.encode() + b"\n"
    try:
        # A pipe that is ready takes PIPE_BUF bytes without waiting.
        if len(data) <= select.PIPE_BUF and select.select([], [sys.stdout], [], 0)[1]:
            os.write(sys.stdout.fileno(), data)
    except (OSError, ValueError):
        return


def say(text: str) -> None:
    """One line for a person."""
    print(f"keel guard: {text}", file=sys.stderr, flush=True)

"""The only place that reads or waits for a clock. Everything else takes time as an argument."""

from __future__ import annotations

import time


def monotonic_ms() -> int:
    """Milliseconds of the machine's monotonic clock, the same in all its processes."""
    return time.monotonic_ns() // 1_000_000


def monotonic_us() -> int:
    """Microseconds of the machine's monotonic clock."""
    return time.monotonic_ns() // 1_000


def cpu_us() -> int:
    """CPU time of this process in microseconds, for the cost of a tick."""
    return time.process_time_ns() // 1_000


def wall_s() -> int:
    """Seconds since 1970 by the wall clock; for ledger entries and names of folders only."""
    return int(time.time())


def sleep_until_ms(deadline_ms: int) -> None:
    """Sleep until the monotonic clock reads `deadline_ms`; return at once if it has passed."""
    left_s = deadline_ms / 1_000 - time.monotonic()
    if left_s > 0:
        time.sleep(left_s)


class Ticker:
    """The wall's clock as a source of ticks: `wait()` sleeps to the next period and says what time it is.

    A tick that comes late does not shift the ones after it; ticks that were missed whole are left out.
    """

    def __init__(self, period_ms: int) -> None:
        self.period_ms = period_ms
        self._next_ms = monotonic_ms()

    def wait(self) -> int:
        """Sleep until the next tick is due; returns `now_ms`."""
        sleep_until_ms(self._next_ms)
        now_ms = monotonic_ms()
        missed = (now_ms - self._next_ms) // self.period_ms
        self._next_ms += self.period_ms * (missed + 1)
        return now_ms

    def done(self) -> None:
        """Say that the tick is finished; nobody waits for it on the wall's clock."""

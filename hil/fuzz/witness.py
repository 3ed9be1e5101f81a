"""A process that only wakes up fifty times a second, with the guard's priority, and says when it was late.

Where it was late too, the machine was to blame and not the guard.
"""

from __future__ import annotations

from firmware_bridge import clock
from safety.guard.process import settle

LATE_MS = 60


def main() -> None:
    """For ever: one line for each lateness, its moment and length in milliseconds."""
    settle()
    ticker = clock.Ticker(20)
    then_ms = ticker.wait()
    while True:
        now_ms = ticker.wait()
        if now_ms - then_ms > LATE_MS:
            print(now_ms, now_ms - then_ms, flush=True)
        then_ms = now_ms


if __name__ == "__main__":
    main()

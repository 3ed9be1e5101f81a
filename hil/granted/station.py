"""The station on the bench's clock: the same parts, pumped at each grant. `python -m hil.granted.station`."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from controller.station.compose import Settings, build, serve
from hil.granted.ticker import ClockGone, GrantedTicker


class GrantedTicks:
    """The clock's socket as a source of ticks for an event loop."""

    def __init__(self, ticker: GrantedTicker) -> None:
        self._ticker = ticker

    async def ticks(self) -> AsyncIterator[int]:
        """`now_ms` of each grant, until the bench leaves."""
        loop = asyncio.get_running_loop()
        connection = self._ticker.connect()
        connection.setblocking(False)
        try:
            while True:
                yield self._ticker.accept(await loop.sock_recv(connection, 1_024))
        except ClockGone:
            return
        finally:
            connection.close()

    def done(self) -> None:
        """Give the turn back."""
        self._ticker.done()


def main() -> None:
    """Run until SIGTERM or until the bench leaves."""
    parser = argparse.ArgumentParser(prog="hil.granted.station")
    for name in ("guard-dir", "controller-dir", "station-dir", "records", "guard-state", "clock"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--run-name", required=True)
    parser.add_argument("--port", type=int, default=0)
    words = parser.parse_args()
    settings = Settings(
        words.guard_dir,
        words.controller_dir,
        words.station_dir,
        words.records,
        words.run_name,
        "127.0.0.1",
        words.port,
        words.guard_state,
    )
    asyncio.run(serve(build(settings), GrantedTicks(GrantedTicker(words.clock, "station"))))


if __name__ == "__main__":
    main()

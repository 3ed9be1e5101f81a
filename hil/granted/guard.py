"""The guard on the bench's clock: the same `Guard`, another ticker. `python -I -m hil.granted.guard`.

Only here, in `hil`, can such a clock be put in; `keel guard` cannot reach it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from firmware_bridge import clock
from firmware_bridge.config import Parity
from firmware_bridge.link.serial_port import open_serial
from firmware_bridge.ports import ByteLink
from hil.granted.ticker import ClockGone, GrantedTicker
from safety.guard import compose, process
from safety.guard.guard import Clocks


def main(words: list[str]) -> int:
    """Arguments as `keel guard`, with `--clock SOCKET` in front."""
    if words[:1] != ["--clock"]:
        print("hil.granted.guard: --clock SOCKET comes first", file=sys.stderr)
        return 64
    ticker = GrantedTicker(Path(words[1]), "guard")

    def open_link(port: str, baud: int, parity: Parity) -> ByteLink:
        return ticker.counted(open_serial(port, baud, parity))

    clocks = Clocks(lambda: ticker.now_ms, clock.cpu_us)
    guard = compose.build(
        compose.arguments(words[2:]), open_link, clocks, lambda line: print(line, flush=True)
    )
    try:
        process.run(guard, ticker)
    except ClockGone:
        return 1
    finally:
        guard.close()
    return 0


def say(line: str) -> None:
    """What the guard tells goes to its log."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

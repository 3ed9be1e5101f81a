"""The simulator as a process: the world behind its ptys, and at any speed but 1 also the clock of everybody.

It reads a JSON object a line on stdin: {"do": "switch", "name", "on", "amount"}, {"do": "closing"},
"no_hurry", "quit".
It tells on stdout: {"event": "ready"} once, then {"event": "truth", ...} ten times a second of table time.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from firmware_bridge import clock
from hil.granted.barrier import TICK_MS, Barrier
from hil.granted.member import Member
from hil.granted.packets import Done
from hil.granted.strikes import Strikes
from hil.head_down import HeadDown
from hil.pace import Pace
from simulator.plant.params import GEARS
from simulator.ports import PtyServer
from simulator.setup import RiderSetup, WorldSetup
from simulator.sides import SIDES
from simulator.world import World

TRUTH_EVERY_MS: Final = 100
WALL_STEP_MS: Final = 4
EVERYBODY_WITHIN_MS: Final = 60_000
SETTLE_WITHIN_MS: Final = 1_000


class Orders:
    """Lines on stdin, as far as they have come. Its end is a "quit": whoever started us is gone."""

    def __init__(self) -> None:
        self._rest = b""
        os.set_blocking(0, False)
        self._poll = select.poll()
        self._poll.register(0, select.POLLIN | select.POLLHUP)

    def take(self) -> Iterator[dict[str, Any]]:
        """All whole lines that have arrived."""
        while self._poll.poll(0):
            chunk = os.read(0, 65_536)
            if not chunk:
                yield {"do": "quit"}
                return
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            yield from (json.loads(line) for line in lines if line.strip())


class Bench:
    """World, ptys and orders; `advance` takes the table to a moment."""

    def __init__(self, world: World, server: PtyServer) -> None:
        self.world = world
        self.server = server
        self.running = True
        self.closing = False
        self.hurries = True  # faster than the wall's clock, where that is allowed
        self.strikes = Strikes(tell)
        self.head_down = HeadDown()
        self._orders = Orders()
        self._offsets: dict[int, dict[str, tuple[int, int]]] = {}  # produced, consumed when it joined

    def advance(self, now_ms: int) -> None:
        """Integrate to `now_ms` and put on the ptys what has arrived by then."""
        self.world.advance(now_ms * 1_000)
        self.server.pump(now_ms * 1_000)
        self.head_down.look(now_ms, self.world.truth.angle_deg, self.world.truth.rate_dps)
        if now_ms % TRUTH_EVERY_MS < WALL_STEP_MS or now_ms % TRUTH_EVERY_MS == 0:
            self.obey()

    def obey(self) -> None:
        """Do what has been asked for on stdin."""
        for order in self._orders.take():
            if order["do"] == "switch":
                self.world.faults.switch(order["name"], order["on"], order.get("amount"))
            elif order["do"] == "strike":
                self.strikes.add(order)
            elif order["do"] == "closing":
                self.closing = True
            elif order["do"] == "no_hurry":
                self.hurries = False
            elif order["do"] == "quit":
                self.running = False

    def joined(self, member: Member) -> None:
        """Start counting for a new process: what waits on the ptys was meant for the one before it."""
        self.server.drain()
        self._offsets[id(member)] = {
            port: (self.server.counts[port].produced, self.server.counts[port].consumed)
            for port in member.ports
        }

    def produced(self, member: Member) -> tuple[int, ...]:
        """Bytes put on each of its ports since it joined."""
        before = self._offsets[id(member)]
        return tuple(self.server.counts[port].produced - before[port][0] for port in member.ports)

    def settle(self, member: Member, done: Done) -> None:
        """Take from the ptys all that the process says it has written."""
        before = self._offsets[id(member)]
        wanted = [
            (port, before[port][1] + count) for port, count in zip(member.ports, done.written, strict=True)
        ]
        give_up_ms = clock.monotonic_ms() + SETTLE_WITHIN_MS
        while any(self.server.counts[port].consumed < count for port, count in wanted):
            self.server.pump(self.world.now_us)
            if clock.monotonic_ms() > give_up_ms:
                break


def run_granted(bench: Bench, address: Path, speed: float) -> None:
    """Everybody's clock: at most `speed` times real time, at the wall's pace while somebody is missing."""
    barrier = Barrier(address, bench.joined, bench.produced, bench.settle, bench.obey)
    tell({"event": "ready"})
    barrier.wait_for_all(clock.monotonic_ms() + EVERYBODY_WITHIN_MS)
    pace = Pace(speed)
    tick = 0
    while bench.running:
        tick += 1
        now_ms = tick * TICK_MS
        bench.advance(now_ms)
        bench.strikes.tick(now_ms, now_ms, barrier)
        barrier.closing = bench.closing
        barrier.tick(tick, now_ms)
        tell_truth(bench, now_ms, pace.reached)
        pace.wait(TICK_MS, at_wall_pace=not bench.hurries or not (barrier.complete(now_ms) or bench.closing))
    barrier.close()


def run_on_the_wall(bench: Bench) -> None:
    """Speed 1: everybody has a clock of his own, and so has the table."""
    tell({"event": "ready"})
    start_ms = clock.monotonic_ms()
    now_ms = 0
    while bench.running:
        clock.sleep_until_ms(start_ms + now_ms + WALL_STEP_MS)
        then_ms, now_ms = now_ms, clock.monotonic_ms() - start_ms
        bench.advance(now_ms)
        bench.strikes.tick(now_ms, clock.monotonic_ms(), None)
        if now_ms // TRUTH_EVERY_MS != then_ms // TRUTH_EVERY_MS:
            bench.obey()
            tell_truth(bench, now_ms // TRUTH_EVERY_MS * TRUTH_EVERY_MS, 1.0)


def tell_truth(bench: Bench, now_ms: int, reached: float) -> None:
    """Where the table really is; ten times a second of table time."""
    if now_ms % TRUTH_EVERY_MS:
        return
    truth = bench.world.truth
    angle = {"angle_deg": round(truth.angle_deg, 3), "rate_dps": round(truth.rate_dps, 3)}
    more = {"reached": round(reached, 1), "down_s": bench.head_down.last_ms / 1_000}
    tell({"event": "truth", "t_s": now_ms / 1_000, **angle, **more})


def tell(facts: dict[str, Any]) -> None:
    """One line to whoever started us; if nobody reads any more, we are done."""
    try:
        print(json.dumps(facts), flush=True)
    except BrokenPipeError:
        sys.exit(0)


def parse() -> argparse.Namespace:
    """The command line of this process; people use `keel demo` and `keel bench`."""
    parser = argparse.ArgumentParser(prog="hil.bench_process")
    parser.add_argument("--ports", type=Path, required=True, help="folder for the links to the ptys")
    parser.add_argument("--drive", choices=("node", *SIDES), default="node")
    parser.add_argument("--gear", choices=tuple(GEARS), default="a1")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--clock", type=Path, help="socket on which ticks are granted (any speed but 1)")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Run until told to quit."""
    words = parse()
    world = World(WorldSetup(drive=words.drive, gear=words.gear, rider=RiderSetup()), words.seed)
    bench = Bench(world, PtyServer(world, words.ports))
    if words.clock is None:
        run_on_the_wall(bench)
    else:
        run_granted(bench, words.clock, words.speed)


if __name__ == "__main__":
    main()

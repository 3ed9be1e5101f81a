"""A stranger with the guard's priority: is it late itself, and does the guard answer STOP and RETURN at once?

Where this process, which does next to nothing, was late too, the machine was to blame and not the guard.
Lines on stdout: `late MOMENT MS`, `slow MOMENT MS`, `silent MOMENT WHY`, `asked COUNT WORST_MS`.
"""

from __future__ import annotations

import socket
import struct
import sys
from typing import Final

from firmware_bridge import clock
from safety.guard import messages
from safety.guard.process import settle
from safety.observation import ORDER_RETURN, ORDER_STOP

TICK_MS: Final = 20
LATE_MS: Final = 60
ASK_EVERY: Final = 12  # ticks
SLOW_MS: Final = 100
PATIENCE_S: Final = 2


def main(address: str) -> None:
    """For ever."""
    settle()
    ticker = clock.Ticker(TICK_MS)
    then_ms = ticker.wait()
    asked = worst_ms = ticks = 0
    while True:
        now_ms = ticker.wait()
        if now_ms - then_ms > LATE_MS:
            print("late", now_ms, now_ms - then_ms, flush=True)
        ticks += 1
        if ticks % ASK_EVERY == 0:
            asked += 1
            worst_ms = max(worst_ms, ask(address, asked))
            print("asked", asked, worst_ms, flush=True)
            ticker = clock.Ticker(TICK_MS)
        then_ms = clock.monotonic_ms()


def ask(address: str, number: int) -> int:
    """Come, ask, wait for the answer; how long that took in ms."""
    began_ms = clock.monotonic_ms()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        # Blocking, with the kernel's own limits: with a timeout of Python's a full queue is an error at once.
        for limit in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            stranger.setsockopt(socket.SOL_SOCKET, limit, struct.pack("@ll", PATIENCE_S, 0))
        try:
            stranger.connect(address)
            stranger.send(messages.ORDER_LAYOUT.pack((number, ORDER_STOP if number % 2 else ORDER_RETURN)))
            values = messages.REPLY_LAYOUT.unpack(stranger.recv(512))
        except OSError as error:
            print("silent", began_ms, error, flush=True)
            return 0
    took_ms = clock.monotonic_ms() - began_ms
    if values is None or values[:2] != (number, 1):
        print("silent", began_ms, f"answered by {values}", flush=True)
    if took_ms > SLOW_MS:
        print("slow", began_ms + took_ms, took_ms, flush=True)
    return took_ms


if __name__ == "__main__":
    main(sys.argv[1])

"""The page docs/reference/node.md from the code: `python -m hil.node.page > docs/reference/node.md`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

from firmware_bridge.codec.node_frames import FIELDS, Field
from firmware_bridge.node import protocol
from firmware_bridge.node.watchdog import EARLIEST_MS
from firmware_bridge.readings import InputsReading as DriveInputs
from hil.node import flash, players

SIZES: Final = {"B": "u8", "H": "u16", "h": "i16", "I": "u32", "32s": "32 bytes"}

HEAD: Final = """\
# The node

Written from the code by `python -m hil.node.page > docs/reference/node.md`; a test compares.

The node is our own motor controller: a microcontroller beside the motor with MicroPython, whose source
(`firmware_bridge/node/`) also runs under CPython as the virtual node of every simulated table. It obeys the
guard while the guard proves each tick that its checks ran, and brings the rider home alone when it does not.

It has never run on a board: only under CPython and under MicroPython on a computer. `keel node test` plays
the same 12,000 ticks of 10 ms (bad bytes, a dead host, e-stop, RETURN, failing sensors, resets) through
every Python at hand and compares each byte sent, duty, brake and state; `keel node flash --board rp2040`
copies the source to a board ([boards](#boards)); `keel node info --port PORT` asks a node who it is and moves
nothing.

## States
"""

STATES: Final = (
    (protocol.DISARMED, "disarmed", "stopped, brake closed; RETURN held moves it if no host is there"),
    (protocol.ARMED, "armed", "moves and holds as the host says, each tick anew"),
    (protocol.OWN_RETURN, "own return", "comes home alone in stages, or by hand while RETURN is held"),
    (protocol.UNPOWERED, "unpowered", "cut by the host or the e-stop chain; a MOVE or STOP brings it back"),
    (protocol.FAULT, "fault", "torque cut by the node itself; a COMMAND without ARM clears it"),
)
ROWS: Final = (
    ("disarmed", "armed", "ARM in a COMMAND with a good answer, limits written, e-stop chain closed"),
    ("armed", "own return", "no good answer for the window, a session is open"),
    ("armed", "disarmed", "no good answer for the window, no session is open; or ARM taken away"),
    ("armed, own return", "unpowered", "CUT, or the e-stop chain opens (ramp, then power off)"),
    ("unpowered", "armed", "MOVE or STOP with a good answer, e-stop chain closed"),
    ("own return", "armed", "MOVE or STOP with TAKEOVER and a good answer"),
    ("own return", "disarmed", "parked"),
    (
        "any with power",
        "fault",
        "faster than 10 deg/s, 1 deg head-down against the command, or driven back at its limit: torque cut",
    ),
    ("own return", "fault", "no angle for 100 ms: stops, closes the brake"),
    ("fault", "own return", "alone with an open session and an angle for 5 s, once"),
    ("fault", "disarmed", "a COMMAND without ARM"),
)
STAGES: Final = (
    (protocol.STAGE_NONE, "none"),
    (protocol.TO_REST, "to rest"),
    (protocol.REST_PAUSE, "pause at rest"),
    (protocol.TO_MID, "to the middle stop"),
    (protocol.MID_PAUSE, "pause there"),
    (protocol.TO_PARK, "to park"),
    (protocol.PARKED, "parked"),
    (protocol.BY_HAND, "by hand: RETURN is held"),
)
FAULTS: Final = (
    (protocol.NO_ANGLE, "no angle", "no automatic motion; a held RETURN creeps up by the motor's back-EMF"),
    (protocol.OVER_SPEED, "too fast", "or driven back at 1.5 deg/s at its current limit; torque cut"),
    (protocol.ENCODER_FROZEN, "encoder frozen", "goes on by the inclinometer, not faster than 1.8 deg/s"),
    (protocol.STORE_FAILED, "flash", "what should outlive a reset is not kept"),
    (protocol.ENCODER_JUMPED, "encoder jumped", "further in a sample than a table can; by the inclinometer"),
    (protocol.ENCODER_OFF, "encoder off", "3 deg from the inclinometer for 200 ms; by the inclinometer"),
    (
        protocol.WRONG_WAY,
        "wrong way",
        "1 deg head-down against the command, 4 A before the brake opens, or the encoder counts back; cut",
    ),
    (
        protocol.CURRENT_OFF,
        "current off",
        "noisy, or 6 A and half off what duty and speed give, which it goes by",
    ),
)
ANGLES: Final = """\
An angle that is doubted stays so until the node is armed anew at a standstill with both in agreement. Of two
that are 3 deg apart the one is doubted that the rest or the park switch contradicts, else an inclinometer
that has just jumped; where nothing says it the host does, and alone the encoder is doubted. Of two that are
1 deg apart the one is doubted that is further from the place where a switch changes over; and behind a closed
brake the one that moves alone. A table that stands with a doubt about its angles, or while they come apart by
0.3 deg, is held by its brake, not by the motor, which would follow. A doubted encoder is withdrawn from
STATUS: what nobody follows is no angle.

By hand the table stops at rest, pauses there, and wants RETURN to be pressed again; without an angle the rest
and the park switch say where it is, and a load too heavy to judge the rate by stands still. STOP ends motion
by hand, and RETURN is to be pressed anew; an own return stands while STOP is held, for ten seconds. A STOP
held for longer than a minute (ten seconds) hangs, and keeps nobody from coming home.

Quick changes of the rate are felt by the motor's back-EMF, which is never late: they damp the loop where the
angle is late or slow. A loop that swings while motor and encoder disagree about it follows a late angle: from
then on it is calm, a quarter as firm; one that swings while both agree is pushed, and stays firm. An encoder
that stands while motor and inclinometer say that the table turns is frozen, whatever it was told; where the
current sense is not asked and it is told to turn, the inclinometer says it alone. The node is armed only once
neither angle turns behind the closed brake, or after half a second: a late one would be followed backwards.

After a trip the brake closes at once. Where current, back-EMF and encoder agree that the motor brakes what
moves, its torque stays until the brake bites, 100 ms at most; an order to cut ends that, too. Driven back at
its current limit, at 1.5 deg/s and more, the node gives the table to the brake. A bridge that pushes by
itself, head-down and by 4 A more than it is told to is found behind the closed brake, which stays closed;
a current sense that says more than 1 A of a bridge that is off is not asked. Nor is one whose readings jump
by 1 A and more from tick to tick beside what duty and rate explain, on the mean of 0.3 s.

Nothing is saved up at the current limit. Stopped after something held it, the node takes its push back, at
about 30 % of the duty a second, down to what the load took before; it goes back by itself as far as it is
pressed. A stopped table that is pushed towards park, by more than 0.5 deg or so that it cannot be led back in
250 ms, stands where it is then; less is led back head-down at 0.25 deg/s. Where the host leads no further and
friction holds the table up to 0.1 deg above its place, at less than 0.03 deg/s, it is not pushed down: it
would leap.
"""
BOARDS: Final = """\
No board has run it. `keel node flash --board BOARD --role ROLE` copies what that board needs: one main, one
board file with its pins, and `built.py`, the one file to edit. `table` is the whole node; `io` has no motor
and never powers anything (its `built.py` is `built_io.py` here). `main.py` starts only on a chip whose
board file is there. What was held without a board: each file ridden on a `machine` that writes down what is
done to it, the same lines under CPython and MicroPython, nothing allocated in a tick
(`tests/contract/test_node_boards.py`).

Nothing is powered before everything is made; of outputs the bridge goes off first and on last. Until the
program runs a chip's pins float: each output needs a pull-down. A loop that does not come round for 100 ms
loses bridge, brake and enable relay by its timer; then the watchdog resets the chip, {waits}. Flash is
written at a standstill at park only, and the watchdog waits for it. An original ESP32 has too few pins for
a table's node: beside its flash, its strapping pins and those that only read it keeps eleven for seven
outputs and thirteen inputs. No strapping pin is used.

Inputs are contacts to ground with the chip's pull-up. `current` is analog, 0 to 3.3 V; on the ESP32-S3 with
11 dB of attenuation. There is no driver for an inclinometer on a board: a WitMotion goes to the guard.
"""
FRAMES: Final = {
    protocol.HELLO: ("HELLO", "host"),
    protocol.COMMAND: ("COMMAND", "host"),
    protocol.CONFIG: ("CONFIG", "host"),
    protocol.HEAD: ("HEAD", "host"),
    protocol.HELLO_REPLY: ("HELLO_REPLY", "node"),
    protocol.STATUS: ("STATUS", "node"),
    protocol.CONFIG_REPLY: ("CONFIG_REPLY", "node"),
    protocol.HEAD_REPLY: ("HEAD_REPLY", "node"),
}


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_states(), *_watchdog(), *_boards(), *_frames(), *_limits()])


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"
    yield ""


def _states() -> Iterator[str]:
    yield from _table(("number", "state", "meaning"), STATES)
    yield from _table(("from", "to", "when"), ROWS)
    yield "Stages of the own return; those behind the present angle are skipped:"
    yield ""
    yield from _table(("number", "stage"), STAGES)
    yield "Faults. One while it is armed or returning does not end that, unless it says so:"
    yield ""
    yield from _table(("number", "fault", "what the node does"), FAULTS)
    yield ANGLES


def _watchdog() -> Iterator[str]:
    yield "## Watchdog"
    yield ""
    yield "Each STATUS carries a challenge; the next COMMAND answers it with a number made of the challenge,"
    yield f"the tick and the checks that ran. An answer counts once, not earlier than {EARLIEST_MS} ms after"
    yield "the last good one and not later than `watchdog_ms` after its challenge was drawn."
    yield ""


def _boards() -> Iterator[str]:
    chips = [constants(flash.BOARDS[name]) for name in flash.BOARDS]
    yield "## Boards"
    yield ""
    waits = ", ".join(f"{chip['WATCHDOG_MS']} ms on an {chip['NAME']}" for chip in chips)
    yield BOARDS.format(waits=waits)
    pins = [(name, *(chip["PINS"][name] for chip in chips)) for name in chips[0]["PINS"]]
    names = DriveInputs._fields[2 : 2 + len(chips[0]["INPUTS"])]
    inputs = [
        (name, *places) for name, *places in zip(names, *(chip["INPUTS"] for chip in chips), strict=True)
    ]
    yield from _table(("signal", *(chip["NAME"] for chip in chips)), [*pins, *inputs])


def constants(file: str) -> dict[str, Any]:
    """What a file of the node says in plain values; a board's own cannot be imported here."""
    tree = ast.parse((players.ROOT / file).read_text(encoding="utf-8"))
    found = {}
    for one in tree.body:
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
            found[one.targets[0].id] = ast.literal_eval(one.value)
    return found


def _frames() -> Iterator[str]:
    yield "## Frames"
    yield ""
    yield "Header: version u8, type u8, seq u8, flags u8 (0), length u8. Then the payload, little-endian,"
    yield "then CRC-16/CCITT-FALSE. All of it in COBS, a zero byte in front and behind; 460800 baud, 8N1."
    yield ""
    for kind, (name, sender) in FRAMES.items():
        yield f"### {name} (type {kind}, from the {sender})"
        yield ""
        yield from _table(("field", "size", "unit", "meaning"), [_row(field) for field in FIELDS[kind]])


def _row(field: Field) -> tuple[str, str, str, str]:
    return f"`{field.name}`", SIZES[field.letter], field.unit, field.meaning


def _limits() -> Iterator[str]:
    yield "## Limits"
    yield ""
    yield "Written by the guard at each handshake, kept by the node over a reset, read back every minute."
    yield ""
    rows = [(f"`{name}`", unit, low, high, default) for name, _, unit, low, high, default in protocol.LIMITS]
    yield from _table(("name", "unit", "lowest", "highest", "at first"), rows)


if __name__ == "__main__":
    sys.stdout.write(page())

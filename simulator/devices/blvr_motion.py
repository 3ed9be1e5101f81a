"""Direct data operation of the BLV-R twin: seven values become a motion (HP-5142E p. 78-84).

The trigger says in which units velocity and ramps are written. The document fixes 1..7 (user units, ramps as
rate for 4 and 5, as time for 6 and 7) and velocity in step/s for 8..13, in r/min for 14..19; that the ramps
of the two later groups follow the pattern of the first is UNVERIFIED.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from simulator.devices.trapezoid import Trapezoid

FAR: Final = 1e15  # steps: a continuous operation never arrives
STOP: Final = 0
STOP_AS_RUNNING: Final = 0x1F
STOP_AT_ONCE: Final = 0x20
ABSOLUTE: Final = 1
FROM_DEMAND, FROM_ACTUAL, FROM_TARGET = 2, 3, 4
CONTINUOUS: Final = frozenset({0x07, 0x27, 0x10, 0x30})
OPERATIONS: Final = CONTINUOUS | {STOP, STOP_AS_RUNNING, STOP_AT_ONCE, 1, 2, 3, 4}
HIGHEST_TRIGGER: Final = 19
STEP_VELOCITY: Final = range(8, 14)
RAMP_AS_RATE: Final = frozenset({4, 5, 10, 11, 16, 17})


class Operation(NamedTuple):
    """The data of one direct data operation as they lie in the registers."""

    kind: int
    position: int
    velocity: int
    speed_up: int
    slow_down: int
    trigger: int


def start(motion: Trapezoid, operation: Operation, actual: float, steps_per_revolution: float) -> None:
    """Replan; also in the middle of another motion (UNVERIFIED for the real drive)."""
    per_unit = 1.0 if operation.trigger in STEP_VELOCITY else steps_per_revolution / 60
    velocity = operation.velocity * per_unit
    fastest = max(abs(velocity), abs(motion.speed), 1.0)
    slow_down = rate(operation.slow_down, operation.trigger, per_unit, fastest)
    if operation.kind == STOP_AT_ONCE:
        motion.halt()
    elif operation.kind == STOP_AS_RUNNING:
        motion.stop(motion.slow_down)
    elif operation.kind == STOP:
        motion.stop(slow_down)
    else:
        motion.speed_up = rate(operation.speed_up, operation.trigger, per_unit, fastest)
        motion.slow_down = slow_down
        motion.top_speed = abs(velocity)
        motion.target = destination(motion, operation, actual)


def rate(ramp: int, trigger: int, per_unit: float, fastest: float) -> float:
    """Steps/s2 of a ramp written as a rate, or as the milliseconds in which the speed is reached."""
    return ramp * per_unit if trigger in RAMP_AS_RATE else fastest / (ramp / 1_000)


def destination(motion: Trapezoid, operation: Operation, actual: float) -> float:
    """Where the operation goes, in steps."""
    if operation.kind in CONTINUOUS:
        return FAR if operation.velocity > 0 else -FAR if operation.velocity < 0 else motion.position
    base = {
        ABSOLUTE: 0.0,
        FROM_DEMAND: motion.position,
        FROM_ACTUAL: actual,
        FROM_TARGET: motion.position if motion.target is None else motion.target,
    }[operation.kind]
    return base + operation.position

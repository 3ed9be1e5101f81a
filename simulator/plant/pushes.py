"""What a restless rider does to the hinge, as a torque over time: pulses, tremor, panic (reference 5.2)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from simulator.plant.streams import stream

PULSES_PER_S = 1.0 / 60.0
PULSE_S, PULSE_NM = (0.3, 0.6), (10.0, 60.0)
TREMOR_HZ, TONES = (0.5, 3.0), 24
PANIC_NM, PANIC_HZ, PANIC_S = 80.0, 1.5, 5.0
PULSE_CHANNEL, TREMOR_CHANNEL = 101, 102


class Pulse(NamedTuple):
    """A half sine."""

    t_s: float
    duration_s: float
    torque_nm: float


class Tone(NamedTuple):
    """One sine of a tremor."""

    rad_s: float
    phase: float
    torque_nm: float


def pulses(seed: int, table: int, until_s: float, per_s: float = PULSES_PER_S) -> list[Pulse]:
    """A Poisson row of pulses either way. A longer row begins with the shorter one."""
    draw = stream(seed, table, PULSE_CHANNEL)
    row: list[Pulse] = []
    t = 0.0
    while True:
        t += draw.exponential(1.0 / per_s)
        duration, torque, way = draw.uniform(*PULSE_S), draw.uniform(*PULSE_NM), draw.random()
        if t >= until_s:
            return row
        row.append(Pulse(t, duration, torque if way < 0.5 else -torque))


def pulse_nm(row: Sequence[Pulse], t: float) -> float:
    """The torque of a row of pulses at a time."""
    return sum(
        one.torque_nm * math.sin(math.pi * (t - one.t_s) / one.duration_s)
        for one in row
        if one.t_s < t < one.t_s + one.duration_s
    )


def tremor(seed: int, table: int, rms_nm: float) -> list[Tone]:
    """Band noise as a sum of sines with drawn frequencies and phases, 1 to 3 N m rms in earnest."""
    draw = stream(seed, table, TREMOR_CHANNEL)
    low, high = TREMOR_HZ
    each = rms_nm * math.sqrt(2.0 / TONES)
    width = (high - low) / TONES
    return [
        Tone(2 * math.pi * (low + (n + draw.random()) * width), draw.uniform(0.0, 2 * math.pi), each)
        for n in range(TONES)
    ]


def tremor_nm(tones: Sequence[Tone], t: float) -> float:
    """The torque of a tremor at a time."""
    return sum(tone.torque_nm * math.sin(tone.rad_s * t + tone.phase) for tone in tones)


def panic_nm(since_s: float) -> float:
    """Throwing one's weight about, from a moment on."""
    if not 0.0 <= since_s < PANIC_S:
        return 0.0
    return PANIC_NM * math.sin(2 * math.pi * PANIC_HZ * since_s)

"""Random numbers by counter: one stream per (seed, table, channel), a place in it per step.

What a table draws depends on no order, no number of tables and no other channel.
"""

from __future__ import annotations

import numpy as np


def stream(seed: int, table: int, channel: int, step: int = 0) -> np.random.Generator:
    """The stream at a step; draw what the step needs and throw it away."""
    key = np.array([seed, (table << 32) | channel], dtype=np.uint64)
    counter = np.array([0, 0, step, 0], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))

"""Rides some runs of a campaign and prints what came of them: `python -m hil.compiled.proof`."""

from __future__ import annotations

import hashlib
import sys
from typing import Final

from hil.campaign.catalogue import choose
from hil.campaign.draw import draw
from hil.campaign.run import Run, folder

SEED: Final = 1
RUNS: Final = (0, 1, 2, 5)


def told(number: int) -> str:
    """A hash of the truth and of every report of one run."""
    spec = draw(SEED, number, choose(None, "node"), "node")
    with folder() as path:
        run = Run(spec, path)
        ride = run.ride()
        run.rig.close()
    samples = [(one.t_ms, one.angle_deg, one.rate_dps, one.current_a, one.report) for one in ride.samples]
    return hashlib.sha256(repr(samples).encode()).hexdigest()


if __name__ == "__main__":
    for number in [int(word) for word in sys.argv[1:]] or RUNS:
        print(number, told(number))

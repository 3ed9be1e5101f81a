"""Rides and judges some runs of a campaign, and prints what came of them: `python -m hil.compiled.proof`."""

from __future__ import annotations

import hashlib
import sys
from typing import Final

from hil.campaign import invariants
from hil.campaign.catalogue import CATALOGUE, choose
from hil.campaign.draw import draw
from hil.campaign.run import Run, folder
from hil.campaign.words import facts

SEED: Final = 1
RUNS: Final = (0, 1, 2, 5)


def told(number: int) -> str:
    """A hash of the truth and every report of one run, of its figures and of what is wrong with it."""
    spec = draw(SEED, number, choose(None, "node"), "node")
    with folder() as path:
        run = Run(spec, path)
        ride = run.ride()
        run.rig.close()
    judged = facts(ride, CATALOGUE[spec.fault]), invariants.judge(ride), run.rig.telemetry_hash
    return hashlib.sha256(repr((ride.samples, judged)).encode()).hexdigest()


if __name__ == "__main__":
    for number in [int(word) for word in sys.argv[1:]] or RUNS:
        print(number, told(number))

"""Can a campaign find something? Each planted bug of `hil.verification.planted`, hunted until a run shows it.

The draw is directed: faults that touch the bug's row come first, and of those the short runs; then every
fault in its turn. Nothing else differs from a campaign: the same runs and judges, no word about the bug.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from functools import partial
from itertools import count, islice
from multiprocessing.connection import wait
from typing import Any, Final

from hil.campaign.catalogue import NOMINAL, choose
from hil.campaign.draw import Spec, draw
from hil.campaign.pool import end_with
from hil.campaign.reactions import REACTIONS
from hil.campaign.run import one
from hil.verification.planted import BUGS, planted

RUNS_MAX: Final = 500
SHORT: Final = ("warming_up", "ready")  # phases after which a run is soon over
ROUNDS: Final = 6  # of the directed faults, before all others
# Faults that touch a row, where the reactions of the design do not name them already.
TOUCH: Final[dict[str, tuple[str, ...]]] = {
    "wrong_direction": ("motor_reversed",),
    "runaway": ("runaway",),
    "over_speed": ("runaway", "leaned_on"),
    "overrun": ("arms_overhead", "runaway"),
    "drive_fault": ("node_reboot", "motor_dead"),
    "drive_returned": ("stop_guard", "wire_cut"),
    "source_frozen": ("encoder_frozen", "inclinometer_frozen"),
    "no_motion": ("jammed", "motor_dead"),
    "return_stalled": ("blocked", "jammed"),
    "check_in_missed": ("rider_silent",),
    "check_in_open": ("rider_silent",),
    "check_in": ("rider_silent",),
    "load_lost": ("load_lost",),
    "load": ("load_lost",),
    "left_alone": ("pendant_released",),
    "pendant": ("pendant_released",),
    "ankle_sample": ("ankle_flicker",),
    "ankles": ("ankle_flicker", "ankle_open"),
    "sources": ("inclinometer_cut",),
    "one_source": ("inclinometer_cut", "inclinometer_shifted"),
    "drive_unready": ("node_reboot",),
    "supply": ("supply_low",),
    "latch": ("estop", "over_angle"),
    "latched->latched": ("estop", "over_angle"),
    "latch_reset->inhibited": ("estop", "over_angle"),
    "home_latched->latched": ("estop", "over_angle"),
    "woke_up_away_from_park->returning": ("kill_guard",),
    "warning": ("kill_guard",),
    "waits_for_a_person->waiting": ("ankles_open",),
    "goes_on->returning": ("ankles_open",),
    "waiting_at_rest": ("ankles_open",),
    "waiting": ("ankles_open",),
    "WAIT": ("ankles_open",),
    "EMERGENCY": ("ankles_open",),
    "FREEZE": ("stop_button",),
    "continued_after_a_STOP->active": ("stop_button",),
    "ESTOP": ("estop",),
    "CUT_OFF": ("runaway",),
    "HALT": ("leaned_on", "runaway"),
    "CREEP": ("over_angle", "inclinometer_cut"),
    "creeping_out": ("over_angle", "runaway"),
    "STAGED": ("return_button",),
}
OTHERWISE: Final = ("return_button", "ankle_open", "estop")


def chosen(pattern: str) -> list[str]:
    """The bugs of `--planted`: "all", a table, an id, or a pattern of ids. Raises ValueError."""
    found = [bug for bug in BUGS if pattern in ("all", BUGS[bug].table) or fnmatch(bug, pattern)]
    if not found:
        tables = ", ".join(dict.fromkeys(bug.table for bug in BUGS.values()))
        raise ValueError(
            f"there is no planted bug '{pattern}'; allowed are all, {tables}, or a pattern of ids"
        )

    return found


def touching(bug: str, drive: str) -> list[str]:
    """The faults that touch the bug's row, and a ride without any."""
    name = BUGS[bug].name
    by_reaction = [fault for fault, row in REACTIONS.items() if name in row.causes]
    there = choose(None, drive)
    names = [*TOUCH.get(name, ()), *by_reaction]
    return [*(one for one in dict.fromkeys(names or OTHERWISE) if one in there), NOMINAL]


def specs(bug: str, seed: int, drive: str) -> Iterator[Spec]:
    """What to ride, in its order."""
    names = touching(bug, drive)
    first = [draw(seed, number, names, drive) for number in range(ROUNDS * len(names))]
    yield from sorted(first, key=lambda spec: (spec.phase not in SHORT, spec.fault == NOMINAL))
    everything = choose(None, drive)
    yield from (draw(seed, number, everything, drive) for number in count())


def hunt(bug: str, seed: int, drive: str, runs_max: int) -> dict[str, Any]:
    """Ride until a run shows the bug; call it in a process of its own."""
    for runs, spec in enumerate(islice(specs(bug, seed, drive), runs_max), 1):
        with planted(bug):
            outcome = one(spec)
        # What is broken without the bug, too, is a find of its own and not this bug's.
        if outcome["violations"] and not one(spec)["violations"]:
            broken = outcome["violations"][0]
            told = {"fault": spec.fault, "phase": spec.phase, "rule": broken["rule"], "what": broken["what"]}
            return {"bug": bug, "found": True, "runs": runs, **told}
    return {"bug": bug, "found": False, "runs": runs_max}


def hunt_all(
    bugs: Iterable[str],
    seed: int,
    drive: str,
    runs_max: int,
    workers: int,
    otherwise: Callable[[str], dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Each bug in a fresh process, as they end: what one leaves behind must not find the next.

    `otherwise`: what is asked of a bug that no run shows. A process that dies has noticed nothing.
    """
    context = multiprocessing.get_context("spawn")
    theirs, lifeline = context.Pipe(duplex=False)
    waiting, under_way = iter(bugs), dict[Any, tuple[str, Any]]()
    work = partial(_hunted, seed=seed, drive=drive, runs_max=runs_max, otherwise=otherwise)
    try:
        while True:
            for bug in islice(waiting, workers - len(under_way)):
                answers, answer = context.Pipe(duplex=False)
                process = context.Process(target=_child, args=(theirs, answer, partial(work, bug)))
                process.start()
                answer.close()
                under_way[answers] = bug, process
            if not under_way:
                return
            for ready in wait(list(under_way)):
                yield _answered(ready, *under_way.pop(ready))
    finally:
        lifeline.close()  # whoever is under way ends with it
        theirs.close()


def _hunted(bug: str, otherwise: Callable[[str], dict[str, Any]], **how: Any) -> dict[str, Any]:
    hunted = hunt(bug, **how)
    return hunted if hunted["found"] else {**hunted, **otherwise(bug)}


def _child(lifeline: Any, answer: Any, work: Callable[[], dict[str, Any]]) -> None:
    end_with(lifeline)
    answer.send(work())


def _answered(answers: Any, bug: str, process: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = answers.recv()
    except EOFError:
        answer = {"bug": bug, "found": False, "runs": 0, "killer": None, "words": "its process died"}
    answers.close()
    process.join()
    return answer

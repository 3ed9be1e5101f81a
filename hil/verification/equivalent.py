"""Mutants that no test can tell from the rules, reviewed one by one, each with its reason.

File: {(function, the line's text, the change): why nothing that anybody sees changes}.
"""

from __future__ import annotations

from typing import Final

_RUNAWAY: Final = "cdps = abs(facts.cdps or 0)"
EQUIVALENT: Final[dict[str, dict[tuple[str, str, str], str]]] = {
    "safety/motion.py": {
        (
            "_back",
            "along = (cdeg - ref) * heading",
            "Mult -> FloorDiv",
        ): "heading is 1 or -1 there: to divide by it is to multiply by it",
        (
            "_back",
            "return (cdeg, 0) if along >= 0 else (ref, -along)",
            "GtE -> Gt",
        ): "where along is 0, cdeg is ref and -along is 0: both answers are the same",
        (
            "_back",
            "return (cdeg, 0) if along >= 0 else (ref, -along)",
            "0 -> 1",
        ): "where along is 0, cdeg is ref and -along is 0: both answers are the same",
    },
    "safety/home_pinch.py": {
        (
            "giving_back",
            "rate = min(rate + max(limits.return_cdps2 * dt_ms // 1000, 1), limits.give_back_cdps)",
            "1000 -> 999",
        ): "at 1 deg/s2 the same up to ticks of 998 ms; one over 100 ms counts as 20 ms",
    },
    "safety/home_stages.py": {
        (
            "_arriving",
            "if cdeg < target:",
            "Lt -> LtE",
        ): "a table that is at its target has arrived some lines above",
    },
    "safety/rules_machine.py": {
        (
            "runaway",
            _RUNAWAY,
            "0 -> 1",
        ): "an unknown rate counts as none; one unit is as far below the limit of 100 as none",
        (
            "runaway",
            _RUNAWAY,
            "0 -> -1",
        ): "an unknown rate counts as none; one unit is as far below the limit of 100 as none",
    },
}

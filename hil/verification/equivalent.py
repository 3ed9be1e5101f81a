"""Mutants that no test can tell from the rules, reviewed one by one, each with its reason.

File: {(function, the line's text, the change): why nothing that anybody sees changes}.
"""

from __future__ import annotations

from typing import Final

_RUNAWAY: Final = "cdps = abs(facts.cdps or 0)"
_CAREFUL: Final = "reaction |= STAGED | (CREEP if latched else 0) | (ESTOP if latched == _ESTOP else 0)"
_OWED: Final = "rest_ms, mid_ms = pauses(0, limits.cap_cdeg if place is None else place, limits)"
_TOLD: Final = "motion = told(facts.motion, act.command, place, act.rate_cdps, facts.cdps or 0, limits)"
_BEFORE: Final = "turn = Turn(state, facts, observation, limits, reaction, latched, present, None, False)"
_FREEZES: Final = (
    "if reaction & FREEZE and was.stage in _FREEZABLE and budget_ms > 0 and not bits & (CUT_OFF | ESTOP):"
)
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
    "safety/step.py": {
        **dict.fromkeys(
            (("_homewards", _CAREFUL, "0 -> 1"), ("_homewards", _CAREFUL, "0 -> 1 #2")),
            "1 is STAGED, which is there already",
        ),
        **dict.fromkeys(
            (("_homewards", _OWED, "0 -> 1"), ("_homewards", _OWED, "0 -> -1")),
            "a bout of a millisecond more or less is as far below three minutes as none",
        ),
        **dict.fromkeys(
            (("_settled", _TOLD, "0 -> 1"), ("_settled", _TOLD, "0 -> -1")),
            "an unknown rate counts as none; a stop out of one unit takes less than a millisecond more",
        ),
        (
            "_decision",
            "every_ms = terms.check_in_every_ms if terms is not None else 0",
            "0 -> -1",
        ): "what is left of a check-in is never less than nothing",
        ("_judged", _BEFORE, "False -> True"): "no row of the first table asks what the gate has permitted",
    },
    "safety/modes.py": dict.fromkeys(
        (
            ("is_hot", "return (observation.heat_permille or 0) >= HEAT_PERMILLE", "0 -> 1"),
            ("is_hot", "return (observation.heat_permille or 0) >= HEAT_PERMILLE", "0 -> -1"),
            ("is_hot", "return (observation.heat_permille or 0) >= HEAT_PERMILLE", "without 0"),
        ),
        "a heat that no drive tells counts as cold; so does one unit of it",
    ),
    "safety/homecoming.py": {
        (
            "_budget_ms",
            "return left_ms if left_ms > limits.late_ms else 0",
            "0 -> -1",
        ): "whoever asks wants to know whether there is more than nothing",
        **dict.fromkeys(
            (
                ("begun", "return entered(home, FROZEN, left_ms) if left_ms > 0 else home", "0 -> 1"),
                ("joined", _FREEZES, "0 -> 1"),
            ),
            "what is left is nothing, or more than a tick may last",
        ),
    },
    "safety/permit.py": {
        (
            "gated",
            "stream = taken(stream, proposal, dt_ms * limits.refused_less_permille // 1000)",
            "1000 -> 999",
        ): "a quarter of the time is the same up to ticks of a second; one over 100 ms counts as 20 ms",
    },
    "safety/look.py": {
        (
            "look",
            "scope = asks | (scopes.AWAY if not at_park and asks & scopes.RIDE else 0)",
            "0 -> 1",
        ): "1 is ALWAYS, which every mode asks",
    },
    "safety/buttons.py": {
        (
            "watch",
            "home_press = was[1] and home and (not home_before or bool(new))",
            "without not home_before",
        ): "where no button was pressed, each that is pressed is new",
        **dict.fromkeys(
            (
                ("_stop", "served_ms = limits.freeze_in_return_ms if returns else 0", "0 -> 1"),
                ("_stop", "served_ms = limits.freeze_in_return_ms if returns else 0", "0 -> -1"),
            ),
            "a hold lasts a millisecond at least",
        ),
    },
    "safety/observation.py": {
        (
            "",
            "UNKNOWN_INPUTS: Final = Inputs(*(None,) * 14)",
            "14 -> 13",
        ): "the last input is unknown unless said",
    },
}

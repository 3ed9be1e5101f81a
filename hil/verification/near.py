"""Where a planted bug is looked for first, and which bugs no search can see."""

from __future__ import annotations

from typing import Final

# Which scenarios have to do with a row, or with a whole table.
NEAR: Final[dict[str, tuple[str, ...]]] = {
    "gate": ("rogue", "rogue below park", "rogue unproved", "rogue test"),
    "stage": ("ankles", "sigterm", "wakes"),
    "left_alone": ("let go",), "dose_over": ("dose",), "time_over": ("wall",), "bout_over": ("bout", "hold"),
    "check_in_missed": ("check-in",), "check_in_open": ("check-in",), "check_in": ("check-in",),
    "load_lost": ("load",), "load": ("no_load", "load"), "panic": ("squeezed",), "estop": ("chain",),
    "stop_pressed": ("frozen", "continue", "stopped hand"), "return_stalled": ("crawls", "blocked"),
    "pinched_up": ("blocked",), "pinched_down": ("blocked_down",), "lease_lost": ("controller", "rogue"),
    "pendant": ("let go",), "over_angle_predicted": ("hasty", "runs_down"), "dose": ("no dose", "dose"),
    "bouts": ("controller",), "supply": ("supply_unknown",), "switches": ("estop_unknown", "stop"),
    "ESTOP": ("chain",), "FREEZE": ("frozen", "continue"), "WAIT": ("ankles", "clamps"),
    "EMERGENCY": ("squeezed", "ankles"), "GIVE": ("blocked",), "BACK": ("blocked_down",),
    "HALT": ("hasty",), "CUT_OFF": ("drive_fault",), "ankle_sample": ("clamps",), "ankle_open": ("clamps",),
    "waiting": ("clamps", "ankles"), "returning": ("sigterm", "ankles"), "latched": ("chain", "wakes"),
    "test": ("day test", "test", "rogue test", "stopped test"), "latch_reset->inhibited": ("chain",),
    "woke_up_away_from_park->returning": ("wakes",), "latched->latched": ("wakes", "chain"),
    "tests_asked_for->test": ("test",), "test_over_not_at_park->returning": ("test", "rogue test"),
    "test_over->inhibited": ("test",),
    "tests_stopped->inhibited": ("stopped test",), "dropped_at_park->inhibited": ("orders",),
    "session_ends_beside_park->returning": ("orders",), "session_ends->inhibited": ("orders",),
    "home_latched->latched": ("chain", "drive_fault"), "continued_after_a_STOP->active": ("continue",),
    "waits_for_a_person->waiting": ("ankles", "clamps"), "goes_on->returning": ("ankles", "clamps"),
    "frozen": ("frozen",), "waiting_at_rest": ("ankles", "clamps"), "giving_back": ("blocked",),
    "pinched": ("blocked",), "backing_off": ("blocked_down",), "creeping_out": ("drive_fault", "runs_up"),
    "warning": ("wakes",), "brake_slips": ("day test",), "torque_stays": ("day test",),
    "trying_brake": ("day test",), "watchdog_dead": ("day test",), "trying_watchdog": ("day test",),
}  # fmt: skip
# What no search can see: the same is said twice on purpose, and the other one still says it. That the row by
# itself does what it should is held by the tests named here.
_PERMITS: Final = "tests/unit/test_safety_permits.py::test_each_condition_alone_refuses"
REDUNDANT: Final = {
    "gate:mode:*": f"no other mode asks the gate; {_PERMITS}",
    "gate:motion:*": f"what forbids any motion ends the session, or the drive is not armed; {_PERMITS}",
    "gate:inputs:*": f"silent inputs are unknown ones, and an unknown pendant is refused; {_PERMITS}",
    "gate:tested:*": f"no session begins untested; {_PERMITS}",
    "gate:latch:*": f"what latches ends the session in the same tick; {_PERMITS}",
    "gate:verdict:*": f"what takes head-down permission alone has a condition of its own; {_PERMITS}",
    "gate:jerk:*": f"the coarse grid knows no jerk; {_PERMITS}",
    "rule:return_stalled:no_reaction": "the stage that finds it creeps from then on by itself",
    "rule:return_stalled:no_verdict": "the return that finds it is already a creep",
    "rule:check_in_missed:no_verdict": "a question that was missed is still open, which says the same",
}

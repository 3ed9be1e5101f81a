"""The numbers themselves: those of the design, and those that are on the wire and in files.

Typed from the design's tables, so a number that changes in the code alone is noticed whatever it is for. How
each of them acts, at its value and one unit beside it, is in the other tests of the rules. Modules are looked
up by name when a test runs: who changes a rule and loads it anew sees the new one here.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import pytest


def part(name: str) -> Any:
    """A module of the rules."""
    return import_module(f"safety.{name}")


PLACES: Final = {
    "park_cdeg": -7000, "cap_cdeg": 6000, "at_park_cdeg": 300, "there_cdeg": 100, "rest_cdeg": 0,
    "mid_cdeg": -1500, "inverted_cdeg": 500, "upright_again_cdeg": 300, "ankles_cdeg": 2000,
    "proof_cdeg": 800, "proof_back_cdeg": 200, "proof_seen_cdeg": 170, "disagree_cdeg": 300,
    "disagree_lively_cdeg": 500, "slew_margin_cdeg": 150, "against_cdeg": 100, "runaway_cdeg": 200,
    "disobey_cdeg": 20, "frozen_cdeg": 30, "frozen_of_cdeg": 200, "stuck_cdeg": 150, "over_angle_cdeg": 100,
    "over_angle_other_cdeg": 300, "start_cdeg": 100, "tracking_cdeg": 300, "progress_least_cdeg": 50,
    "lag_cdeg": 60, "back_off_cdeg": 400, "give_back_cdeg": 200, "test_travel_cdeg": 100,
    "brake_slip_cdeg": 30,
    "rest_switch_cdeg": -200, "park_switch_cdeg": 100, "apart_cdeg": 100,
}  # fmt: skip
SPEEDS: Final = {
    "slew_cdps": 1200, "disobey_cdps": 100, "hard_down_cdps": 300, "hard_up_cdps": 300,
    "hard_upright_cdps": 150, "return_cdps": 200, "upright_cdps": 150, "creep_cdps": 200,
    "emergency_cdps": 600, "hard_cdps": 800, "test_cdps": 100, "still_cdps": 30, "give_back_cdps": 50,
    "return_cdps2": 100, "emergency_cdps2": 600, "stop_cdps2": 3000, "hard_cdps2": 300, "hard_cdps3": 600,
}  # fmt: skip
TIMES: Final = {
    "stale_ms": 100, "lease_ms": 100, "late_ms": 100, "controller_lost_ms": 200, "station_lost_ms": 5_000,
    "lease_gap_ms": 500, "refused_ms": 2_000, "alone_ms": 45_000, "disagree_ms": 200, "lively_ms": 300,
    "blind_ms": 100, "disobey_ms": 300, "over_speed_ms": 100, "reaction_ms": 200, "stopping_ms": 500,
    "obey_ms": 150, "learns_ms": 400,
    "pause_rest_ms": 60_000, "pause_rest_long_ms": 120_000, "long_bout_ms": 180_000, "pause_mid_ms": 20_000,
    "warning_ms": 3_000, "progress_after_ms": 500, "progress_ms": 1_500, "stall_pause_ms": 3_000,
    "lag_ms": 150, "strain_ms": 300, "give_back_ms": 8_000, "pinch_wait_ms": 60_000, "retry_ms": 100,
    "settle_ms": 1_000, "freeze_ms": 30_000, "freeze_in_return_ms": 10_000, "freeze_bout_ms": 60_000,
    "stop_press_ms": 1_000,
    "ss1_ms": 480, "cut_still_ms": 5_000, "arming_ms": 10_000, "ankle_ms": 100, "ankles_ms": 40,
    "load_ms": 1_000, "reset_ms": 3_000, "reply_ms": 10_000, "ask_grace_ms": 4_400, "answer_release_ms": 100,
    "hold_grace_ms": 5_000, "test_ms": 60_000, "wake_ms": 1_000, "brake_after_ms": 400, "brake_ms": 2_000,
    "torque_off_ms": 500, "silence_max_ms": 300, "beats_heard_ms": 200,
    "beats_look_ms": 1_000,
    "settled_ms": 300, "braked_ms": 1_000, "doubt_ms": 2_000,
}  # fmt: skip
OTHERS: Final = {
    "stalls_max": 2, "heat_permille": 800, "proof_effort_permille": 600, "strain_permille": 900,
    "relaxed_permille": 100, "retry_permille": 500, "refused_less_permille": 250,
    "stop_fade_permille": 100,
}  # fmt: skip
HARD: Final[dict[str, dict[str, Any]]] = {
    "limits": {
        "TICK_MS": 20, "HARD_CAP_CDEG": 6000, "STOP_CLEARANCE_CDEG": 600, "PARK_ALLOWED_CDEG": (-8000, -6000),
        "PARK_CLEARANCE_CDEG": 200, "NO_WAY_OUT_CAP_CDEG": 3000, "CHECK_IN_MAX_MS": 60_000,
        "WALL_MAX_MS": 3_600_000, "FIRST_CAP_CDEG": 1500, "APART_MS": 10_800_000, "STEEP_CDEG": 4500,
        "STEEP_HOLD_MS": 60_000, "STEEP_BOUT_MS": 180_000,
    },
    "observation": {
        "AGE_MAX_MS": 60_000, "ORDER_STOP": 1, "ORDER_RETURN": 2, "ORDER_CONTINUE": 4, "ORDER_TEST": 8,
        "ORDER_END": 16, "ORDER_SEAT_LOST": 32, "DRIVE_OFFLINE": 0, "DRIVE_DISARMED": 1, "DRIVE_ARMING": 2,
        "DRIVE_ARMED": 3, "DRIVE_OWN_RETURN": 4, "DRIVE_UNPOWERED": 5, "DRIVE_FAULT": 6,
    },
    "verdict": {
        "NO_MOTION": 0, "TOWARDS_PARK": 1, "BOTH": 2, "POWER_CUT": 0, "POWER_ON": 1, "FULL_SPEED_CDPS": 800,
    },
    "rules": {
        "NOTHING": 0, "STAGED": 1, "CREEP": 2, "EMERGENCY": 4, "WAIT": 8, "FREEZE": 16, "ESTOP": 32,
        "CUT_OFF": 64, "HALT": 128, "BACK": 256, "GIVE": 512,
    },
    "facts": {"ALWAYS": 1, "ACTING": 2, "TRYING": 4, "HOMING": 8, "AWAY": 16, "LIVE": 6, "RIDE": 10},
    "angles": {
        "NEITHER": 0, "ONLY_A": 1, "ONLY_B": 2, "BOTH": 3, "_SLOPE_MS": 300, "_TURN_CDEG": 18_000,
        "_PARK_SWITCH_CDEG": 400,
    },
    "brake": {"UNTRIED": 0, "TORQUE_OFF": 1, "TORQUE_BACK": 2, "HELD": 3},
    "beats": {"UNTRIED": 0, "DUE": 1, "WITHHELD": 2, "LOOKING": 3, "COMING_BACK": 4, "PROVED": 5},
    "home_state": {"NO_PINCH": 0, "PINCH_DOWN": 1, "PINCH_UP": 2},
    "gate": {"_ROUND_CDPS": 2, "_START_DOWN_CDEG": 50, "_ACCEL_ROUND_CDPS2": 40},
    "session": {"FOREVER_MS": 86_400_000},
    "stream": {"WINDOW_MS": 100},
    "motion": {"TOLD_MAX_CDEG": 36_000},
    "profile": {"_LEAST_CDPS": 5},
    "home_trouble": {"_FAR_CDEG": -9_000},
    "modes": {"HEAT_PERMILLE": 800, "STOPPED": 12, "SERVICE_CAUSES": (17, 18, 37, 38, 39)},
    "decision": {
        "INHIBITED": 0, "TEST": 1, "READY": 2, "ACTIVE": 3, "RETURNING": 4, "WAITING": 5, "LATCHED": 6,
        "HOLD": 0, "MOVE": 1, "STOP": 2, "CUT": 3, "LEAVE": 4, "NO_STAGE": 0, "STOPPING": 1, "WARNING": 2,
        "TO_REST": 3, "PAUSE_REST": 4, "TO_MID": 5, "PAUSE_MID": 6, "TO_PARK": 7, "AT_REST_WAITING": 8,
        "FROZEN": 9, "CREEPING_OUT": 10, "BACKING_OFF": 11, "GIVING_BACK": 12, "PINCHED": 13,
        "TRYING_BRAKE": 14, "TRYING_BEATS": 15, "CHECK_OFF": 0,
        "CHECK_COUNTING": 1, "CHECK_ASKED": 2, "CHECK_LOUD": 3,
    },
}  # fmt: skip
CAUSES: Final = (
    "return_asked", "time_over", "dose_over", "controller_lost", "station_lost", "guard_lost", "lease_lost",
    "seat_lost", "check_in_missed", "ankle_open", "ankles_open", "stop_pressed", "estop", "over_angle",
    "over_angle_predicted", "over_speed", "wrong_direction", "runaway", "no_motion", "angle_stale",
    "no_angle", "angles_disagree", "inputs_stale", "drive_lost", "drive_fault", "return_stalled", "overrun",
    "supply_low", "bout_over", "drive_returned", "load_lost", "left_alone", "pinched_down", "pinched_up",
    "panic", "too_hot", "brake_slips", "torque_stays", "watchdog_dead",
)  # fmt: skip
ALL_WAYS: Final = (
    "mode", "session", "lease", "fresh", "drive", "motion", "start", "continuous", "tracking", "rate",
    "acceleration", "jerk", "test_window",
)  # fmt: skip
DOWN_ONLY: Final = (
    "pendant", "ankles", "sources", "inputs", "switches", "supply", "load", "tested", "latch", "dose",
    "bouts", "check_in", "cap", "verdict",
)  # fmt: skip
TIERS: Final = (
    ("beginner", 2000, 100, 200, 100, 60_000, 120_000, 2, 300_000, 30_000, 1, 0, 0),
    ("intermediate", 4500, 150, 200, 150, 120_000, 180_000, 3, 600_000, 60_000, 2, 6, 7),
    ("full", 6000, 200, 200, 150, 120_000, 300_000, 3, 600_000, 60_000, 2, 6, 28),
)


@pytest.mark.parametrize("numbers", [PLACES, SPEEDS, TIMES, OTHERS])
def test_each_limit_has_the_number_of_the_design(numbers: dict[str, int]) -> None:
    limits = part("limits").Limits()
    assert {name: getattr(limits, name) for name in numbers} == numbers


def test_no_limit_is_without_its_number_here() -> None:
    assert set(part("limits").Limits._fields) == {*PLACES, *SPEEDS, *TIMES, *OTHERS}


@pytest.mark.parametrize("module", HARD)
def test_each_fixed_number_is_what_it_was(module: str) -> None:
    """Modes, stages, commands and orders are on the wire and in recorded files: they never change."""
    assert {name: getattr(part(module), name) for name in HARD[module]} == HARD[module]


def test_each_tier_is_that_of_the_therapy_notes() -> None:
    assert tuple(tuple(tier) for tier in part("limits").TIERS) == TIERS


def test_a_cause_keeps_its_number_for_ever() -> None:
    numbered = {name: number for number, name in enumerate(CAUSES, start=1)}
    assert {row.name: row.number for row in part("causes").CAUSES} == numbered
    assert part("causes").name_of(numbered["estop"]) == "estop"


def test_a_condition_of_the_gate_keeps_its_number_and_its_direction() -> None:
    """What a refusal reports; and what stillness and the way to park do not need."""
    down = dict.fromkeys(DOWN_ONLY, True) | {"proof": True}
    rows = dict.fromkeys((*ALL_WAYS, "park"), False) | down
    assert {row.name: row.head_down_only for row in part("gate").CONDITIONS} == rows
    numbered = [row.name for row in part("gate").CONDITIONS]
    assert numbered == [*ALL_WAYS, *DOWN_ONLY, "park", "proof"]
    assert [row.number for row in part("gate").CONDITIONS] == list(range(1, 30))


UP: Final = (1, 800, 1)
CREEPS: Final = (1, 200, 1)
STANDS: Final = (0, 0, 1)
CUTS: Final = (0, 0, 0)
# Asked when, cause, reaction, verdict, latches: the table of design section 5, in words where it has words.
RULES: Final[dict[str, tuple[str, str, str, tuple[int, int, int], bool]]] = {
    "estop": ("ALWAYS", "estop", "ESTOP", STANDS, True),
    "wrong_direction": ("ALWAYS", "wrong_direction", "CUT_OFF", CUTS, True),
    "runaway": ("ALWAYS", "runaway", "CUT_OFF", CUTS, True),
    "over_angle": ("LIVE AWAY", "over_angle", "CREEP", CREEPS, True),
    "over_angle_predicted": ("ACTING", "over_angle_predicted", "CREEP", CREEPS, True),
    "over_speed": ("LIVE HOMING AWAY", "over_speed", "CREEP HALT", CREEPS, True),
    "overrun": ("LIVE HOMING", "overrun", "STAGED", UP, False),
    "drive_fault": ("LIVE AWAY", "drive_fault", "CUT_OFF", CUTS, True),
    "drive_returned": ("LIVE", "drive_returned", "STAGED", UP, False),
    "drive_lost": ("LIVE AWAY", "drive_lost", "STAGED", UP, False),
    "source_frozen": ("LIVE AWAY", "angles_disagree", "CREEP", CREEPS, False),
    "angle_stale": ("LIVE AWAY", "angle_stale", "CREEP", CREEPS, False),
    "no_angle": ("LIVE AWAY", "no_angle", "CREEP", CREEPS, False),
    "pinched_down": ("LIVE", "pinched_down", "BACK", CREEPS, False),
    "pinched_up": ("LIVE HOMING", "pinched_up", "GIVE", STANDS, False),
    "no_motion": ("LIVE HOMING", "no_motion", "GIVE", STANDS, False),
    "inputs_stale": ("LIVE AWAY", "inputs_stale", "STAGED", UP, False),
    "supply_low": ("LIVE AWAY", "supply_low", "CREEP", CREEPS, False),
    "brake_slips": ("TRYING", "brake_slips", "STAGED", UP, True),
    "torque_stays": ("TRYING", "torque_stays", "STAGED", UP, True),
    "watchdog_dead": ("TRYING", "watchdog_dead", "STAGED", UP, True),
    "too_hot": ("LIVE", "too_hot", "STAGED", UP, False),
    "return_stalled": ("HOMING", "return_stalled", "CREEP", CREEPS, False),
    "ankles_open": ("AWAY", "ankles_open", "EMERGENCY", UP, False),
    "ankle_open": ("ACTING AWAY", "ankle_open", "STAGED WAIT", UP, False),
    "check_in_missed": ("RIDE", "check_in_missed", "EMERGENCY", UP, False),
    "panic": ("RIDE", "panic", "EMERGENCY", UP, False),
    "stop_pressed": ("RIDE", "stop_pressed", "FREEZE", STANDS, False),
    "return_asked": ("LIVE", "return_asked", "STAGED", UP, False),
    "controller_lost": ("LIVE", "controller_lost", "STAGED", UP, False),
    "station_lost": ("LIVE", "station_lost", "STAGED", UP, False),
    "seat_lost": ("LIVE", "seat_lost", "STAGED", UP, False),
    "lease_lost": ("ACTING", "lease_lost", "STAGED", UP, False),
    "load_lost": ("ACTING", "load_lost", "STAGED", UP, False),
    "left_alone": ("ACTING", "left_alone", "STAGED", UP, False),
    "dose_over": ("ACTING", "dose_over", "STAGED", UP, False),
    "bout_over": ("ACTING", "bout_over", "STAGED", UP, False),
    "time_over": ("ACTING", "time_over", "STAGED", UP, False),
    "ankle_sample": ("RIDE", "", "NOTHING", UP, False),
    "pendant": ("RIDE", "", "NOTHING", UP, False),
    "check_in_open": ("RIDE", "", "NOTHING", UP, False),
    "one_source": ("LIVE", "", "NOTHING", UP, False),
    "drive_unready": ("LIVE", "", "NOTHING", STANDS, False),
    "trying_watchdog": ("ALWAYS", "", "NOTHING", STANDS, False),
}


def mask(module: str, words: str) -> int:
    """Of the names of these bits."""
    bits = HARD[module]
    total = 0
    for word in words.split():
        total |= bits[word]
    return total


@pytest.mark.parametrize("name", RULES)
def test_each_rule_starts_what_the_design_says(name: str) -> None:
    when, cause, reaction, verdict, latches = RULES[name]
    row = {row.name: row for row in part("rules").ROWS}[name]
    number = CAUSES.index(cause) + 1 if cause else 0
    assert (row.when, row.cause, row.reaction) == (mask("facts", when), number, mask("rules", reaction))
    assert (tuple(row.verdict), row.latches) == (verdict, latches)
    asked = (row.when, row.fires, row.reaction, row.verdict, row.latches, cause or None)
    assert part("rules")._rows(asked) == (row,)


def test_rules_are_asked_in_the_order_of_first_causes() -> None:
    assert [row.name for row in part("rules").ROWS] == list(RULES)
    assert part("rules").CUT_CAUSES == (17, 18, 25)


def test_each_mode_asks_its_rules() -> None:
    homing, always = 9, 1
    assert {0: always, 1: 5, 2: always, 3: 3, 4: homing, 5: homing, 6: always} == part("look")._SCOPES
    assert part("homecoming")._FREEZABLE == (1, 2, 3, 5, 7, 10, 11)


def test_the_mode_table_leads_where_the_design_says() -> None:
    rows = part("modes").BEFORE + part("modes").AFTER
    assert [(row.sources, row.to) for row in rows] == [
        ((1,), 0), ((0, 1, 2, 3), 4), ((0,), 4), ((0,), 6), ((0,), 1), ((0,), 2), ((1,), 4), ((1,), 0),
        ((2,), 0), ((3,), 4), ((3,), 0), ((6,), 0), ((2,), 3), ((4, 5), 6), ((4, 5), 0), ((4, 5), 3),
        ((4,), 5), ((5,), 4),
    ]  # fmt: skip


def flat(value: Any) -> list[Any]:
    """All that lies in a state, part by part."""
    return [leaf for inner in value for leaf in flat(inner)] if hasattr(value, "_fields") else [value]


def test_a_guard_that_boots_knows_nothing_and_allows_nothing() -> None:
    """Ages are those of "never", all else is 0, False or unknown, but that it does not know where it is."""
    state = part("step").boot(part("limits").Limits(), part("observation").Wake(None, 0, True, False, 0))
    known = [leaf for leaf in flat(state) if leaf not in (None, 0)]
    names = {
        "none_ms": state.angles.none_ms, "lively_ms": state.motion.lively_ms, "gap_ms": state.stream.gap_ms,
    }  # fmt: skip
    assert names == dict.fromkeys(names, 60_000)
    assert state.motion.command == -1
    assert state.waking is True
    assert sorted(known) == [-1, True, 60_000, 60_000, 60_000]
    assert state.angles.last_cdeg is None
    assert set(state.buttons.now) == {None}


def test_what_is_not_said_is_nothing() -> None:
    """Defaults: a tick that says no more is a protective stop in a return, and has nothing behind it."""
    state = part("home_state")
    assert tuple(state.Act()) == (2, 0, 0, False, 4, 1, False, False, 0)
    assert tuple(state.STOP_ACT) == tuple(state.Act())
    assert tuple(state.HOLD_ACT) == (0, *state.STOP_ACT[1:])
    assert state.entered.__defaults__ == (0,)
    assert part("home_trouble")._stood.__defaults__ == (False,)
    nothing: list[Any] = [0, 0, 0, 0, 0, 0, 0, False, False, False, 0, 0, 0, False, 0, 0, 0, False]
    nothing += [0, 0, None, 0, 0, None, False]
    assert flat(state.NOT_HOMING) == nothing
    assert part("decision").Decision._field_defaults == {"latched_cause": 0, "feed": True}
    silent = ("effort_permille", "heat_permille", "braked", "timed_out", "silence_ms")
    said = {**dict.fromkeys(silent), "test_due": False}
    assert part("observation").Observation._field_defaults == said
    motion = part("motion")
    assert flat(motion.AT_REST) == [
        -1, 0, 0, 0, 0, 0, None, None, 0, 0, None, None, 0, 60_000, None, 0, 0, None, None, False, 0, 0, 0,
    ]  # fmt: skip
    assert flat(part("resist").FREE) == [0, None, None, False, 0]
    stream = [False, 0, 0, 60_000, *[0] * 7]
    assert flat(part("step")._STANDING) == [*stream, 0, 0, 0, 0, False, False]
    assert part("step")._PROPOSED == (2, 3, 1)
    assert tuple(part("session").NONE) == (0, 0, 0, False, 0, 0, 0, 0, 0, 0)

"""What `step` decides in one tick: a command for the drive, the outputs, and what a person may ask about."""

from __future__ import annotations

from typing import Final, NamedTuple

# Modes of the guard.
INHIBITED: Final = 0
TEST: Final = 1
READY: Final = 2
ACTIVE: Final = 3
RETURNING: Final = 4
WAITING: Final = 5
LATCHED: Final = 6
MODES: Final = ("inhibited", "test", "ready", "active", "returning", "waiting", "latched")

# Commands to the drive.
HOLD: Final = 0  # stand still, powered, where you are (a normal stop)
MOVE: Final = 1  # streamed setpoint: angle_cdeg, rate_cdps
STOP: Final = 2  # protective stop at decel_cdps2
CUT: Final = 3  # torque off, brake on
LEAVE: Final = 4  # feed the drive and let its own return go on
COMMANDS: Final = ("hold", "move", "stop", "cut", "leave")

# Stages of a return.
NO_STAGE: Final = 0
STOPPING: Final = 1
WARNING: Final = 2  # sounder before a return that nobody asked for
TO_REST: Final = 3
PAUSE_REST: Final = 4
TO_MID: Final = 5
PAUSE_MID: Final = 6
TO_PARK: Final = 7
AT_REST_WAITING: Final = 8  # for a person
FROZEN: Final = 9  # STOP
CREEPING_OUT: Final = 10  # the one attempt after a cut
BACKING_OFF: Final = 11  # from something in the way, towards park
GIVING_BACK: Final = 12  # the same on the way up: a little head-down
PINCHED: Final = 13  # until a person has helped, or the one attempt
TRYING_BRAKE: Final = 14  # test of the day: torque off, does the table hold?
TRYING_BEATS: Final = 15  # the same: nothing is sent to the drive, does its own watchdog act?
STAGES: Final = (
    "none",
    "stopping",
    "warning",
    "to_rest",
    "pause_rest",
    "to_mid",
    "pause_mid",
    "to_park",
    "waiting_at_rest",
    "frozen",
    "creeping_out",
    "backing_off",
    "giving_back",
    "pinched",
    "trying_brake",
    "trying_watchdog",
)

# Check-in.
CHECK_OFF: Final = 0
CHECK_COUNTING: Final = 1
CHECK_ASKED: Final = 2  # lamp
CHECK_LOUD: Final = 3  # lamp and sounder
CHECKS: Final = ("off", "counting", "asked", "loud")


class Decision(NamedTuple):
    """One tick's outcome."""

    mode: int
    command: int
    angle_cdeg: int
    rate_cdps: int
    decel_cdps2: int
    sounder: bool
    lamp: bool
    enable: bool
    direction: int
    speed_cap_cdps: int
    power: int
    refusal: int  # number of the gate condition that refused this tick's proposal, 0 = none
    first_cause: int  # number in safety.causes, 0 = none
    causes: int  # mask of 1 << cause that are present now
    stage: int
    stage_left_ms: int  # of a pause, a warning or a freeze
    trusted_cdeg: int | None  # the angle the decision was made with
    trusted_cdps: int | None
    check_in: int
    check_in_left_ms: int
    used_ms: int  # head-down time of this session
    dose_left_ms: int
    bout: int  # bouts begun
    bout_ms: int
    tested: bool  # the tests of the day have passed
    planned_down: bool  # head-down motion was proposed by the session in this tick
    latched_cause: int = 0  # number in safety.causes of the latch that forbids a new session, 0 = none
    feed: bool = True  # False: the drive is sent nothing in this tick

"""The numbers of design section 6 and the tiers of the therapy notes, section 5: their only copy in code.

Limits combine by min and every refusal says which limit spoke. Table limits come in through `for_table`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.observation import Terms

TICK_MS: Final = 20
HARD_CAP_CDEG: Final = 6000  # design 6: session cap min(tier, 60, upper stop - 6)
STOP_CLEARANCE_CDEG: Final = 600  # design 6: overshoot budget below the upper mechanical stop
PARK_ALLOWED_CDEG: Final = (-8000, -6000)  # design 6: park -70 (allowed -80..-60)
PARK_CLEARANCE_CDEG: Final = 200  # design 6: park >= 2 deg inside the lower stop
NO_WAY_OUT_CAP_CDEG: Final = 3000  # design 5: no automatic way out after a CUT
CHECK_IN_MAX_MS: Final = 60_000  # domain 5: hard cap of the check-in interval
WALL_MAX_MS: Final = 3_600_000  # engineering: nobody lies on the table longer than an hour


class Tier(NamedTuple):
    """What one level of experience may do (domain 5)."""

    name: str
    cap_cdeg: int
    down_cdps: int
    up_cdps: int  # inverted to rest
    upright_cdps: int  # rest to park
    hold_ms: int
    bout_ms: int
    bouts: int
    day_ms: int
    check_in_ms: int
    sessions_a_day: int
    sessions_before: int  # sessions that must have been ridden ...
    days_before: int  # ... since the first of them so many days ago


TIERS: Final = (
    Tier("beginner", 2000, 100, 200, 100, 60_000, 120_000, 2, 300_000, 30_000, 1, 0, 0),
    Tier("intermediate", 4500, 150, 200, 150, 120_000, 180_000, 3, 600_000, 60_000, 2, 6, 7),
    Tier("full", 6000, 200, 200, 150, 120_000, 300_000, 3, 600_000, 60_000, 2, 6, 28),
)
FIRST_CAP_CDEG: Final = 1500  # domain 5: of a rider's very first session
APART_MS: Final = 10_800_000  # domain 5: three hours from the end of a session to the next
STEEP_CDEG: Final = 4500  # above it the full tier holds 60 s and stays 3 min (domain 5)
STEEP_HOLD_MS: Final = 60_000
STEEP_BOUT_MS: Final = 180_000


class Limits(NamedTuple):
    """Every number the rules use. Angles cdeg, rates cdps, accelerations cdps2, jerk cdps3, times ms."""

    # The table (table file, checked by `for_table`).
    park_cdeg: int = -7000
    cap_cdeg: int = HARD_CAP_CDEG
    # Ages and lateness: design 6, first row.
    stale_ms: int = 100
    lease_ms: int = 100
    late_ms: int = 100
    controller_lost_ms: int = 200  # contracts: silence > 200 ms
    station_lost_ms: int = 5_000  # design 2
    lease_gap_ms: int = 500  # in motion without a proposal though the controller lives: engineering
    refused_ms: int = 2_000  # every proposal refused for so long: engineering
    refused_less_permille: int = (
        250  # of the time led again: who is stopped over and over, as by a noisy source
    )
    alone_ms: int = 45_000  # nothing permitted where no check-in asks: engineering
    heat_permille: int = 800  # safety.md HZ-50
    # Places.
    at_park_cdeg: int = 300  # design 4: park +-3 deg
    there_cdeg: int = 100  # a stage is reached: engineering
    rest_cdeg: int = 0
    mid_cdeg: int = -1500
    inverted_cdeg: int = 500  # domain 5: a bout is phi > 5 deg
    upright_again_cdeg: int = 300  # hysteresis, so that noise does not count bouts
    ankles_cdeg: int = 2000  # design 5
    # Proof of return: design 6.
    proof_cdeg: int = 800
    proof_back_cdeg: int = 200
    proof_seen_cdeg: int = 170  # of these 2 deg, with the noise and lag of two sources: engineering
    proof_effort_permille: int = 600
    # Two sources: design 6; jumps: safety.md HZ-10.
    disagree_cdeg: int = 300
    disagree_lively_cdeg: int = 500
    disagree_ms: int = 200
    lively_ms: int = 300
    slew_cdps: int = 1200  # 1.5 x the hard 8 deg/s
    slew_margin_cdeg: int = 150
    blind_ms: int = 100
    # The third opinion on two sources, by the switches and by a closed brake: engineering.
    rest_switch_cdeg: int = -200  # design 8: changes over at -2 deg
    park_switch_cdeg: int = 100  # above park, where it is mounted to close
    apart_cdeg: int = 100  # nearer than this no switch says which of both lies; none is misplaced so much
    settled_ms: int = 300  # after the brake has closed: a slow inclinometer still shows the stop
    braked_ms: int = 1_000  # looked at for so long at least: in less a table without its belt falls as far
    doubt_ms: int = 2_000  # a stop, the brake, and these two
    # Motion against its command: design 6.
    against_cdeg: int = 100
    runaway_cdeg: int = 200
    obey_ms: int = 150  # design 5: a drive that obeys a stop is slower by a fifth at least by then
    disobey_cdps: int = 100
    disobey_ms: int = 300
    disobey_cdeg: int = 20  # way made since the stop should have ended: engineering
    frozen_cdeg: int = 30
    frozen_of_cdeg: int = 200
    stuck_cdeg: int = 150  # led so far while A stood still: its offset is no offset; half a disagreement
    # Speeds: design 6, planned; measured + 10 %.
    hard_down_cdps: int = 300
    hard_up_cdps: int = 300  # domain 5, hard cap of inverted to horizontal
    hard_upright_cdps: int = 150
    return_cdps: int = 200
    upright_cdps: int = 150
    creep_cdps: int = 200
    emergency_cdps: int = 600
    hard_cdps: int = 800
    test_cdps: int = 100
    over_speed_ms: int = 100
    learns_ms: int = 400  # by hand a loop that was cut falls a little until it has its load: engineering
    over_angle_cdeg: int = 100  # trusted angle past the cap
    over_angle_other_cdeg: int = 300  # the other source may differ that much
    reaction_ms: int = 200  # design 6: drive action after the last feed
    # Accelerations: design 6.
    return_cdps2: int = 100
    emergency_cdps2: int = 600
    stop_cdps2: int = 3000
    hard_cdps2: int = 300
    hard_cdps3: int = 600
    # The gate's tolerances for whole numbers and the 20 ms tick: engineering.
    start_cdeg: int = 100
    tracking_cdeg: int = 300
    # Returns: design 5 and 6.
    stopping_ms: int = 500
    still_cdps: int = 30
    pause_rest_ms: int = 60_000
    pause_rest_long_ms: int = 120_000
    long_bout_ms: int = 180_000
    pause_mid_ms: int = 20_000
    warning_ms: int = 3_000
    progress_after_ms: int = 500  # + one window = the 2 s of the design
    progress_ms: int = 1_500
    progress_least_cdeg: int = 50  # less planned travel than this says nothing
    stall_pause_ms: int = 3_000
    stalls_max: int = 2
    # Something in the way: design 5; windows and efforts: engineering.
    lag_cdeg: int = 60  # less than half of this way, and of what is led in `lag_ms`, was made
    lag_ms: int = 150
    strain_permille: int = 900
    strain_ms: int = 300  # safety.md HZ-24
    back_off_cdeg: int = 400  # 3 to 5 deg
    give_back_cdeg: int = 200
    give_back_cdps: int = 50
    give_back_ms: int = 8_000
    relaxed_permille: int = 100
    pinch_wait_ms: int = 60_000
    retry_permille: int = 500
    retry_ms: int = 100
    settle_ms: int = 1_000
    # STOP: design 5.
    freeze_ms: int = 30_000
    freeze_in_return_ms: int = 10_000
    freeze_bout_ms: int = 60_000
    stop_press_ms: int = 1_000  # what each press costs by itself: what chatters is used up soon
    stop_fade_permille: int = 100  # of the time in which STOP is known to be let go: engineering
    # CUT and e-stop: design 5.
    ss1_ms: int = 480  # STO within 500 ms: one tick less
    cut_still_ms: int = 5_000
    arming_ms: int = 10_000  # a drive that is not armed by then calls for a person: engineering
    # People.
    ankle_ms: int = 100  # design 5
    ankles_ms: int = 40  # one bad sample is not two open clamps: engineering
    load_ms: int = 1_000  # a rider who shifts their weight is still there: engineering
    reset_ms: int = 3_000  # design 5
    reply_ms: int = 10_000  # domain 5: lamp 10 s, loud 10 s
    ask_grace_ms: int = 4_400  # 0.4 s to hear it, 4 s for a jerk-limited stop out of full acceleration
    answer_release_ms: int = 100  # a bouncing contact is no answer
    hold_grace_ms: int = 5_000  # a hold of exactly the limit, by another clock
    test_ms: int = 60_000
    test_travel_cdeg: int = 100  # both sources move at least this much, up and back
    brake_after_ms: int = 400  # a stop out of 1 deg/s is over by then
    brake_ms: int = 2_000  # so long nothing but the brake holds: engineering
    brake_slip_cdeg: int = 30  # safety.md HZ-23
    torque_off_ms: int = 500  # design 5: STO within 500 ms
    silence_max_ms: int = 300  # of the guard towards the drive; no watchdog is longer (design 8: 200 ms)
    beats_heard_ms: int = 200  # fed again it is heard by then, or the silence was too long: engineering
    beats_look_ms: int = 1_000  # within this time the drive says what it did in the silence: engineering
    wake_ms: int = 1_000  # readings of a freshly started guard need so long


def for_table(park_cdeg: int, lower_stop_cdeg: int, upper_stop_cdeg: int, cap_cdeg: int) -> Limits | str:
    """The limits of one table, or why such a table is refused."""
    low, high = PARK_ALLOWED_CDEG
    if not low <= park_cdeg <= high:
        return f"park is {_deg(park_cdeg)}; allowed {_deg(low)} to {_deg(high)}; move the park position"
    if park_cdeg - lower_stop_cdeg < PARK_CLEARANCE_CDEG:
        return (
            f"park {_deg(park_cdeg)} is {_deg(park_cdeg - lower_stop_cdeg)} from the lower stop; "
            f"allowed {_deg(PARK_CLEARANCE_CDEG)} or more; raise park or lower the stop"
        )
    cap = min(cap_cdeg, HARD_CAP_CDEG, upper_stop_cdeg - STOP_CLEARANCE_CDEG)
    if cap <= 0:
        return f"the cap is {_deg(cap)}; allowed above 0 deg; move the upper stop ({_deg(upper_stop_cdeg)})"
    return Limits(park_cdeg=park_cdeg, cap_cdeg=cap)


def terms(
    session: int,
    tier: int,
    cap_cdeg: int,
    allowance_ms: int,
    bouts: int,
    wall_ms: int,
    day_left_ms: int,
    limits: Limits,
) -> Terms | str:
    """What this session may do, or which limit its programme breaks. `day_left_ms` is the ledger's word."""
    if not 0 <= tier < len(TIERS):
        return f"tier {tier} is unknown; allowed 0 to {len(TIERS) - 1}; choose one of them"
    row = TIERS[tier]
    need_ms = allowance_ms + allowance_ms // 10 + row.check_in_ms
    left_ms = min(row.day_ms, day_left_ms)
    for what, value, unit, most, who in (
        ("angle", cap_cdeg, "cdeg", row.cap_cdeg, row.name),
        ("angle", cap_cdeg, "cdeg", limits.cap_cdeg, "this table"),
        ("bouts", bouts, "bouts", row.bouts, row.name),
        ("head-down time", allowance_ms, "ms", left_ms, f"{row.name} and the rider's day"),
        ("length", wall_ms, "ms", WALL_MAX_MS, "any session"),
    ):
        if value > most:
            return f"{what} is {value} {unit}; {who} allows {most} {unit}; shorten the programme"
    if session <= 0 or cap_cdeg <= limits.park_cdeg or min(allowance_ms, bouts, wall_ms) < 0:
        return "session, angle, times and bouts must be positive; load the programme again"
    return _terms(session, row, cap_cdeg, min(need_ms, left_ms), bouts, wall_ms)


def _terms(session: int, row: Tier, cap_cdeg: int, allowance_ms: int, bouts: int, wall_ms: int) -> Terms:
    steep = cap_cdeg > STEEP_CDEG
    return Terms(
        session,
        cap_cdeg,
        row.down_cdps,
        row.up_cdps,
        row.upright_cdps,
        allowance_ms,
        min(row.bout_ms, STEEP_BOUT_MS) if steep else row.bout_ms,
        bouts,
        min(row.hold_ms, STEEP_HOLD_MS) if steep else row.hold_ms,
        row.check_in_ms,
        min(wall_ms + wall_ms // 4 + 60_000, WALL_MAX_MS),
    )


def bounded(asked: Terms, limits: Limits) -> Terms:
    """Terms from outside never exceed the hard limits."""
    return Terms(
        asked[0],
        min(asked[1], limits.cap_cdeg, HARD_CAP_CDEG),
        min(asked[2], limits.hard_down_cdps),
        min(asked[3], limits.hard_up_cdps),
        min(asked[4], limits.hard_upright_cdps),
        asked[5],
        asked[6],
        asked[7],
        asked[8],
        min(asked[9], CHECK_IN_MAX_MS),
        min(asked[10], WALL_MAX_MS),
    )


def _deg(cdeg: int) -> str:
    return f"{cdeg / 100:g} deg"

"""Why motion was ended: a closed list. The first cause of a trip is kept, whatever comes after it.

`number` is what travels in reports and files; it never changes once given. Reactions and resets stand in the
rules' rows.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Cause(NamedTuple):
    """One cause, in words."""

    number: int
    name: str  # as in records and on the command line
    text: str  # what happened, for the rider
    remedy: str  # what to do next
    hazards: tuple[str, ...]


CAUSES: Final = (
    Cause(
        1, "return_asked", "RETURN was asked for.", "Nothing: wait until the table is upright.", ("HZ-44",)
    ),
    Cause(
        2, "time_over", "The session's time is over.", "Nothing: wait until the table is upright.", ("HZ-48",)
    ),
    Cause(
        3, "dose_over", "The time head-down is used up.", "Rest; the page says when more is left.", ("HZ-48",)
    ),
    Cause(
        4,
        "controller_lost",
        "The controller fell silent.",
        "Look at its log; start again at park.",
        ("HZ-36",),
    ),
    Cause(
        5,
        "station_lost",
        "The panel's station fell silent.",
        "Look at its log; start again at park.",
        ("HZ-38",),
    ),
    Cause(
        6,
        "guard_lost",
        "The guard was restarted away from park.",
        "Look at its log before the next ride.",
        ("HZ-37",),
    ),
    Cause(
        7,
        "lease_lost",
        "The controller's permission ran out in motion.",
        "Look at the controller's load.",
        ("HZ-36",),
    ),
    Cause(8, "seat_lost", "The panel that had the seat is gone.", "Take the seat again at park.", ("HZ-38",)),
    Cause(
        9,
        "check_in_missed",
        "The check-in was not answered.",
        "Look after the rider; then press RETURN.",
        ("HZ-44",),
    ),
    Cause(
        10,
        "ankle_open",
        "One ankle contact opened.",
        "Help the rider; check the clamp before the next ride.",
        ("HZ-42",),
    ),
    Cause(11, "ankles_open", "Both ankle contacts opened.", "Hold the rider; then press RETURN.", ("HZ-42",)),
    Cause(12, "stop_pressed", "STOP was pressed.", "CONTINUE, or RETURN.", ("HZ-44",)),
    Cause(
        13,
        "estop",
        "The e-stop chain opened.",
        "Hold RETURN to come up; release the e-stop when safe.",
        ("HZ-49",),
    ),
    Cause(14, "over_angle", "The table went past its cap.", "Have the table inspected.", ("HZ-01",)),
    Cause(
        15,
        "over_angle_predicted",
        "The table could not have stopped before its cap.",
        "Have it inspected.",
        ("HZ-02",),
    ),
    Cause(16, "over_speed", "The table moved too fast.", "Have the table inspected.", ("HZ-03",)),
    Cause(
        17,
        "wrong_direction",
        "The table moved against its command.",
        "Check wiring and sign; keel latch.",
        ("HZ-05",),
    ),
    Cause(
        18,
        "runaway",
        "The table moved without a command.",
        "Have the drive inspected; keel latch.",
        ("HZ-04",),
    ),
    Cause(
        19,
        "no_motion",
        "The table did not move when told to.",
        "Look for an obstruction, brake, supply.",
        ("HZ-24",),
    ),
    Cause(20, "angle_stale", "One angle source fell silent.", "Check that sensor's wire.", ("HZ-16",)),
    Cause(
        21, "no_angle", "No angle can be trusted.", "Hold RETURN to come up; check both sensors.", ("HZ-12",)
    ),
    Cause(
        22,
        "angles_disagree",
        "The two angle sources disagree.",
        "Check mounting and coupling.",
        ("HZ-08", "HZ-11"),
    ),
    Cause(
        23, "inputs_stale", "Buttons and contacts fell silent.", "Check the wire of the inputs.", ("HZ-28",)
    ),
    Cause(
        24, "drive_lost", "The drive fell silent.", "Check the drive's wire and supply.", ("HZ-15", "HZ-16")
    ),
    Cause(
        25, "drive_fault", "The drive reports a fault.", "Read the code; see the drive's page.", ("HZ-21",)
    ),
    Cause(
        26,
        "return_stalled",
        "The return made no progress.",
        "Look for an obstruction; hold RETURN.",
        ("HZ-27",),
    ),
    Cause(27, "overrun", "The guard was late.", "Look at the machine's load.", ("HZ-32",)),
    Cause(28, "supply_low", "The supply is not good.", "Charge or check the supply.", ("HZ-29",)),
    Cause(
        29,
        "bout_over",
        "This stretch head-down is long enough.",
        "Nothing: wait until the table is upright.",
        ("HZ-48",),
    ),
    Cause(30, "drive_returned", "The drive came home by itself.", "Look at the guard's log.", ("HZ-31",)),
    Cause(
        31,
        "load_lost",
        "Nobody is felt on the table any more.",
        "Look after the rider; check the load contact.",
        ("HZ-43",),
    ),
    Cause(
        32,
        "left_alone",
        "The table stood away from park and nobody led it.",
        "Nothing; upright, start again.",
        ("HZ-44",),
    ),
    Cause(
        33,
        "pinched_down",
        "Something was in the way going down.",
        "Look who or what was caught; clear the way.",
        ("HZ-26",),
    ),
    Cause(
        34,
        "pinched_up",
        "Something was in the way coming up.",
        "Free what is caught; hold RETURN to come up.",
        ("HZ-26", "HZ-27"),
    ),
    Cause(
        35,
        "panic",
        "The pendant was squeezed through.",
        "Look after the rider; then press RETURN.",
        ("HZ-44",),
    ),
    Cause(
        36,
        "too_hot",
        "The drive or its motor is getting too hot, or does not say how hot any more.",
        "Let it cool; see to the fan. If it is cold, check its temperature sensor and its wire.",
        ("HZ-50",),
    ),
    Cause(
        37,
        "brake_slips",
        "The empty table sank while only the brake held it.",
        "Nobody lies down: have the brake mended; keel latch.",
        ("HZ-23",),
    ),
    Cause(
        38,
        "torque_stays",
        "The drive kept its torque though it was told to let go.",
        "Have the enable relay and the drive's STO wiring checked; keel latch.",
        ("HZ-04",),
    ),
    Cause(
        39,
        "watchdog_dead",
        "The guard fell silent and the drive's own watchdog did not act.",
        "Nobody lies down: have the drive's watchdog setting checked; keel latch.",
        ("HZ-15", "HZ-37"),
    ),
)

BY_NAME: Final = {cause.name: cause for cause in CAUSES}
BY_NUMBER: Final = {cause.number: cause for cause in CAUSES}


def name_of(number: int) -> str | None:
    """The name of a cause as files have it; None for 0, "no cause"."""
    return BY_NUMBER[number].name if number else None

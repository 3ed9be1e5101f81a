"""What people at the table read: one line for each situation, saying what to do now."""

from __future__ import annotations

from typing import Final

GUARD_AWAY: Final = "The guard does not answer. Nothing moves until it does."
PARKED: Final = "Choose a programme."
COMPLETED: Final = "Done. Stay upright for a while, then open the clamps."
RELEASE_ESTOP: Final = "The e-stop is pressed. Release it when it is safe."
CLEAR_TABLE: Final = "Nobody on the table: open both ankle clamps for the test of the day."
HOLD_FOR_TEST: Final = "Hold the pendant; nobody on the table. The table will move a little."
TESTING: Final = "Test of the day: the table moves 2 degrees and back. Keep the pendant held."
TRYING_BRAKE: Final = "Test of the day: motor off, the brake must hold. Keep the pendant held."
TRYING_WATCHDOG: Final = "Test of the day: the drive must stop by itself. Keep the pendant held."
TEST_ASKED: Final = "Waiting for the guard to allow the test of the day."
LET_RETURN_GO: Final = "Let RETURN go: the test of the day would end at once."
TEST_RETURNED: Final = "RETURN ended the test of the day. Load again."
TEST_STOPPED: Final = "STOP ended the test of the day. Hold RETURN up to park, then load again."
STEP_ON: Final = "Step on and close both ankle clamps."
OPENING: Final = "Opening the session."
PRESS_START: Final = "Take the pendant into your hand. Press start on the panel."
HOLD_TO_BEGIN: Final = "Hold the pendant to begin."
HOLD_TO_GO_ON: Final = "Hold the pendant to go on."
STUMBLES: Final = "Permission came and went. Check the pendant, the clamps and their wires."
ARE_YOU_WELL: Final = "Are you well? Let the pendant go and press it again."
FROZEN: Final = "Stopped. CONTINUE goes on, RETURN comes up."
RETURNING: Final = "Coming up. Stay where you are."
WAITING: Final = "Look after the rider. Then press and release RETURN."
FAULTED: Final = "The guard has stopped. Hold RETURN to come up; see the remedy."
RESET: Final = "Hold RETURN for 3 seconds, then let it go, to reset the guard."
ARRIVING: Final = "Almost upright."

# By state, where nothing more urgent is said.
BY_STATE: Final = {
    "parked": PARKED,
    "frozen": FROZEN,
    "returning": RETURNING,
    "waiting": WAITING,
    "faulted": FAULTED,
}

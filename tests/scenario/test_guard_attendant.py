"""A table that needs a partner beside it begins no session without their sign at its own buttons (HZ-45)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.node import protocol
from safety.guard.attendant import SIGN_MS, Attendant
from safety.observation import UNKNOWN_INPUTS, Inputs
from tests.guard_rig import MOUNTED, TABLE, Rig
from tests.safety_rig import QUIET

ALONE = TABLE.replace(b'way_out_after_cut = "second-drive"', b'way_out_after_cut = "none"')


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path, table_file=ALONE)
    yield made
    made.kill_guard()


def press(rig: Rig, button: int) -> None:
    """Pressed and let go."""
    rig.inputs |= button
    rig.run(0.3)
    rig.inputs &= ~button
    rig.run(0.2)


@pytest.mark.parametrize("button", [protocol.RETURN_A, protocol.RETURN_B, protocol.STOP])
def test_the_partners_sign_at_the_table_lets_one_session_begin(rig: Rig, button: int) -> None:
    assert rig.table.attendant_required
    assert rig.table.cap_cdeg == 3000
    rig.arm_and_test()
    rig.inputs = MOUNTED
    rig.run(0.2)
    written = (rig.folder / "ledger.jsonl").read_bytes()
    assert rig.begin()[1:] == (
        False,
        "this table needs a partner beside it: let them press and let go STOP or RETURN at the table,"
        " then start within 60 s",
    )
    assert (rig.folder / "ledger.jsonl").read_bytes() == written
    press(rig, button)
    assert rig.begin()[1]
    assert rig.order(16)[1], "the session is ended at park"
    rig.run(0.3)
    assert "partner" in rig.begin()[2], "a sign counts for one session"


def seen(watch: Attendant, at_ms: int, at_park: bool = True, inputs: Inputs = QUIET) -> None:
    watch.see(inputs, at_park, at_ms)


def test_a_table_that_needs_nobody_asks_for_nobody() -> None:
    assert Attendant(False).why_not(0) is None


@pytest.mark.parametrize(("age_ms", "there"), [(0, True), (SIGN_MS, True), (SIGN_MS + 1, False)])
def test_a_sign_is_good_for_a_minute(age_ms: int, there: bool) -> None:
    watch = Attendant(True)
    seen(watch, 0, inputs=QUIET._replace(return_b=True))
    assert watch.why_not(0) is not None, "a button that is still pressed, or stuck, is no sign"
    seen(watch, 1_000)
    assert (watch.why_not(1_000 + age_ms) is None) == there


def test_what_is_not_known_is_no_sign() -> None:
    watch = Attendant(True)
    seen(watch, 0, inputs=QUIET._replace(stop=True))
    seen(watch, 20, inputs=UNKNOWN_INPUTS)
    assert watch.why_not(20) is not None
    seen(watch, 40)
    assert watch.why_not(40) is None


def test_away_from_park_it_is_forgotten() -> None:
    watch = Attendant(True)
    seen(watch, 0, inputs=QUIET._replace(stop=True))
    seen(watch, 20)
    seen(watch, 40, at_park=False)
    assert watch.why_not(40) is not None

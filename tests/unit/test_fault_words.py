"""A fault as people write it: name, severity, moment, length, period; and what is said to a wrong one."""

from __future__ import annotations

import pytest

from hil import demo_faults
from hil.campaign.host_faults import HOST_FAULTS
from hil.fault_words import Moment, parse, switches
from simulator.faults import FAULTS


@pytest.mark.parametrize(
    ("word", "moment"),
    [
        ("estop@90", Moment("estop", None, 90.0)),
        ("brake_worn=0.5@9.5", Moment("brake_worn", 0.5, 9.5)),
        ("encoder_slipped=-5@90+10", Moment("encoder_slipped", -5.0, 90.0, 10.0)),
        ("wire_lossy=1e-2@90+0.5/2", Moment("wire_lossy", 0.01, 90.0, 0.5, 2.0)),
        ("wire_lossy=2e-1@0", Moment("wire_lossy", 0.2, 0.0)),
    ],
)
def test_a_word_is_a_moment(word: str, moment: Moment) -> None:
    assert parse(word, FAULTS) == moment


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("estopp@90", "did you mean estop?"),
        ("estop", "no moment is named; write NAME@T"),
        ("estop@soon", "as in kill_guard@90"),
        ("estop@-1", "must be 0 to 36000 s"),
        ("estop@nan", "must be 0 to 36000 s"),
        ("estop@inf", "must be 0 to 36000 s"),
        ("estop@90+0", "must be 0.02 to 36000 s"),
        ("estop@90+2/1", "EVERY the longer"),
        ("estop@90/2", "EVERY the longer"),
        ("estop=1@90", "has no severity"),
        ("brake_worn=much@90", "'much' is no number"),
        ("brake_worn=nan@90", "allowed are 0.05 to 0.9 of its torque"),
        ("brake_worn=2@90", "2 of its torque; allowed are 0.05 to 0.9 of its torque"),
        ("kill_guard@90+5", "happens once"),
        ("late_guard@90", "for campaigns only: keel campaign --faults late_guard"),
        ("inputs_cut@90", "there is no fault 'inputs_cut'"),
        ("@90", "there is no fault ''"),
    ],
)
def test_a_wrong_word_is_refused_with_what_is_allowed(word: str, says: str) -> None:
    with pytest.raises(ValueError) as refused:
        demo_faults.read([word], "node")
    assert str(refused.value).startswith(f"--fault {word}: ")
    assert says in str(refused.value)


def test_an_intermittent_fault_comes_and_goes() -> None:
    todo = switches([parse("estop@10+1/3", FAULTS), parse("panic=20@11.5", FAULTS)])
    assert [(one.at_s, one.name, one.on) for one in todo[:5]] == [
        (10.0, "estop", True),
        (11.0, "estop", False),
        (11.5, "panic", True),
        (13.0, "estop", True),
        (14.0, "estop", False),
    ]
    assert todo[2].amount == 20.0
    assert len(todo) <= 2 * 10_000 + 1


def test_every_fault_of_the_machine_is_either_for_demos_or_for_campaigns() -> None:
    assert {*demo_faults.CAMPAIGN_ONLY, *demo_faults.HERE} == set(HOST_FAULTS)

"""What must hold for any input: total, deterministic, monotone, nothing head-down without its permits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from safety import decision as d
from safety import rules
from safety.limits import terms
from safety.look import look
from safety.observation import AGE_MAX_MS, DRIVE_ARMED, Inputs, Observation, Proposal, Terms, Wake
from safety.step import State, boot, step
from safety.verdict import ALLOW, Verdict, combine
from tests.safety_rig import LIMITS, Rig, session_terms

HOMECOMINGS = 25  # each is a whole return
absurd = st.sampled_from([0, 1, -1, 100, -7000, 7000, 32_767, -32_768, 10**9, -(10**9), 10**30, -(10**30)])
whole = st.one_of(st.integers(-9_000, 9_000), absurd)
age = st.one_of(st.sampled_from([0, 20, 100, 101, 200, 201, 5_000, AGE_MAX_MS]), absurd)
maybe = st.sampled_from([True, False, None])
inputs = st.builds(Inputs, *[maybe] * 14)
asked_terms = st.one_of(st.none(), st.just(session_terms()), st.builds(Terms, *[whole] * 11))
proposals = st.one_of(st.none(), st.builds(Proposal, st.sampled_from([7, 0]), whole, whole, whole, whole))
observations = st.builds(
    Observation,
    st.sampled_from([20, 0, 40, 101, 5_000, -5, 10**12]),
    age,
    st.one_of(st.none(), whole),
    st.one_of(st.none(), whole),
    age,
    st.one_of(st.none(), whole),
    st.one_of(st.none(), whole),
    age,
    st.integers(-1, 9),
    whole,
    whole,
    age,
    inputs,
    age,
    proposals,
    asked_terms,
    st.integers(0, 127),
    age,
    age,
    st.one_of(st.none(), whole),
    st.one_of(st.none(), whole),
)
wakes = st.builds(
    Wake, asked_terms, whole, st.booleans(), st.booleans(), st.sampled_from([0, 13, 14, 17, 18])
)
verdicts = st.builds(Verdict, st.integers(0, 2), st.integers(0, 800), st.integers(0, 1))


def legal(decision: d.Decision) -> None:
    """A decision anybody can obey."""
    assert 0 <= decision.mode < len(d.MODES)
    assert 0 <= decision.command < len(d.COMMANDS)
    assert 0 <= decision.stage < len(d.STAGES)
    assert decision.check_in in range(len(d.CHECKS))
    if decision.command == d.MOVE and decision.mode != d.TEST:
        assert decision.rate_cdps <= LIMITS.hard_down_cdps + 2
    if decision.command == d.MOVE and decision.rate_cdps > 0 and decision.mode not in (d.TEST, d.ACTIVE):
        assert decision.stage == d.GIVING_BACK
        assert decision.rate_cdps <= LIMITS.give_back_cdps


@settings(max_examples=150, deadline=None)
@given(wakes, st.lists(observations, min_size=1, max_size=25))
def test_step_is_total_and_deterministic(wake: Wake, ticks: list[Observation]) -> None:
    state = boot(LIMITS, wake)
    for observation in ticks:
        once = step(state, observation, LIMITS)
        assert once == step(state, observation, LIMITS)
        state, decision = once
        legal(decision)


def riding(place: int) -> tuple[State, Observation]:
    """A session that goes down at 1 deg/s, and the observation it would see next."""
    return _RIDES[place]


def _ride(ticks: int) -> tuple[State, Observation]:
    rig = Rig()
    shaped = rig.ride(1000)
    for _ in range(ticks):
        angle, rate, _ = shaped.towards(2900)
        rig.propose(angle, rate)
    angle, rate, _ = shaped.towards(2900)
    return rig.state, rig.sense()._replace(proposal=Proposal(7, 0, angle, rate, 100))


_RIDES = [_ride(ticks) for ticks in (100, 200, 400)]
FIELDS = st.dictionaries(st.sampled_from(Observation._fields), st.just(None), min_size=0, max_size=4)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2), observations, FIELDS, inputs, st.booleans())
def test_head_down_needs_every_permit(
    place: int, other: Observation, fields: dict[str, None], switches: Inputs, mixed: bool
) -> None:
    state, observation = riding(place)
    observation = observation._replace(**{name: getattr(other, name) for name in fields})
    if mixed:
        observation = observation._replace(inputs=switches)
    _, decision = step(state, observation, LIMITS)
    if decision.command == d.MOVE and decision.rate_cdps > 0:
        assert permits(decision, observation)


def permits(decision: d.Decision, seen: Observation) -> bool:
    """Invariant I5; what is missing fails by itself."""
    assert decision.mode == d.ACTIVE
    assert decision.direction == 2
    assert decision.latched_cause == 0
    assert decision.tested
    assert seen.inputs.pendant is True
    assert seen.inputs.ankle_a is True
    assert seen.inputs.ankle_b is True
    assert seen.inputs.estop_ok is True
    assert seen.inputs.supply_ok is True
    assert max(seen.a_age_ms, seen.b_age_ms, seen.inputs_age_ms, seen.drive_age_ms) <= 100
    assert seen.a_cdeg is not None
    assert seen.b_cdeg is not None
    assert seen.drive_state == DRIVE_ARMED
    assert seen.controller_age_ms <= 200
    assert decision.dose_left_ms > 0
    return True


def test_the_ride_the_properties_start_from_does_go_down() -> None:
    for place in range(3):
        state, observation = riding(place)
        _, decision = step(state, observation, LIMITS)
        assert decision.command == d.MOVE
        assert decision.rate_cdps > 0
        assert permits(decision, observation)


@given(verdicts, verdicts, verdicts)
def test_combining_only_ever_lowers(one: Verdict, other: Verdict, third: Verdict) -> None:
    both = combine(one, other)
    assert all(part <= min(parts) for part, *parts in zip(both, one, other, strict=True))
    assert combine(both, third) == combine(one, combine(other, third))
    assert combine(one, ALLOW) == one


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2), observations, FIELDS, st.sets(st.integers(0, len(rules.ROWS) - 1), max_size=8))
def test_more_rules_never_allow_more(
    place: int, other: Observation, fields: dict[str, None], without: set[int]
) -> None:
    """I23: whatever is seen, taking rules away never lowers a verdict, a reaction or a cause."""
    state, observation = riding(place)
    observation = observation._replace(**{name: getattr(other, name) for name in fields})
    facts = look(state, observation, LIMITS, 20, False)
    whole = rules.judge(facts, observation, LIMITS)
    kept = tuple(row for place, row in enumerate(rules.ROWS) if place not in without)
    all_rows = rules.ROWS
    try:
        rules.ROWS = kept  # type: ignore[misc]
        part = rules.judge(facts, observation, LIMITS)
    finally:
        rules.ROWS = all_rows  # type: ignore[misc]
    assert all(strict <= loose for strict, loose in zip(whole[0], part[0], strict=True))
    assert whole[1] & part[1] == part[1]
    assert whole[2] & part[2] == part[2]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2), st.lists(st.tuples(observations, FIELDS), min_size=1, max_size=20))
def test_after_a_latch_nothing_leads_down(
    place: int, seen: list[tuple[Observation, dict[str, None]]]
) -> None:
    """I7: without a RETURN held and released no latch goes, and under it no session leads anywhere down."""
    state, _ = riding(place)
    latched = False
    for other, fields in seen:
        _, base = riding(place)
        observation = base._replace(**{name: getattr(other, name) for name in fields})
        observation = observation._replace(inputs=observation.inputs._replace(return_a=False, return_b=False))
        state, decision = step(state, observation, LIMITS)
        assert not latched or decision.latched_cause
        latched = bool(decision.latched_cause)
        if latched and decision.command == d.MOVE and decision.rate_cdps > 0:
            assert decision.stage == d.GIVING_BACK


SHORT = LIMITS._replace(pause_rest_ms=400, pause_rest_long_ms=600, pause_mid_ms=200, pinch_wait_ms=400)


@settings(max_examples=HOMECOMINGS, deadline=None)
@given(st.integers(0, 2), observations, FIELDS, st.integers(0, 40))
def test_after_any_disturbance_a_return_gets_home(
    place: int, other: Observation, fields: dict[str, None], ticks: int
) -> None:
    """Whatever a session sees for some ticks, an order to RETURN brings it to park in the design's time."""
    rig = Rig(limits=SHORT)
    rig.state, observation = riding(place)
    assert observation.a_cdeg is not None
    assert observation.a_cdps is not None
    rig.plant = rig.plant._replace(cdeg=float(observation.a_cdeg), cdps=float(observation.a_cdps))
    rig.press(ankle_a=True, ankle_b=True, load=True)
    disturbed = {name: getattr(other, name) for name in fields if name not in ("dt_ms", "begin")}
    for _ in range(ticks):
        rig.tick(**disturbed)
    for _ in range(20):
        rig.tick()
    helped(rig)


def helped(rig: Rig) -> None:
    """A person who holds RETURN for half of every ten seconds; at park within the time allowed.

    Where nothing says which angle is right, only as long as it is held does the table move (design 5).
    """
    start_ms = rig.now_ms
    while rig.decision.mode not in (d.INHIBITED, d.LATCHED):
        since_ms = rig.now_ms - start_ms
        rig.press(return_a=since_ms % 10_000 < 5_000)
        rig.tick()
        assert since_ms < 400_000, rig.decision
    assert abs(rig.plant.cdeg - LIMITS.park_cdeg) <= LIMITS.at_park_cdeg, rig.decision


def test_terms_never_exceed_any_limit() -> None:
    made = session_terms(tier=0, cap_cdeg=2000, allowance_ms=100_000, bouts=2)
    assert (made.cap_cdeg, made.down_cdps, made.check_in_every_ms) == (2000, 100, 30_000)
    assert isinstance(terms(7, 0, 2001, 1, 1, 1, 10**9, LIMITS), str)

"""Rules about the rider, the attendant, the clocks of the session and the processes that serve them."""

from __future__ import annotations

from safety.decision import CHECK_ASKED, CHECK_LOUD, CHECK_OFF
from safety.facts import ACTING, Facts
from safety.limits import Limits
from safety.observation import ORDER_RETURN, ORDER_SEAT_LOST, ORDER_STOP, Observation


def return_asked(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-44: a RETURN button, a panel, a signal. Never refused."""
    return facts.buttons.home or bool(observation.orders & ORDER_RETURN)


def stop_pressed(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-44: the local STOP freezes any motion; that of a network only what a session does."""
    if facts.buttons.stop_press:
        return True
    return bool(observation.orders & ORDER_STOP) and bool(facts.scope & ACTING)


def estop(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-49: the chain is open."""
    return facts.buttons.now.estop_ok is False


def ankle_open(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-42: one contact open for 100 ms."""
    return facts.buttons.one_open_ms >= limits.ankle_ms and facts.buttons.fresh


def ankles_open(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-42: both open above 20 deg: the rider may be sliding."""
    cdeg = facts.angles.last_cdeg if facts.cdeg is None else facts.cdeg
    return facts.buttons.both_open_ms >= limits.ankles_ms and cdeg is not None and cdeg > limits.ankles_cdeg


def ankle_sample(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-42: any open or unknown sample takes head-down permission in this tick."""
    now = facts.buttons.now
    return now.ankle_a is not True or now.ankle_b is not True


def pendant(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-40: nothing goes head-down without the rider's own hand."""
    return facts.buttons.now.pendant is not True


def panic(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-44: the pendant is squeezed through, as by a cramped or frightened hand."""
    return facts.buttons.now.panic is True


def check_in_missed(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-44: neither lamp nor sounder was answered."""
    return facts.check.missed


def check_in_open(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-44: the loud phase; no head-down motion before the answer."""
    phase, age_ms = facts.check.phase, facts.check.age_ms
    return phase == CHECK_LOUD or (phase == CHECK_ASKED and age_ms > limits.ask_grace_ms)


def seat_lost(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-38: nobody has the seat."""
    return bool(observation.orders & ORDER_SEAT_LOST)


def controller_lost(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-36: silence, or the end of its connection (age at its maximum)."""
    return observation.controller_age_ms > limits.controller_lost_ms


def station_lost(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-38: five seconds of silence."""
    return observation.station_age_ms >= limits.station_lost_ms


def lease_lost(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-36: the controller lives but asks for nothing in motion, or only for what is refused."""
    return facts.gap_ms >= limits.lease_gap_ms or facts.refused_ms >= limits.refused_ms


def left_alone(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-44: nothing was permitted for 45 s where no check-in asks, as when the pendant was let go."""
    return facts.idle_ms >= limits.alone_ms and facts.check.phase == CHECK_OFF


def load_lost(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-43: nobody is felt on the table."""
    return facts.buttons.unloaded_ms >= limits.load_ms


def time_over(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-48: the session's total time."""
    return facts.terms is not None and facts.session.wall_ms >= facts.terms.wall_max_ms


def dose_over(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-48: the head-down time that was debited."""
    return (
        facts.terms is not None
        and facts.session.used_ms >= facts.terms.allowance_ms
        and facts.session.in_bout
    )


def bout_over(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-48: one stretch head-down, or one hold without movement, is long enough."""
    terms = facts.terms
    if terms is None or not facts.session.in_bout:
        return False
    held_too_long = facts.session.hold_ms >= terms.hold_max_ms + limits.hold_grace_ms
    return facts.session.bout_ms >= terms.bout_max_ms or held_too_long

"""From a ride to the figures of one line of results."""

from __future__ import annotations

from typing import Any, Final

from hil.campaign.catalogue import NOMINAL, Row
from hil.campaign.trace import AT, Ride, Sample
from safety import causes
from safety.decision import ACTIVE, LATCHED, MODES, READY, RETURNING, TEST, WAITING
from safety.verdict import BOTH

RIDING: Final = (READY, ACTIVE, TEST)


def facts(ride: Ride, row: Row) -> dict[str, Any]:
    """What happened, in figures."""
    samples = ride.samples
    cause = first_cause(samples)
    last = samples[-1]
    return {
        "table_s": round(last.t_ms / 1_000, 2),
        "injected_s": _s(ride.injected_ms),
        "effect_s": _s(ride.effect_ms),
        "detected_ms": detection_ms(ride),
        "first_cause": causes.name_of(cause),
        "worst_deg": round(max(one.angle_deg for one in samples), 2),
        "worst_dps": round(max(abs(one.rate_dps) for one in samples), 2),
        "home_s": time_home_s(ride),
        "parked": ride.parked_ms is not None,
        "end_deg": round(last.angle_deg, 2),
        "end_mode": MODES[last.report[AT["mode"]] or 0] if last.report is not None else None,
        "completed": ride.completed,
        "false_trip": row.name == NOMINAL and bool(cause),
    }


def _s(ms: int | None) -> float | None:
    return None if ms is None else round(ms / 1_000, 2)


def first_cause(samples: list[Sample]) -> int:
    """The first one of the run, 0 = none."""
    place = AT["first_cause"]
    return next((one.report[place] or 0 for one in samples if one.report and one.report[place]), 0)


def detection_ms(ride: Ride) -> int | None:
    """From the moment the fault was real to the guard's first reaction: permission, mode or cause."""
    start_ms = ride.effect_ms
    if start_ms is None:
        return None
    before: tuple[Any, ...] | None = None
    for one in ride.samples:
        now = None if one.report is None else _stance(one.report)
        if one.t_ms >= start_ms and before is not None and now is not None and now != before:
            return one.t_ms - start_ms
        if now is not None and one.t_ms < start_ms:
            before = now
    return None


def _stance(report: Any) -> tuple[Any, ...]:
    homing = report[AT["mode"]] in (RETURNING, WAITING, LATCHED)
    return homing, report[AT["direction"]] == BOTH, report[AT["first_cause"]]


def time_home_s(ride: Ride) -> float | None:
    """From the last moment of a plain ride to park."""
    if ride.parked_ms is None:
        return None
    left_ms = next((one.t_ms for one in ride.samples if one.report and _away(one) and not _riding(one)), None)
    return None if left_ms is None else round(max(0, ride.parked_ms - left_ms) / 1_000, 2)


def _away(one: Sample) -> bool:
    return one.angle_deg > -65.0


def _riding(one: Sample) -> bool:
    return one.report is not None and one.report[AT["mode"]] in RIDING

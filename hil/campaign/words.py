"""From a ride to the figures of one line of results."""

from __future__ import annotations

from typing import Any, Final

from hil.campaign.catalogue import NOMINAL, Row
from hil.campaign.reactions import REACTIONS
from hil.campaign.trace import AT, Ride, Sample, value
from safety import causes
from safety.decision import ACTIVE, MODES, READY, TEST
from safety.guard.report import Report

RIDING: Final = (READY, ACTIVE, TEST)
PEOPLE: Final = ("return_asked", "stop_pressed")  # who rides, stands by, or sits at the panel
LETS_GO: Final = ("pendant_released", "pendant_squeezed", "pendant_flicker", "pendant_bounce", "rider_faints")


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
    """From the moment the fault was real to the guard's first reaction; None = it never had to react.

    A reaction is a cause of its own or less permission than a tick before. What the people of the scenario
    do, who ask for RETURN and answer check-ins, is none, nor is a table that comes home as it was going to.
    """
    if ride.effect_ms is None or ride.injected_ms is None:
        return None
    people, told = _of_people(ride.fault), 0
    before: Report | None = None
    for one in ride.samples:
        report = one.report
        if report is None:
            continue
        if one.t_ms > ride.injected_ms and before is not None:
            by_people = value(report, "causes") & people or not _holds(one, ride.fault)
            if _told(report) & ~told & ~people or (_takes_away(before, report) and not by_people):
                return max(0, one.t_ms - ride.effect_ms)
        before, told = report, told | _told(report)
    return None


def _told(report: Report) -> int:
    """Mask of the causes it names."""
    return value(report, "causes") | (1 << value(report, "first_cause")) & ~1


def _of_people(fault: str) -> int:
    """Mask of the causes that people give, unless such a button is the fault."""
    row = REACTIONS.get(fault)
    asked = set(PEOPLE) - set(row.causes if row else ())
    return sum(1 << causes.BY_NAME[name].number for name in asked)


def _takes_away(before: Report, now: Report) -> bool:
    """Whether it permits less than a tick ago."""
    return any(value(now, name) < value(before, name) for name in ("direction", "speed_cap_cdps", "power"))


def _holds(one: Sample, fault: str) -> bool:
    """Whether the pendant is held, which riders let go to answer; or it is the fault that it is not."""
    return one.pendant or fault in LETS_GO


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

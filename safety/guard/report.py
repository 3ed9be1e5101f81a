"""One tick as its report packet, for whoever listens and for the ring."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from firmware_bridge.readings import DriveReading
from safety.decision import MOVE, Decision
from safety.guard.messages import REPORT_LAYOUT
from safety.observation import Inputs, Observation

Report = tuple[int | None, ...]  # in the order of REPORT_LAYOUT.fields

_BITS: Final = tuple(1 << place for place in range(len(Inputs._fields)))
_CURRENT_MAX_MA: Final = 2**31 - 1
SAMPLES_KEPT: Final = 256  # inputs change rarely: their masks are kept


class Rest(NamedTuple):
    """What a report says besides observation and decision."""

    tick: int
    now_ms: int
    boot_id: int
    session: int
    proposal_seq: int
    controller_state: int
    phase: int
    refusals: int
    day_left_ms: int
    cap_cdeg: int
    cost_us: int


def report(seen: Observation, decided: Decision, drive: DriveReading | None, rest: Rest) -> Report:
    """All values of one report."""
    done = _what_is_done(decided, rest)
    return _what_is(seen, decided, rest) + done + _how_it_stands(seen, decided, drive, rest)


def _what_is(seen: Observation, decided: Decision, rest: Rest) -> Report:
    true, known = _mask(seen.inputs)
    return (
        rest.tick & 0xFFFF_FFFF,
        rest.now_ms,
        rest.boot_id,
        rest.session,
        decided.mode,
        decided.trusted_cdeg,
        decided.trusted_cdps,
        seen.a_cdeg,
        seen.a_cdps,
        seen.b_cdeg,
        seen.b_cdps,
        seen.a_age_ms,
        seen.b_age_ms,
        seen.inputs_age_ms,
        true,
        known,
    )


def _what_is_done(decided: Decision, rest: Rest) -> Report:
    moves = decided.command == MOVE
    return (
        decided.sounder | decided.lamp << 1 | decided.enable << 2,
        decided.command,
        decided.angle_cdeg if moves else None,
        decided.rate_cdps if moves else 0,
        rest.proposal_seq,
        rest.controller_state,
        rest.phase,
        decided.direction,
        decided.speed_cap_cdps,
        decided.power,
        int(decided.planned_down),
        decided.refusal,
        rest.refusals,
        decided.first_cause,
        decided.causes,
        decided.stage,
        decided.stage_left_ms,
        decided.check_in,
        decided.check_in_left_ms,
    )


def _how_it_stands(seen: Observation, decided: Decision, drive: DriveReading | None, rest: Rest) -> Report:
    return (
        decided.used_ms,
        decided.dose_left_ms,
        rest.day_left_ms,
        decided.bout,
        decided.bout_ms,
        rest.cap_cdeg,
        int(decided.tested),
        seen.drive_state,
        seen.drive_stage & 0xFF,
        seen.drive_fault & 0xFFFF,
        _current(drive),
        seen.controller_age_ms,
        seen.station_age_ms,
        seen.late_ms,
        min(rest.cost_us, 0xFFFF_FFFF),
    )


def packed(values: Report) -> bytes:
    """The packet of a report."""
    return REPORT_LAYOUT.pack(values)


@lru_cache(SAMPLES_KEPT)
def _mask(inputs: Inputs) -> tuple[int, int]:
    true = known = 0
    for bit, value in zip(_BITS, inputs, strict=True):
        if value is not None:
            known |= bit
            if value:
                true |= bit
    return true, known


def _current(drive: DriveReading | None) -> int | None:
    current = None if drive is None else drive.current_ma
    return None if current is None or abs(current) > _CURRENT_MAX_MA else current

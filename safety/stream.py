"""The stream of permitted proposals, as far as the gate must remember it."""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.observation import AGE_MAX_MS, Proposal

WINDOW_MS: Final = 100  # accelerations are judged over at least this long


class Stream(NamedTuple):
    """The permitted stream so far; a stream always begins at rate 0."""

    live: bool
    angle_cdeg: int
    rate_cdps: int
    gap_ms: int  # since the last permitted proposal
    lease_ms: int  # left of it
    ref_cdps: int  # rate at the beginning of the acceleration window
    ref_ms: int
    accel_cdps2: int  # over the window before
    refused_ms: int  # proposals were refused, less a part of the time in which they were permitted
    missing_ms: int  # in motion, and none came
    idle_ms: int  # nothing was permitted, moving or standing


SILENT: Final = Stream(False, 0, 0, AGE_MAX_MS, 0, 0, 0, 0, 0, 0, 0)


def aged(was: Stream, dt_ms: int) -> Stream:
    """A tick later, before this tick's proposal is looked at."""
    live, angle, rate, gap_ms, lease_ms, ref, ref_ms, accel, refused_ms, missing_ms, idle_ms = was
    gap_ms = min(gap_ms + dt_ms, AGE_MAX_MS)
    lease_ms = max(lease_ms - dt_ms, 0)
    return Stream(
        live and lease_ms > 0, angle, rate, gap_ms, lease_ms, ref, ref_ms, accel, refused_ms, missing_ms,
        min(idle_ms + dt_ms, AGE_MAX_MS),
    )  # fmt: skip


def taken(was: Stream, proposal: Proposal, less_ms: int) -> Stream:
    """This tick's proposal was permitted, which forgives so much of those that were refused."""
    refused_ms = max(was[8] - less_ms, 0)
    if not was[0]:
        return Stream(True, proposal[2], proposal[3], 0, proposal[4], proposal[3], 0, 0, refused_ms, 0, 0)
    ref, ref_ms, accel = was[5], was[6] + was[3], was[7]
    if ref_ms >= WINDOW_MS:
        ref, ref_ms, accel = proposal[3], 0, (proposal[3] - was[5]) * 1000 // ref_ms
    return Stream(True, proposal[2], proposal[3], 0, proposal[4], ref, ref_ms, accel, refused_ms, 0, 0)


def refused(was: Stream, dt_ms: int) -> Stream:
    """This tick's proposal was refused: the stream must begin anew, standing."""
    return SILENT._replace(refused_ms=min(was.refused_ms + dt_ms, AGE_MAX_MS), idle_ms=was.idle_ms)


def missing(was: Stream, dt_ms: int) -> Stream:
    """Nothing was proposed in this tick."""
    if was[2] == 0:
        return was
    return was._replace(missing_ms=min(was.missing_ms + dt_ms, AGE_MAX_MS))


def held(was: Stream) -> Stream:
    """The proposal was set aside without being counted as refused; only a standing stream may begin anew."""
    return SILENT._replace(refused_ms=was.refused_ms, idle_ms=was.idle_ms)

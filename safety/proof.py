"""Proof of return (design 6): at +8 deg in each bout the table must come back 2 deg before it may go on.

HZ-46: both sources must see the way back, and the drive must not need 60 % of its limit for it: to lift, not
to hold back a foot-heavy table. Until then the gate knows +8 deg as the bout's cap. An effort that a drive
does not tell is not held against it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.limits import Limits


class Proof(NamedTuple):
    """Of this bout: the highest angles seen, the most effort on the way back from there, and the outcome."""

    a_top_cdeg: int | None
    b_top_cdeg: int | None
    effort_permille: int
    proved: bool


UNPROVED: Final = Proof(None, None, 0, False)


def prove(
    was: Proof,
    in_bout: bool,
    heading: int,
    a_cdeg: int | None,
    b_cdeg: int | None,
    effort_permille: int | None,
    limits: Limits,
) -> Proof:
    """One tick; `heading` is where the command goes, angles are None where a source is not trusted."""
    if not in_bout:
        return UNPROVED
    a_top, b_top, effort, proved = was
    if proved or a_cdeg is None or b_cdeg is None:
        return was
    if a_top is None or b_top is None or heading > 0:
        a_top = a_cdeg if a_top is None else max(a_cdeg, a_top)
        b_top = b_cdeg if b_top is None else max(b_cdeg, b_top)
        return Proof(a_top, b_top, 0, False)
    effort = max(effort, -(effort_permille or 0)) if heading < 0 else effort
    back = min(a_top - a_cdeg, b_top - b_cdeg)
    high = min(a_top, b_top) >= limits.proof_cdeg - limits.start_cdeg
    easy = effort < limits.proof_effort_permille
    return Proof(a_top, b_top, effort, heading < 0 and high and easy and back >= limits.proof_seen_cdeg)

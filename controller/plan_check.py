"""Whether a plan may be ridden: one small check per limit, each complaint at the line that causes it.

Limits are the tier's, the table's and the fixed ones of design and therapy facts; always the smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from controller import plan, profile
from controller.facts import TableFacts
from controller.plan import BOUT_DEG, MID_DEG, REST_DEG, Plan
from controller.programme import Phase, Programme, read
from controller.tiers import REST_AS_LONG_AS_BOUT, STEEP_BOUT_S, STEEP_DEG, STEEP_HOLD_S, TIERS, Tier
from safety.guard.toml_lines import Document, TomlRefused
from safety.limits import Limits

_NUMBERS: Final = Limits()
REST_S: Final = _NUMBERS.pause_rest_ms / 1_000
REST_LONG_S: Final = _NUMBERS.pause_rest_long_ms / 1_000  # after a long or steep bout
LONG_BOUT_S: Final = _NUMBERS.long_bout_ms / 1_000
TIME_MAX_S: Final = plan.WALL_MAX_S - plan.READY_S
SWING_TOP_DEG: Final = BOUT_DEG + 0.5  # a swing that came higher would be a new bout each time


class Case(NamedTuple):
    """What a check looks at."""

    plan: Plan
    tier: Tier
    facts: TableFacts
    document: Document

    def complain(self, phase: int, key: str, what: str) -> None:
        """An error at a key of a phase."""
        self.document.complain("phase", key, what, phase)


def load(data: bytes, name: str, facts: TableFacts, rider_tier: str | None = None) -> Plan:
    """The plan of a file's bytes for a rider of a tier. Raises TomlRefused with every error."""
    programme, document = read(data, name)
    if rider_tier is not None and rider_tier not in TIERS:
        allowed = ", ".join(TIERS)
        raise TomlRefused([f'{name}:1: the rider\'s tier "{rider_tier}" is unknown; allowed {allowed}'])
    if rider_tier is not None and TIERS[rider_tier].number < TIERS[programme.tier].number:
        what = f'"{programme.tier}" is above the rider\'s tier "{rider_tier}"; choose another programme'
        document.complain("programme", "tier", what)
    tier = TIERS[programme.tier]
    _check_order(programme, document)
    document.finish()  # a plan can only be made of phases in a possible order
    built = plan.build(programme, tier, facts)
    case = Case(built, tier, facts, document)
    for check in CHECKS:
        check(case)
    document.finish()
    return built


# What may come before a phase; the empty kind is the start at park.
_BEFORE: Final = {
    "prepare": ("", "prepare"),
    "warm-up": ("", "prepare", "warm-up"),
    "lower": ("", "prepare", "warm-up", "lower", "hold", "oscillate", "rest"),
    "hold": ("lower", "oscillate"),
    "oscillate": ("lower", "hold"),
    "rest": ("warm-up", "lower", "hold", "oscillate"),
    "recover": ("rest",),
}


def _check_order(programme: Programme, document: Document) -> None:
    before = ""
    for number, phase in enumerate(programme.phases):
        if before not in _BEFORE[phase.kind]:
            after = f'"{before}"' if before else "the start"
            allowed = ", ".join(kind or "the start" for kind in _BEFORE[phase.kind])
            what = f'"{phase.kind}" cannot come after {after}; allowed after {allowed}'
            document.complain("phase", "kind", what, number)
        before = phase.kind
    if before != "recover":
        last = len(programme.phases) - 1
        what = f'the last phase is "{before}"; a programme ends with "recover"'
        document.complain("phase", "kind", what, last)


def _each(case: Case, kind: str) -> list[tuple[int, Phase, float]]:
    """(number, phase, angle it begins at) of every phase of a kind."""
    starts: dict[int, float] = {}
    for segment in case.plan.segments:
        starts.setdefault(segment.phase, segment.start_deg)
    phases = enumerate(case.plan.programme.phases)
    return [(number, phase, starts.get(number, REST_DEG)) for number, phase in phases if phase.kind == kind]


def _check_angles(case: Case) -> None:
    cap_deg = min(case.tier.cap_deg, case.facts.cap_deg)
    whose = f"tier {case.tier.name}" if cap_deg == case.tier.cap_deg else "this table"
    for number, phase, start_deg in _each(case, "lower"):
        angle_deg = phase.angle_deg or 0.0
        if angle_deg > cap_deg:
            what = f"{angle_deg:g} deg is too high for {whose}; allowed 2 to {cap_deg:g} deg"
            case.complain(number, "angle_deg", what)
        if angle_deg <= start_deg:
            what = f"{angle_deg:g} deg is not below the {start_deg:g} deg before; come up with a rest"
            case.complain(number, "angle_deg", what + f"; allowed {start_deg:g} to {cap_deg:g} deg")
    for number, _, start_deg in _each(case, "rest"):
        if start_deg < REST_DEG:
            what = f"rest is at {REST_DEG:g} deg, but the phase before ends at {start_deg:g} deg"
            case.complain(number, "kind", what + '; go there with a "warm-up" first')
    for number, phase, _ in _each(case, "warm-up"):
        if (phase.angle_deg or 0.0) < case.facts.park_deg:
            what = f"{phase.angle_deg:g} deg is beyond park; allowed {case.facts.park_deg:g} to 5 deg"
            case.complain(number, "angle_deg", what)


def _check_speeds(case: Case) -> None:
    down = min(case.tier.down_dps, case.facts.down_dps)
    up = plan.up_dps(case.tier, case.facts)
    upright = plan.upright_dps(case.tier, case.facts)
    for segment in case.plan.segments:
        rate_dps = case.plan.programme.phases[segment.phase].rate_dps
        if segment.shape is None or rate_dps is None:
            continue
        highest = down if segment.end_deg > segment.start_deg else up if segment.start_deg > 0 else upright
        if rate_dps > highest:
            what = f"{rate_dps:g} deg/s is too fast for tier {case.tier.name} on this table"
            case.complain(segment.phase, "rate_dps", f"{what}; allowed 0.2 to {highest:g} deg/s")
            return


def _check_holds(case: Case) -> None:
    most_s = case.tier.hold_max_s
    if case.plan.cap_deg > STEEP_DEG:
        most_s = min(most_s, STEEP_HOLD_S)
    still_s = 0.0
    for segment in case.plan.segments:
        if segment.shape is not None:
            still_s = 0.0
            continue
        still_s += segment.time_s
        if segment.state == "holding" and still_s > most_s:
            what = f"{still_s:g} s without motion is too long; allowed 5 to {most_s:g} s"
            case.complain(segment.phase, "time_s", f"{what} for tier {case.tier.name}")


def _check_swings(case: Case) -> None:
    down_dps = min(case.tier.down_dps, case.facts.down_dps)
    for number, phase, start_deg in _each(case, "oscillate"):
        swing_deg, half_s = 2 * phase.amplitude_deg, phase.period_s / 2
        if start_deg - swing_deg < SWING_TOP_DEG:
            most = (start_deg - SWING_TOP_DEG) / 2
            what = f"a swing of 2 x {phase.amplitude_deg:g} deg from {start_deg:g} deg comes too near to rest"
            allowed = f"allowed 5 to {most:g} deg" if most >= 5 else "go to 15.5 deg or deeper first"
            case.complain(number, "amplitude_deg", f"{what}; {allowed}")
        if profile.swing_shape(swing_deg, half_s, down_dps) is None:
            least_s = _shortest_period_s(swing_deg, down_dps)
            what = f"{phase.period_s:g} s is too short for this swing at {down_dps:g} deg/s"
            case.complain(number, "period_s", f"{what}; allowed {least_s:g} to 120 s")


def _shortest_period_s(swing_deg: float, down_dps: float) -> float:
    return next(s for s in range(20, 121) if profile.swing_shape(swing_deg, s / 2, down_dps) is not None)


def _check_bouts(case: Case) -> None:
    most_s = case.tier.bout_max_s
    if case.plan.cap_deg > STEEP_DEG:
        most_s = min(most_s, STEEP_BOUT_S)
    for number, bout in enumerate(case.plan.bouts, 1):
        if bout.time_s > most_s:
            what = f"bout {number} begins here and lasts {bout.time_s:g} s head-down"
            case.complain(bout.phase, "", f"{what}; allowed up to {most_s:g} s for tier {case.tier.name}")
        if number == case.tier.bouts_max + 1:
            what = f"bout {number} begins here"
            case.complain(bout.phase, "", f"{what}; allowed up to {case.tier.bouts_max} bouts a session")


def _check_rests(case: Case) -> None:
    bouts = list(case.plan.bouts)
    rests = [number for number, _, _ in _each(case, "rest")]
    for at, bout in enumerate(bouts):
        rest = next((number for number in rests if number > bout.phase), None)
        if rest is None:
            continue
        is_last = at + 1 == len(bouts)
        least_s = REST_LONG_S if bout.time_s > LONG_BOUT_S or bout.highest_deg > STEEP_DEG else REST_S
        if case.tier.name in REST_AS_LONG_AS_BOUT and not is_last:
            least_s = max(least_s, bout.time_s)
        time_s = case.plan.programme.phases[rest].time_s
        if time_s < least_s:
            what = f"{time_s:g} s at rest is too short after a bout of {bout.time_s:g} s"
            case.complain(rest, "time_s", f"{what}; allowed {least_s:g} to 1800 s")


def _check_dose(case: Case) -> None:
    most_s = min(case.tier.day_max_s, case.facts.day_max_s)
    need_s = plan.with_room_s(case.plan.head_down_s)
    if need_s > most_s:
        what = f"the programme needs {need_s:g} s head-down ({case.plan.head_down_s:g} s as planned)"
        case.document.complain("programme", "tier", f"{what}; allowed up to {most_s:g} s a day")


def _check_time(case: Case) -> None:
    if case.plan.time_s > TIME_MAX_S:
        what = f"the programme takes {case.plan.time_s:.0f} s; allowed up to {TIME_MAX_S:g} s"
        case.document.complain("programme", "name", what)


def _check_way_up(case: Case) -> None:
    if case.facts.park_deg > MID_DEG:
        what = f"park at {case.facts.park_deg:g} deg leaves no room for the pause at {MID_DEG:g} deg"
        case.document.complain("programme", "name", what)


CHECKS: Final[tuple[Callable[[Case], None], ...]] = (
    _check_angles,
    _check_speeds,
    _check_holds,
    _check_swings,
    _check_bouts,
    _check_rests,
    _check_dose,
    _check_time,
    _check_way_up,
)

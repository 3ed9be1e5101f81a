"""Programme files: the shipped ones pass, everything wrong is told with line, value and allowed range."""

from __future__ import annotations

import re

import pytest

from controller import plan_check
from controller.facts import TableFacts
from controller.plan import Plan
from controller.programme import SHIPPED, shipped
from safety.guard.toml_lines import TomlRefused

FACTS = TableFacts()
GOOD = (SHIPPED / "beginner.toml").read_text(encoding="utf-8")
SHORT = """\
[programme]
name = "Short"
tier = "TIER"
[[phase]]
kind = "warm-up"
angle_deg = 0
[[phase]]
kind = "lower"
angle_deg = ANGLE
[[phase]]
kind = "hold"
time_s = HOLD
[[phase]]
kind = "rest"
time_s = REST
[[phase]]
kind = "recover"
"""


def load(text: str | bytes, facts: TableFacts = FACTS, tier: str | None = None) -> Plan:
    return plan_check.load(text if isinstance(text, bytes) else text.encode(), "mine.toml", facts, tier)


def refused(text: str | bytes, facts: TableFacts = FACTS, tier: str | None = None) -> str:
    with pytest.raises(TomlRefused) as caught:
        load(text, facts, tier)
    for line in caught.value.lines:
        assert re.match(r"mine\.toml:\d+: ", line), line
    return str(caught.value)


def short(tier: str = "beginner", angle: str = "15", hold: str = "30", rest: str = "60") -> str:
    words = {"TIER": tier, "ANGLE": angle, "HOLD": hold, "REST": rest}
    return re.sub("|".join(words), lambda found: words[found[0]], SHORT)


@pytest.mark.parametrize(
    ("name", "minutes", "bouts", "cap_deg"),
    [("beginner", 7.4, 2, 16.0), ("gentle", 5.8, 1, 10.0), ("intermediate", 13.0, 3, 35.0)],
)
def test_the_shipped_programmes_are_what_they_say(
    name: str, minutes: float, bouts: int, cap_deg: float
) -> None:
    plan = load(shipped()[name].read_bytes())
    assert plan.time_s / 60 == pytest.approx(minutes, abs=0.05)
    assert (len(plan.bouts), plan.cap_deg) == (bouts, cap_deg)
    assert plan.polyline[0] == (0.0, -70.0)
    assert plan.polyline[-1] == (round(plan.time_s, 1), -70.0)
    assert max(angle for _, angle in plan.polyline) == cap_deg


def test_a_plan_is_what_anybody_can_work_out() -> None:
    plan = load(short())
    # At 1 deg/s 0 to 8 takes 10 s, the proof of return to 6 4 s, on to 15 11 s; back at 2 deg/s 10.5 s.
    # Of that above 5 and until below 3 again: 19 + 8.
    (bout,) = plan.bouts
    assert bout.highest_deg == 15.0
    assert bout.time_s == pytest.approx(30 + 19 + 8, abs=0.7)
    assert plan.allowance_ms == round(bout.time_s * 1_000)
    assert plan.time_s == pytest.approx(72 + 25 + 30 + 10.5 + 60 + 17 + 20 + 57, abs=0.1)


# What is replaced in a good file, by what, and what the complaint must say.
WRONG = [
    ("angle_deg = 15", "angle_deg = nan", r"\[\[phase\]\] 3 \.angle_deg: nan .*allowed 2 to 60 deg"),
    ("angle_deg = 15", "angle_deg = inf", "inf .*allowed 2 to 60 deg"),
    ("angle_deg = 15", "angle_deg = -inf", "-inf .*allowed"),
    ("angle_deg = 15", "angle_deg = 0.262", r"0\.262 deg .*radians.*15\.0 deg"),
    ("angle_deg = 15", "angle_deg = 105", "105 deg is too high.*upright is 0.*15 deg"),
    ("angle_deg = 15", "angle_deg = -15", "-15 deg is too low; allowed 2 to 60 deg"),
    ("angle_deg = 15", "angle_deg = true", "must be a number, not true"),
    ("angle_deg = 15", 'angle_deg = "15"', "must be a number"),
    ("angle_deg = 15", "angle_deg = 1e999", "inf"),
    ("angle_deg = 15", "angel_deg = 15", "no such key; did you mean angle_deg"),
    ("angle_deg = 15", "angle_deg = 21", "21 deg is too high for tier beginner; allowed 2 to 20 deg"),
    ("angle_deg = 15", "angle_deg = 15\nrate_dps = 0.0175", "radians.*1.0 deg/s"),
    ("angle_deg = 15", "angle_deg = 15\nrate_dps = 2", "2 deg/s is too fast for tier beginner.*to 1 deg/s"),
    ("angle_deg = 15", "angle_deg = 15\ntime_s = 3", "belongs to kind"),
    ("angle_deg = 0", "angle_deg = -1.22", "hardly anything.*radians|radians"),
    ("angle_deg = 0", "angle_deg = -79", "beyond park; allowed -70 to 5 deg"),
    ("angle_deg = 0", "angle_deg = -20", ""),
    ("time_s = 35", "time_s = -35", "-35 s is negative, and a time cannot be"),
    ("time_s = 35", "time_s = 61", "61 s without motion is too long; allowed 5 to 60 s for tier beginner"),
    ("time_s = 35", "time_s = 35000", "35000 s is too high; allowed 5 to 120 s"),
    ("time_s = 65", "time_s = 62.5", ""),
    ("time_s = 65", "time_s = 30", "30 s is too low; allowed 60 to 1800 s"),
    ("time_s = 65", "time_s = 1800\nrate_dps = 2.5", "2.5 deg/s is too high; allowed 0.5 to 2 deg/s"),
    ("amplitude_deg = 5", "amplitude_deg = 4", "4 deg is too low; allowed 5 to 10 deg"),
    ("amplitude_deg = 5", "amplitude_deg = 8", "comes too near to rest; allowed 5 to 5.25 deg"),
    ("period_s = 34", "period_s = 19", "19 s is too low; allowed 20 to 120 s"),
    ("period_s = 34", "period_s = 22", "22 s is too short for this swing at 1 deg/s; allowed 24 to 120 s"),
    ("cycles = 1", "cycles = 1.5", "must be a whole number, not 1.5"),
    ("cycles = 1", "cycles = 4", "bout 2 begins here and lasts .* allowed up to 120 s for tier beginner"),
    ('kind = "hold"', 'kind = "hang"', "none of them; allowed .*hold"),
    ('kind = "hold"', 'kind = "holt"', "did you mean hold"),
    ('kind = "hold"\n', "", "kind: is missing"),
    ('kind = "recover"', 'kind = "prepare"', r'"prepare" cannot come after "rest"'),
    ('tier = "beginner"', 'tier = "expert"', "none of them; allowed .*beginner"),
    ('tier = "beginner"', "", "tier: is missing"),
    ('name = "Beginner"', 'name = ""', "is empty"),
    ("[programme]", "[program]", "no such section; did you mean programme"),
    ("[[phase]]", "[phase]", "not TOML|must be a list"),
    ("angle_deg = 15", "angle_deg = ", "this is not TOML"),
]


@pytest.mark.parametrize(("old", "new", "says"), WRONG)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, says: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if says:
        assert re.search(says, refused(text)), refused(text)
    else:
        load(text)


def test_the_line_is_the_line() -> None:
    text = GOOD.replace("angle_deg = 15", "angle_deg = 22")
    at = text.splitlines().index("angle_deg = 22") + 1
    assert refused(text).startswith(f"mine.toml:{at}: [[phase]] 3 .angle_deg: 22 deg")


def test_every_error_of_a_plan_is_told_at_once() -> None:
    text = GOOD.replace("angle_deg = 15", "angle_deg = 22").replace("time_s = 35", "time_s = 80")
    lines = refused(text).splitlines()
    assert [re.findall(r"\] (\d) \.(\w+):", line)[0] for line in lines] == [
        ("3", "angle_deg"),
        ("4", "time_s"),
        ("5", "time_s"),
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"# nothing but words\n", "empty"),
        (b"[programme]\n", "name: is missing"),
        (bytes(range(256)) * 40, "not text"),
        (b"\0\0\0\0", "not text"),
        (b"\x7fELF\x02\x01\x01", "not TOML"),
        (b"[programme]\nname = 'x'\ntier = 'full'\nphase = 3\n", "phase"),
        (b"[programme]\nname = 'x'\ntier = 'full'\n", "there is none: the phases, in order"),
        (
            GOOD.encode() + b"[[phase]]\nkind = 'prepare'\ntime_s = 1\n" * 60,
            "69 phases are too many",
        ),
        (b"x = " + b"[" * 4_000, "nested too deeply|not TOML"),
    ],
)
def test_rubbish_is_refused_in_words(data: bytes, says: str) -> None:
    assert re.search(says, refused(data))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (short("full", "50", "61"), "61 s without motion is too long; allowed 5 to 60 s"),
        (short("full", "50", "60"), "60 s at rest is too short after a bout .* allowed 120 to 1800 s"),
        (short(angle="15").replace("angle_deg = 0", "angle_deg = -20"), ""),
        (
            short().replace('kind = "recover"\n', 'kind = "rest"\ntime_s = 60\n'),
            "cannot come after",
        ),
        (short().rsplit("[[phase]]", 1)[0], 'the last phase is "rest"; a programme ends with "recover"'),
    ],
)
def test_the_plan_as_a_whole_is_judged(text: str, says: str) -> None:
    if says:
        assert re.search(says, refused(text)), refused(text)
    else:
        load(text)


def bouts(tier: str, holds: list[int], rest: int) -> str:
    head, lower, hold, rest_text, recover = re.split(r"(?=\[\[phase\]\]\nkind = \"(?:lo|ho|re))", short(tier))
    middle = "".join(
        lower + hold.replace("30", str(time)) + rest_text.replace("60", str(rest)) for time in holds
    )
    return head + middle + recover


def test_bouts_are_counted_and_followed_by_rests_as_long() -> None:
    load(bouts("beginner", [60, 60], 87))
    says = refused(bouts("beginner", [60, 60], 70))
    assert re.search(r"70 s at rest is too short after a bout of 86.5 s; allowed 86.5", says)
    assert "bout 3 begins here; allowed up to 2 bouts" in refused(bouts("beginner", [20, 20, 20], 87))


def test_the_dose_of_a_day_is_the_smaller_of_tier_and_table() -> None:
    text = bouts("beginner", [40, 40], 85)
    load(text)
    assert "allowed up to 60 s a day" in refused(text, FACTS._replace(day_max_s=60.0))


def test_a_table_may_allow_less_than_the_tier() -> None:
    assert "too high for this table; allowed 2 to 12 deg" in refused(short(), FACTS._replace(cap_deg=12.0))
    assert load(short(), FACTS._replace(down_dps=0.5)).time_s > load(short()).time_s


def test_a_rider_below_the_programmes_tier_is_refused() -> None:
    assert 'above the rider\'s tier "beginner"' in refused(short("full"), tier="beginner")
    assert load(short("beginner"), tier="full").tier == "beginner"
    assert "unknown" in refused(short(), tier="expert")

"""The tables of hazards and reactions, joined with the tables of the code. Nothing here is said twice."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, NamedTuple

from safety import rules
from safety.causes import BY_NUMBER
from safety.gate import CONDITIONS
from safety.verdict import NO_MOTION

FOLDER: Final = Path(__file__).parent
IDS: Final = tuple(f"HZ-{number:02}" for number in range(1, 53))
_KEYS: Final = {
    "id", "what", "cause", "rules", "gate", "means", "remedy", "hardware", "tests", "faults", "invariants",
    "open",
}  # fmt: skip
# How the reactions of safety.rules are called in the design, section 5.
WORDS: Final = {
    "STAGED": "staged return",
    "CREEP": "creep return",
    "EMERGENCY": "emergency return",
    "WAIT": "waits at rest for a person",
    "FREEZE": "freezes",
    "ESTOP": "ramp, then no torque",
    "CUT_OFF": "cut",
    "HALT": "stops before it is led on",
    "BACK": "stops, backs off, staged return",
    "GIVE": "stops, gives back, waits for a person",
}


class Hazard(NamedTuple):
    """One row."""

    id: str
    what: str
    cause: str
    rules: tuple[rules.Row, ...]
    gate: tuple[str, ...]
    means: str
    remedy: str
    hardware: str
    tests: tuple[str, ...]
    faults: tuple[str, ...]
    invariants: tuple[str, ...]
    open: str


class Broken(Exception):
    """The table is wrong: one line for each thing."""


def hazards(path: Path = FOLDER / "hazards.toml") -> tuple[Hazard, ...]:
    """All rows in their order. Raises Broken."""
    found = tomllib.loads(path.read_text())["hazard"]
    wrong = [line for row in found for line in _wrong(row)]
    ids = tuple(row.get("id", "?") for row in found)
    if ids != IDS:
        missing = [name for name in IDS if name not in ids]
        wrong.append(
            f"{path.name}: rows are HZ-01 to HZ-52 once each, in order; missing: {missing or 'none'}"
        )
    named = {name for row in found for name in row.get("gate", ())}
    wrong += [f"{path.name}: gate condition '{row.name}' answers no hazard; name it in a row"
              for row in CONDITIONS if row.name not in named | _EVERYWHERE]  # fmt: skip
    if wrong:
        raise Broken("\n".join(wrong))
    return tuple(_hazard(row) for row in found)


# Conditions of any motion whatever: they answer no single hazard.
_EVERYWHERE: Final = {"mode", "motion", "start", "test_window", "verdict"}


def _wrong(row: dict[str, Any]) -> list[str]:
    name = row.get("id", "?")
    by_name = {rule.name for rule in rules.ROWS}
    conditions = {condition.name for condition in CONDITIONS}
    wrong = [f"{name}: unknown key '{key}'" for key in row if key not in _KEYS]
    wrong += [f"{name}: there is no rule '{one}'" for one in row.get("rules", ()) if one not in by_name]
    wrong += [
        f"{name}: there is no gate condition '{one}'" for one in row.get("gate", ()) if one not in conditions
    ]
    if not row.get("tests"):
        wrong.append(f"{name}: names no test; write one and name it")
    answered = _rules(row) or row.get("gate") or row.get("means")
    if not answered:
        wrong.append(f"{name}: neither rule nor gate nor other means")
    if answered and not (row.get("remedy") or any(rule.cause for rule in _rules(row))):
        wrong.append(f"{name}: no cause of a rule has a remedy here; give one")
    return wrong


def _rules(row: dict[str, Any]) -> tuple[rules.Row, ...]:
    """Those that name this hazard, then those the row names besides."""
    own = [rule for rule in rules.ROWS if row.get("id") in rule.hazards]
    more = [rule for rule in rules.ROWS if rule.name in row.get("rules", ()) and rule not in own]
    return (*own, *more)


def _hazard(row: dict[str, Any]) -> Hazard:
    def many(key: str) -> tuple[str, ...]:
        return tuple(row.get(key, ()))

    return Hazard(
        row["id"],
        row["what"],
        row["cause"],
        _rules(row),
        many("gate"),
        row.get("means", ""),
        _remedy(row),
        row.get("hardware", ""),
        many("tests"),
        many("faults"),
        many("invariants"),
        row.get("open", ""),
    )


def _remedy(row: dict[str, Any]) -> str:
    said = [row["remedy"]] if "remedy" in row else []
    said += [BY_NUMBER[rule.cause].remedy for rule in _rules(row) if rule.cause and row["id"] in rule.hazards]
    said += [BY_NUMBER[rule.cause].remedy for rule in _rules(row) if rule.cause and not said]
    return " ".join(dict.fromkeys(said))


def reaction(rule: rules.Row) -> str:
    """What a rule does while it fires, and what it starts."""
    names = {bit: name for name, bit in vars(rules).items() if name.isupper() and type(bit) is int}
    bits = [1 << place for place in range(16) if rule.reaction & 1 << place]
    said = [WORDS.get(names.get(bit, ""), names.get(bit, "?").lower()) for bit in bits]
    if not said:
        said = ["nothing moves" if rule.verdict.direction == NO_MOTION else "nothing goes head-down"]
    return ", ".join([*said, "latched"] if rule.latches else said)

"""What is wrong with one value of a file, in words a person can act on; the usual mix-ups have hints."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from safety.guard.toml_lines import Row

_WANTED: Final = {
    "text": "a text in quotes",
    "whole": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "choice": "one of the allowed words",
}
_TIMES: Final = ("ms", "s", "min", "h")
_UPRIGHT_IS_ZERO: Final = 90.0  # on a scale of 0..180 horizontal is 90


def wrong(row: Row, value: Any) -> str | None:
    """What is wrong with the value, None when it may stay."""
    if row.kind == "choice":
        return _wrong_choice(row, value)
    if row.kind == "flag":
        return None if isinstance(value, bool) else _wrong_type(row, value)
    if row.kind == "text":
        return _wrong_text(row, value)
    return _wrong_number(row, value)


def allowed(row: Row) -> str:
    """The allowed values of a row in words."""
    if row.choices:
        return "allowed " + ", ".join(shown(choice) for choice in row.choices)
    if row.low is None and row.high is None:
        return f"allowed: {_WANTED[row.kind]}"
    unit = f" {row.unit}" if row.unit else ""
    if row.high is None:
        return f"allowed from {row.low:g}{unit}"
    return f"allowed {row.low:g} to {row.high:g}{unit}"


def shown(value: Any) -> str:
    """A value as it would stand in the file, cut short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else str(value) if _is_plain(value) else "a value"
    return text if len(text) <= 60 else text[:57] + "..."


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint at the nearest known word, and all of them when none is near."""
    # Only for a file that is refused: the guard's start does not wait for it.
    from difflib import get_close_matches

    words = list(known)
    near = get_close_matches(word, words, 1, 0.6)
    return f"; did you mean {near[0]}?" if near else "; allowed: " + ", ".join(words)


def _is_plain(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**18)


def _wrong_type(row: Row, value: Any) -> str:
    return f"must be {_WANTED[row.kind]}, not {shown(value)}; {allowed(row)}"


def _wrong_choice(row: Row, value: Any) -> str | None:
    # true == 1 in Python, but not in a file.
    if value in row.choices and not isinstance(value, bool):
        return None
    words = [choice for choice in row.choices if isinstance(choice, str)]
    hint = did_you_mean(value, words) if words and isinstance(value, str) else ""
    return f"{shown(value)} is none of them; {allowed(row)}" + (hint if "did you mean" in hint else "")


def _wrong_text(row: Row, value: Any) -> str | None:
    if not isinstance(value, str):
        return _wrong_type(row, value)
    if not value.strip():
        return f"is empty; {row.help}"
    if any(ord(letter) < 32 and letter != "\n" for letter in value):
        return "holds a control character; take it away"
    return None


def _wrong_number(row: Row, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _wrong_type(row, value)
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is not a number a machine can have; {allowed(row)}"
    if row.kind == "whole" and not isinstance(value, int):
        return _wrong_type(row, value)
    too_low = row.low is not None and value < row.low
    too_high = row.high is not None and value > row.high
    small = 0 < abs(value) < row.least
    if not (too_low or too_high or small):
        return None
    unit = f" {row.unit}" if row.unit else ""
    side = "is hardly anything" if small else "is too low" if too_low else "is too high"
    if too_low and row.unit in _TIMES and value < 0:
        side = "is negative, and a time cannot be"
    return f"{shown(value)}{unit} {side}; {allowed(row)}{_mix_up(row, value)}"


def _mix_up(row: Row, value: float) -> str:
    """A hint when the value would fit on another scale."""
    if row.unit not in ("deg", "deg/s") or abs(value) > 360:
        return ""
    degrees = math.degrees(value)
    if abs(value) <= math.tau and value and _inside(row, degrees):
        return f"; {value:g} looks like radians: that would be {degrees:.1f} {row.unit}"
    turned = value - _UPRIGHT_IS_ZERO
    if row.unit == "deg" and 0 <= value <= 180 and _inside(row, turned):
        return (
            f"; {value:g} looks like a scale on which upright is 0 and horizontal is 90:"
            f" here horizontal is 0, so that would be {turned:g} deg"
        )
    return ""


def _inside(row: Row, value: float) -> bool:
    return (row.low is None or value >= row.low) and (row.high is None or value <= row.high)

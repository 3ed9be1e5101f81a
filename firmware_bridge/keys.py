"""What the table file may say about one device: each field of a config class carries its own rule.

The guard makes its rows from these, so a drive's keys stand in one place, beside the driver that uses them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, field, fields
from typing import Any, Final, Literal, NamedTuple

BAUDS: Final = (4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600)
PARITIES: Final = ("none", "even", "odd")
_AS_SET: Final = "as set in the device"
_SLOT: Final = "key"

Kind = Literal["text", "whole", "number", "flag", "choice"]


class Key(NamedTuple):
    """One key of a section: what it may be and what it is for. `default` None = it must be given."""

    name: str
    kind: Kind
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str | int, ...] = ()
    default: Any = None


def keys_of(config: Any) -> Iterator[Key]:
    """The keys of a config class; fields without a rule are not for the file."""
    for one in fields(config):
        if _SLOT in one.metadata:
            key: Key = one.metadata[_SLOT]
            yield key._replace(name=one.name, default=_default(one))


def _default(one: Field[Any]) -> Any:
    return None if one.default is MISSING else one.default


def _key(default: Any, key: Key) -> Any:
    rule = {_SLOT: key}
    return field(metadata=rule) if default is None else field(default=default, metadata=rule)


def text(help_: str, default: str | None = None) -> Any:
    """Words."""
    return _key(default, Key("", "text", help_))


def whole(help_: str, unit: str, low: int, high: int, default: int | None = None) -> Any:
    """A whole number."""
    return _key(default, Key("", "whole", help_, unit, low, high))


def number(help_: str, unit: str, low: float, high: float, default: float | None = None) -> Any:
    """Any number."""
    return _key(default, Key("", "number", help_, unit, low, high))


def flag(help_: str, default: bool | None = None) -> Any:
    """True or false."""
    return _key(default, Key("", "flag", help_))


def choice(help_: str, *choices: str | int, default: str | int | None = None) -> Any:
    """One of these."""
    return _key(default, Key("", "choice", help_, choices=choices))


def port() -> Any:
    """The serial port; every device has one."""
    return text("the serial port, best a name that stays: /dev/serial/by-id/...")


def map_file() -> Any:
    """A register map: the guard reads the file and puts what it says in the place of its name."""
    return text("the drive's register map: a file beside this one, or the name of a shipped one")


def baud(default: int) -> Any:
    """Its speed."""
    return _key(default, Key("", "choice", _AS_SET, "Bd", choices=BAUDS))


def parity(default: str) -> Any:
    """Its parity."""
    return choice(_AS_SET, *PARITIES, default=default)


def sign(help_: str) -> Any:
    """Which way round it is built in."""
    return choice(help_, 1, -1, default=1)


def scale() -> Any:
    """How its degrees become the table's."""
    return number("degrees of the table for one of its own", "", 0.2, 5, 1.0)


def local_echo() -> Any:
    """For devices on RS-485 and other shared lines."""
    return flag("its adapter hands back what is sent, and cannot be told not to: that is taken away", False)


def holds_when_dead() -> Any:
    """For drives that let go, or short the motor, once their host is gone."""
    what = "what holds the table when the drive does not: a spring-applied brake, or a self-locking gear"
    return choice(what, "brake", "self-locking")


def gives_up_degc(whose: str) -> Any:
    """For drives that tell a temperature: where the makers' own protection acts."""
    what = f"how hot {whose} may be before the drive gives up: take it from its manual, 85 is a careful guess"
    return number(what, "degC", 40, 200, 85.0)


def bench_verified() -> Any:
    """For drives of which something essential stands in no document."""
    return flag(
        "its stop on a lost host was tried on this table with ballast, docs/how-to/add-a-drive.md", False
    )

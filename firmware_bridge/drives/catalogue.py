"""Every drive there is, by the name a table file gives it. A new drive is a folder and one row here.

Drivers are loaded when a table names them; the config classes are small and loaded at once.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, Protocol

from firmware_bridge import keys
from firmware_bridge.config import BlvrConfig, NodeConfig, WireConfig
from firmware_bridge.drives.atv320.config import Atv320Config
from firmware_bridge.drives.cia402.config import Cia402Config
from firmware_bridge.drives.jrk.config import JrkConfig
from firmware_bridge.drives.odrive.config import OdriveConfig
from firmware_bridge.drives.roboclaw.config import RoboclawConfig
from firmware_bridge.drives.unfinished.config import CONFIGS
from firmware_bridge.drives.unfinished.facts import FACTS
from firmware_bridge.drives.zlac8015d.config import Zlac8015dConfig
from firmware_bridge.errors import BridgeError
from firmware_bridge.ports import ByteLink, Capabilities, MotorDrive
from firmware_bridge.readings import AngleReading

AngleSource = Callable[[], AngleReading | None]


class Angles(NamedTuple):
    """Angles of other devices of the table, for a drive that has none of its own. Newest, or None."""

    inclinometer: AngleSource
    encoder: AngleSource  # on the node of the inputs, scaled to the hinge


class WiredDrive(MotorDrive, Protocol):
    """A motor drive on a wire of its own; all drives but the node are one."""

    @property
    def trouble(self) -> str | None:
        """The newest wire trouble, or why arming was refused."""
        ...

    def take(self, now_ms: int) -> None:
        """Bring in what has arrived."""
        ...

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """This tick's command or request; never waits."""
        ...

    def close(self) -> None:
        """Close the port."""
        ...


Make = Callable[[Any, ByteLink, Angles], WiredDrive]


class Entry(NamedTuple):
    """One drive: its config class, its factory, what the table must have besides."""

    title: str
    config: type[Any]
    make: str  # "module:function"; empty for the node, which assembly puts on its port itself
    needs: tuple[str, ...] = ("inclinometer", "inputs")  # further sections of the table file


DRIVES: Final = {
    "node": Entry("Keel's own node", NodeConfig, "", ()),
    "blvr": Entry("Oriental Motor BLV-R", BlvrConfig, "firmware_bridge.drives.blvr.driver:make"),
    "roboclaw": Entry("BasicMicro RoboClaw", RoboclawConfig, "firmware_bridge.drives.roboclaw.driver:make"),
    "atv320": Entry("Schneider ATV320", Atv320Config, "firmware_bridge.drives.atv320.driver:make"),
    "zlac8015d": Entry("ZLAC8015D", Zlac8015dConfig, "firmware_bridge.drives.zlac8015d.driver:make"),
    "cia402": Entry("CiA 402 by register map", Cia402Config, "firmware_bridge.drives.cia402.driver:make"),
    "jrk": Entry("Pololu Jrk G2", JrkConfig, "firmware_bridge.drives.jrk.driver:make"),
    "odrive": Entry("ODrive v3", OdriveConfig, "firmware_bridge.drives.odrive.driver:make"),
}


# Known by name, never armed: something essential stands in no document read so far.
UNFINISHED: Final = {
    name: Entry(FACTS[name].title, config, "firmware_bridge.drives.unfinished.driver:make")
    for name, config in CONFIGS.items()
}
GROUP: Final = "keel.drives"  # entry points of other packages: name = "module:ENTRY", an Entry
_others: dict[str, Entry] = {}  # those a table file has named


def known() -> dict[str, Entry]:
    """Every drive a table file may name, without those of other packages that none has named yet."""
    return {**DRIVES, **UNFINISHED, **_others}


def look_elsewhere(name: str) -> None:
    """Load the drive of this name from another package, if one has it. Raises ValueError when it is unfit.

    Nothing of any package is imported but of the one that the table file names; its config and its driver are
    looked at as well, so that what is broken in it shows here.
    """
    if name in known():
        return
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=name):
        with _said_by(f"{point.value} of {point.dist.name if point.dist else 'a package'}"):
            found = point.load()
            if not isinstance(found, Entry):
                raise ValueError(f"{point.value} is a {type(found).__name__}, it must be a catalogue.Entry")
            list(keys.keys_of(found.config))
            _factory(found)
        _others[name] = found


@contextmanager
def _said_by(what: str) -> Iterator[None]:
    """Whatever code of another package raises is a ValueError that names it."""
    try:
        yield
    except (BridgeError, ValueError):
        raise
    except (Exception, SystemExit) as error:
        raise ValueError(f"{what}: {type(error).__name__}: {error}") from error


def _factory(entry: Entry) -> Make:
    module, _, function = entry.make.partition(":")
    factory: Make = getattr(importlib.import_module(module), function)
    return factory


def name_of(config: WireConfig) -> str:
    """The name under which the table file knows this drive."""
    return next(name for name, entry in known().items() if type(config) is entry.config)


def make(config: WireConfig, link: ByteLink, angles: Angles) -> WiredDrive:
    """A driver on its link. Raises ValueError with what to change."""
    name = name_of(config)
    factory = _factory(known()[name])
    if name not in _others:
        return factory(config, link, angles)
    with _said_by(f'[drive].type: the driver of "{name}" cannot be made'):
        drive = factory(config, link, angles)
        if not isinstance(drive.capabilities, Capabilities):
            raise TypeError(f"its capabilities are a {type(drive.capabilities).__name__}")
    return drive

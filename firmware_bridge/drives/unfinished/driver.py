"""A drive of which something essential is UNVERIFIED: it sends and reads nothing, it says what is missing."""

from __future__ import annotations

from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.unfinished.config import CONFIGS, UnfinishedConfig
from firmware_bridge.drives.unfinished.facts import FACTS, Facts
from firmware_bridge.ports import UNVERIFIED, ByteLink, Capabilities
from firmware_bridge.readings import Arming, DriveReading


class UnfinishedDrive:
    """MotorDrive that never moves anything."""

    def __init__(self, facts: Facts, link: ByteLink) -> None:
        self._facts = facts
        self._link = link

    @property
    def capabilities(self) -> Capabilities:
        """None that a rider could rely on."""
        facts = self._facts
        setting, never = facts.watchdog_setting, why_refused(facts)
        return Capabilities(
            facts.title, False, False, False, 0, "no", setting, UNVERIFIED, bench_verified=False, never=never
        )

    @property
    def trouble(self) -> str | None:
        """That it is not known well enough."""
        return why_refused(self._facts)

    def arm(self, now_ms: int) -> Arming:
        """Never."""
        return Arming(False, why_refused(self._facts))

    def move(self, angle_cdeg: int, rate_cdps: int) -> None:
        """Not armed, so nothing."""

    def stop(self, decel_cdps2: int) -> None:
        """Nothing moves."""

    def release(self) -> None:
        """Nothing was given."""

    def yield_to_own_return(self) -> None:
        """It has none."""

    def read(self) -> DriveReading | None:
        """Nothing was asked."""
        return None

    def take(self, now_ms: int) -> None:
        """Nothing comes that could be understood."""

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """A byte that is harmless for one drive starts another, so none is sent."""

    def close(self) -> None:
        """Close the port."""
        self._link.close()


def why_refused(facts: Facts) -> str:
    """What is missing, and where to go on."""
    return (
        f"{facts.title} is not armed: UNVERIFIED is {facts.missing}; without its host: {facts.dead_host}. "
        "Take another drive of docs/reference/drives.md, or complete this one (docs/how-to/add-a-drive.md)"
    )


def make(config: UnfinishedConfig, link: ByteLink, angles: Angles) -> UnfinishedDrive:
    """For the catalogue."""
    name = next(name for name, known in CONFIGS.items() if type(config) is known)
    return UnfinishedDrive(FACTS[name], link)

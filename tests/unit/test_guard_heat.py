"""What the guard makes of a heat: told, not told by a drive that should, not told by one that cannot."""

from __future__ import annotations

import pytest

from firmware_bridge.ports import Devices
from firmware_bridge.readings import DriveReading
from safety.guard.sense import observe
from tests.controller_rig import IdealTable


class Telling(IdealTable):
    """A drive that tells a heat, or should."""

    def __init__(self, told: int | None, tells: str) -> None:
        super().__init__()
        self.capabilities = self.capabilities._replace(tells_heat=tells)
        self._told = told

    def read(self) -> DriveReading:
        return super().read()._replace(heat_permille=self._told)


@pytest.mark.parametrize(
    ("told", "tells", "seen"),
    [
        (500, "motor", 500),
        (799, "motor", 799),
        (None, "motor", 1_000),  # unknown is as hot as can be
        (40_000, "motor", 1_000),  # more than any drive bears is no heat
        (None, "", None),  # no sense for it
    ],
)
def test_a_drive_that_should_tell_and_does_not_is_taken_as_at_its_limit(
    told: int | None, tells: str, seen: int | None
) -> None:
    devices: Devices = Telling(told, tells)
    observation = observe(devices, 0, 20, 0, None, None, 0, 0, 0)
    assert observation.heat_permille == seen

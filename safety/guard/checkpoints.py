"""The checkpoints of a tick; a drive that asks for them is fed only by a tick that has passed them all."""

from __future__ import annotations

from typing import Final

TAKEN: Final = 1  # every wire has been read
CHANNEL: Final = 2  # every client has been heard
SENSED: Final = 4  # the observation is built
JUDGED: Final = 8  # the rules have run
ACTED: Final = 16  # their decision is what the drive will get
ALL: Final = TAKEN | CHANNEL | SENSED | JUDGED | ACTED

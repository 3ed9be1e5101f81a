"""Whether a drive may be armed at all, by what it says it can do. Judged before a byte of arming is sent.

What happens once its host is gone is decided by the drive, so one without a watchdog, with a slow one, or
with nothing that holds the rider afterwards is refused whatever its driver thinks of itself.
"""

from __future__ import annotations

from typing import Final

from firmware_bridge.ports import UNVERIFIED, Capabilities

WATCHDOG_MAX_MS: Final = 200  # design section 8
MARGIN_MS: Final = 40  # two ticks; with 200 ms a driver may take the drive for lost, and greets it anew
HOLDS: Final = ("drive", "brake", "self-locking")


def why_not(can: Capabilities) -> str | None:
    """Why this drive is never armed, None when it may be."""
    if can.never:
        return can.never
    if not 0 < can.watchdog_ms <= WATCHDOG_MAX_MS:
        setting = can.watchdog_setting or "watchdog"
        found = f"is {can.watchdog_ms} ms" if can.watchdog_ms else "is off or does not exist"
        return (
            f"{can.name}: {setting} {found}, allowed 1 to {WATCHDOG_MAX_MS} ms:"
            " without it a dead host would not stop the table; set it, or take another drive"
        )
    if can.holds_when_dead not in HOLDS:
        return (
            f'{can.name}: [drive].holds_when_dead is "{can.holds_when_dead}",'
            f" allowed {', '.join(HOLDS)}: nothing would hold the rider once the host is gone; fit a brake"
        )
    if can.dead_host == UNVERIFIED and not (can.bench_verified and can.holds_when_dead == "brake"):
        return (
            f"{can.name}: no document says what it does once its host is gone. It is armed only with"
            ' [drive].holds_when_dead = "brake" and [drive].bench_verified = true,'
            " after the bench check of docs/how-to/add-a-drive.md"
        )
    return None


def silence_ms(can: Capabilities) -> int | None:
    """Without a beat for so long its watchdog must have acted; None: this drive could not tell afterwards."""
    return can.watchdog_ms + MARGIN_MS if can.tells_silence else None

"""`keel guard` is `python -I -m safety.guard`: it judges every tick and brings the rider back."""

from __future__ import annotations

import os
import sys
from typing import Final

from firmware_bridge.clock import Ticker
from firmware_bridge.errors import BridgeError, PortBusy, PortMissing
from safety.guard import compose, process
from safety.guard.guard import Guard
from safety.guard.inhibit import Inhibitor
from safety.guard.listener import AlreadyListening
from safety.guard.store import InUse
from safety.guard.toml_lines import TomlRefused
from safety.limits import TICK_MS

# After sysexits, as controller.exit_codes has them; the guard loads nothing of the controller.
NO_INPUT, UNAVAILABLE, BUSY, PERMISSION, CONFIG = 66, 69, 75, 77, 78
NOT_FOR_OTHERS: Final = 0o007  # whoever starts it, by hand or as a service: files for user and group only


def main(words: list[str]) -> int:
    """Run until parked; the exit code."""
    os.umask(os.umask(0) | NOT_FOR_OTHERS)
    given = compose.arguments(words)
    try:
        guard = compose.build(given, tell=process.tell if given.json else None)
    except (TomlRefused, BridgeError, AlreadyListening, InUse, OSError, ValueError) as error:
        code, text = _why_not(error, str(given.table))
        process.say(text)
        return code
    return _run(guard)


def _run(guard: Guard) -> int:
    for missing in process.settle():
        process.say(missing)
    try:
        process.run(guard, Ticker(TICK_MS), Inhibitor())
    finally:
        guard.close()
    return 0


def _why_not(error: Exception, table: str) -> tuple[int, str]:
    if isinstance(error, TomlRefused):
        return CONFIG, "the table file is refused\n" + "\n".join(error.lines)
    if isinstance(error, PortBusy | AlreadyListening | InUse):
        return BUSY, str(error)
    if isinstance(error, PortMissing) and "permission" in str(error):
        return PERMISSION, str(error)
    if isinstance(error, BridgeError | ValueError):
        return UNAVAILABLE if isinstance(error, BridgeError) else CONFIG, str(error)
    if isinstance(error, PermissionError):
        return PERMISSION, f"{error.filename}: no permission; run as the user of the guard"
    if isinstance(error, FileNotFoundError) and str(error.filename) == table:
        return NO_INPUT, f"{table}: there is no such file; install/table.toml.example shows one"
    if isinstance(error, OSError) and error.filename is not None:
        return UNAVAILABLE, f"{error.filename}: {error.strerror}; see --table, --run-dir and --state-dir"
    return UNAVAILABLE, str(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

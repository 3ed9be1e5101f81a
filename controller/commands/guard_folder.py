"""The guard's own folder, for commands that a person gives at the machine: only while no guard runs there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from controller.exit_codes import CommandError, ExitCode

STATE_DIR: Final = Path("/var/lib/keel/guard")


def exists(state_dir: Path) -> None:
    """Raises CommandError (66)."""
    if not state_dir.is_dir():
        raise CommandError(ExitCode.NO_INPUT, f"{state_dir}: there is no such folder; see --state-dir")


@contextmanager
def at_park(state_dir: Path) -> Iterator[None]:
    """No guard runs on this folder meanwhile, and no session is open. Raises CommandError (1, 75, 77)."""
    lock = -1
    try:
        lock = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)  # as the guard locks it
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if (state_dir / "mark.json").exists():
            what = "a session is open; start the guard, let it bring the table home, then stop it"
            raise CommandError(ExitCode.FAILED, f"{state_dir}: {what}")
        yield
    except BlockingIOError:
        what = f"{state_dir}: a guard is running; stop it first: sudo systemctl stop keel-guard"
        raise CommandError(ExitCode.BUSY, what) from None
    except PermissionError:
        what = f"{state_dir}: no permission; run as root or as the user of the guard"
        raise CommandError(ExitCode.PERMISSION, what) from None
    finally:
        if lock >= 0:
            os.close(lock)

"""Holds back a shutdown of the machine while somebody may be away from park (logind, `systemd-inhibit`).

The lock's life hangs on a pipe: when this process dies the lock goes too, and the next guard takes it anew.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import Final

_WORDS: Final = (
    "--what=shutdown:sleep",
    "--who=keel guard",
    "--why=The inversion table is not upright",
    "--mode=block",
    "cat",  # ends when the pipe does
)


class Inhibitor:
    """`follow` it once a tick; nothing happens where there is no systemd."""

    def __init__(self, program: str = "systemd-inhibit") -> None:
        self._program = shutil.which(program)
        self._pid = 0
        self._pipe = -1

    @property
    def held(self) -> bool:
        """Whether a lock has been asked for."""
        return self._pid != 0

    def follow(self, away: bool) -> None:
        """Take the lock when the table may leave park, let it go when it is back."""
        if away and self._program is not None and not self._pid:
            self._take(self._program)
        elif not away and self._pid:
            self.close()

    def close(self) -> None:
        """Let go, and do not leave a zombie."""
        if self._pid:
            os.close(self._pipe)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._pid, os.WNOHANG)
            self._pid, self._pipe = 0, -1

    def _take(self, program: str) -> None:
        reader, self._pipe = os.pipe()
        quiet = os.open(os.devnull, os.O_WRONLY)
        actions = [(os.POSIX_SPAWN_DUP2, reader, 0), *((os.POSIX_SPAWN_DUP2, quiet, fd) for fd in (1, 2))]
        try:
            self._pid = os.posix_spawn(program, [program, *_WORDS], os.environ, file_actions=actions)
        except OSError:
            # Without the lock the ride is as safe as before: a shutdown is a RETURN first.
            os.close(self._pipe)
            self._program = None
        finally:
            os.close(reader)
            os.close(quiet)

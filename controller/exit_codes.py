"""The exit codes of every command, after sysexits, and the error that carries one."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command tells the shell. 0, 1, 3 and 4 are the verdict on a session or a run."""

    OK = 0
    FAILED = 1
    ENDED_EARLY = 3  # upright, but by a return before the programme's end
    NOT_UPRIGHT = 4  # the session did not end in park
    USAGE = 64
    NO_INPUT = 66
    UNAVAILABLE = 69
    BUSY = 75
    PERMISSION = 77
    CONFIG = 78


class CommandError(Exception):
    """A command cannot go on: `keel` prints the message without a traceback and exits with the code."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code

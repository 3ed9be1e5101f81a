"""The keys of `keel bench`: what each does to the simulated table, and the terminal that reads them."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from types import TracebackType
from typing import Final, NamedTuple


class Key(NamedTuple):
    """One key: a contact to toggle, a fault to switch, or the word "rider" or "quit"."""

    kind: str  # contact | fault | rider | quit; a fault's name may be followed by =AMOUNT
    name: str
    text: str


KEYS: Final = {
    "p": Key("contact", "pendant", "hold / let go the pendant"),
    "m": Key("rider", "mount", "a rider gets on and straps in / gets off"),
    "a": Key("contact", "ankle_a", "close / open ankle contact A"),
    "b": Key("contact", "ankle_b", "close / open ankle contact B"),
    "s": Key("contact", "stop", "press / release STOP"),
    "r": Key("contact", "return_a", "press / release RETURN"),
    "e": Key("contact", "estop", "press / release the e-stop"),
    "w": Key("fault", "wire_cut", "cut / mend the wire to the drive"),
    "i": Key("fault", "inclinometer_cut", "silence / revive the inclinometer"),
    "q": Key("quit", "quit", "leave"),
}


def legend() -> str:
    """The keys for people."""
    keys = "\n".join(f"  {letter}  {key.text}" for letter, key in KEYS.items())
    return f"{keys}\n  :  then NAME or NAME=AMOUNT and Enter: switch any fault (docs/reference/faults.md)"


class Keyboard:
    """Single keys from a terminal; from a pipe, letters; after a colon, a word and Enter."""

    def __init__(self) -> None:
        self._terminal = sys.stdin.isatty()
        self._before = termios.tcgetattr(0) if self._terminal else None
        self._ended = False
        self._word: str | None = None  # what has been typed since a colon
        self._poll = select.poll()
        self._poll.register(0, select.POLLIN | select.POLLHUP)

    def __enter__(self) -> Keyboard:
        if self._terminal:
            tty.setcbreak(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            termios.tcsetattr(0, termios.TCSADRAIN, self._before)

    def pressed(self) -> list[Key]:
        """All keys since the last call; unknown ones are left out."""
        if self._ended or not self._poll.poll(0):
            return []
        letters = os.read(0, 256).decode("utf-8", "replace")
        self._ended = not letters
        return [key for letter in letters if (key := self._key(letter)) is not None]

    def _key(self, letter: str) -> Key | None:
        """A key that is whole with this letter."""
        if self._word is None:
            self._word = "" if letter == ":" else None
            return KEYS.get(letter)
        if letter not in "\r\n":
            self._word = self._word[:-1] if letter in "\x7f\b" else self._word + letter
            return None
        word, self._word = self._word.strip(), None
        return Key("fault", word, f"switch {word}") if word else None

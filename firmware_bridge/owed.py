"""Answers that are still owed, on lines whose answers do not say which question they belong to.

Whatever tells answers apart (length, function, command) is their shape. A question without an answer leaves
its shape owed: the next answer of that shape may be the late one. A device answers in order, so the answer to
a question of a shape that was not owed shows that all before it are lost.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

OWED_MS: Final = 500  # later than that no answer comes


class Owed:
    """Times are those of asking."""

    def __init__(self) -> None:
        self._asked_ms: dict[Hashable, int] = {}
        self._doubtful = False  # the shape of the newest question was owed already

    def __bool__(self) -> bool:
        return bool(self._asked_ms)

    def may_ask(self, shape: Hashable, now_ms: int) -> bool:
        """Whether the answer could be told from one that is still owed."""
        asked_ms = self._asked_ms.get(shape)
        return asked_ms is None or now_ms - asked_ms >= OWED_MS

    def ask(self, shape: Hashable, now_ms: int) -> None:
        """It is asked now."""
        self._doubtful = not self.may_ask(shape, now_ms)

    def answered(self) -> None:
        """The newest question was."""
        if not self._doubtful:
            self._asked_ms.clear()

    def unanswered(self, shape: Hashable, asked_ms: int) -> None:
        """The newest question was not, or by something spoilt that may have been an older one's."""
        self._asked_ms[shape] = asked_ms

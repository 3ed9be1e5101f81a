"""The node's copy of the ledger's head: asked when it is known, told what is new. At park only (HZ-48)."""

from __future__ import annotations

from typing import Final

from firmware_bridge.ports import HeadKeeper
from safety.guard.dose import Dose

PATIENCE_TICKS: Final = 150  # so long a copy elsewhere may stay unknown before the ledger goes on without it


class Witness:
    """`keeper` is None where no node is."""

    def __init__(self, dose: Dose, keeper: HeadKeeper | None) -> None:
        self._dose = dose
        self._keeper = keeper
        self._compared: str | None = None
        self._told: str | None = None
        self._ticks = 0

    @property
    def silent(self) -> bool:
        """Whether a copy exists whose content is not known yet, or not compared."""
        return self._keeper is not None and self._compared is None

    def tick(self, now_ms: int) -> None:
        """Compare, then let the ledger's time go on, then tell."""
        self._ticks += 1
        self._compare()
        if not self.silent or self._ticks > PATIENCE_TICKS:
            self._dose.tick(now_ms)
        self.tell()

    def tell(self) -> None:
        """Have the newest head kept; what was said before counts only once it was compared."""
        keeper, head = self._keeper, self._dose.head
        if keeper is None or not head or self._dose.trouble is not None or self._compared is None:
            return
        if head != self._told:
            self._told = head
            keeper.write(head)  # which says it until it is confirmed

    def _compare(self) -> None:
        kept = None if self._keeper is None else self._keeper.read()
        if kept is not None and kept != self._compared:
            self._compared, self._told = kept, kept
            self._dose.compare(kept, "the node")

"""How hot the parts of a drive are, for a twin to tell, and how often it has told so.

No document read says at which heat a drive gives up, so a hot twin goes on working and only tells it.
"""

from __future__ import annotations


class Warmth:
    """Parts by name, each with its usual heat in degC, or in per cent where the drive tells that."""

    def __init__(self, **usual: float) -> None:
        self._usual = usual
        self._hot: dict[str, float] = {}
        self.told_hot = dict.fromkeys(usual, 0)  # times a heat that is not the usual one was told

    def heat(self, part: str, to: float | None) -> None:
        """So hot from now on; None: as usual."""
        self._hot.pop(part, None)
        if to is not None:
            self._hot[part] = to

    def tell(self, part: str) -> float:
        """What goes out on the wire now."""
        self.told_hot[part] += part in self._hot
        return self._hot.get(part, self._usual[part])


UNTOLD = Warmth()  # of a drive that has no sense for its heat

"""Whether the encoder is late: what it says and what the motor says by its back-EMF come apart in a swing.

A loop swings on a late angle, and somebody who throws their weight about makes it swing, too: the one needs a
calm loop, the other a firm one. Who is pushed is seen by both at once.
"""

_SHARE = 8  # of what is new, a tick: some 80 ms
_SLOW_MDPS = 1_000  # less tells nothing


class Late:
    """`is_late` after each `watch`, 100 times a second."""

    def __init__(self) -> None:
        self._apart_mdps = self._way_mdps = 0
        self.is_late = False

    def watch(self, seen_mdps: int, felt_mdps: int) -> None:
        """One tick with the brake open: the rate by the encoder, and by the motor."""
        self._apart_mdps += (abs(felt_mdps - seen_mdps) - self._apart_mdps) // _SHARE
        self._way_mdps += (max(abs(felt_mdps), abs(seen_mdps)) - self._way_mdps) // _SHARE
        self.is_late = self._way_mdps > _SLOW_MDPS and 2 * self._apart_mdps > self._way_mdps

    def forget(self) -> None:
        """The brake has been closed: what comes is new."""
        self._apart_mdps = self._way_mdps = 0
        self.is_late = False

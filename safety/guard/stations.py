"""Which stations are alive, by the number each drew at its start; the one of a session feeds it alone."""

from __future__ import annotations

from safety.observation import AGE_MAX_MS


class Stations:
    """Their signs of life. Kept are the connected ones, the session's, and the one that spoke last."""

    def __init__(self) -> None:
        self._heard_ms: dict[int, int] = {}  # instance -> its last sign of life
        self._bound: int | None = None

    def heard(self, instance: int, now_ms: int) -> None:
        """A sign of life."""
        self._heard_ms[instance] = now_ms

    def age_ms(self, now_ms: int) -> int:
        """Since the last sign of life of the session's station; before a session, of any station."""
        if self._bound is None:
            last_ms = max(self._heard_ms.values(), default=None)
        else:
            last_ms = self._heard_ms.get(self._bound)
        return AGE_MAX_MS if last_ms is None else min(now_ms - last_ms, AGE_MAX_MS)

    def bind(self) -> None:
        """From now on only the one that spoke last counts."""
        self._bound = self._last()

    def release(self, connected: set[int]) -> None:
        """The session is over; of it only who is still connected counts."""
        self._bound = None
        self._keep(connected)

    def forget(self, connected: set[int]) -> None:
        """Somebody is gone: who comes and goes without end fills no memory."""
        self._keep(connected | {self._bound, self._last()})

    def _last(self) -> int | None:
        return max(self._heard_ms, key=lambda instance: self._heard_ms[instance], default=self._bound)

    def _keep(self, wanted: set[int | None] | set[int]) -> None:
        self._heard_ms = {key: last_ms for key, last_ms in self._heard_ms.items() if key in wanted}

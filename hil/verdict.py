"""Is a session over, and how did it end? Judged by the guard's reports and by where the table really is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from controller.states import STATES
from hil.observer import Report
from hil.simulator_child import Truth
from safety.decision import AT_REST_WAITING, INHIBITED, LATCHED, READY

STILL_DPS: Final = 0.05
PARKED_WITHIN_DEG: Final = 1.0
OVER_AFTER_S: Final = 2.0
WAITED_ENOUGH_S: Final = 15.0
BLIND_S: Final = 60.0
RODE_DEG: Final = 5.0
NEVER_BEGAN_S: Final = 180.0
LONGEST_S: Final = 5_400.0
RECOVERING: Final = STATES.index("recovering")


class Verdict:
    """Follows one session by what can be seen from outside."""

    def __init__(self, park_deg: float) -> None:
        self._park_deg = park_deg
        self.first_cause = 0
        self.began = False  # a session was open
        self.waiting = False  # at rest, for a person
        self._recovered = False
        self._rode = False
        self._closed = True  # no session is open now
        self._since_s: dict[str, float] = {}

    def take(self, reports: Sequence[Report], truth: Truth) -> None:
        """Look at what has come."""
        for report in reports:
            self._look(report)
        parked = abs(truth.angle_deg - self._park_deg) <= PARKED_WITHIN_DEG
        still = abs(truth.rate_dps) <= STILL_DPS
        self._mark("home", self.began and self._closed and parked and still, truth.t_s)
        self._mark("waiting", self.waiting and still, truth.t_s)
        self._mark("blind", self.began and not self._closed and parked and still and self._rode, truth.t_s)
        self._rode = self._rode or truth.angle_deg - self._park_deg > RODE_DEG

    def _look(self, report: Report) -> None:
        self.began = self.began or report["session"] != 0
        if self.began and report["first_cause"] and not self.first_cause:
            self.first_cause = report["first_cause"]
        self._recovered = self._recovered or report["controller_state"] == RECOVERING
        self._closed = report["session"] == 0 and report["mode"] in (INHIBITED, READY, LATCHED)
        self.waiting = report["stage"] == AT_REST_WAITING

    def _mark(self, what: str, now: bool, t_s: float) -> None:
        if now:
            self._since_s.setdefault(what, t_s)
        else:
            self._since_s.pop(what, None)

    @property
    def completed(self) -> bool:
        """The programme ran to its end by itself."""
        return self.began and self._recovered and not self.first_cause

    def waits_in_vain(self, t_s: float, longer_s: float = 0.0) -> bool:
        """Whether a person was waited for long enough, or the guard cannot see that the table is home."""
        waited_s = t_s - self._since_s.get("waiting", t_s)
        return waited_s >= WAITED_ENOUGH_S + longer_s or t_s - self._since_s.get("blind", t_s) >= BLIND_S

    def over(self, t_s: float) -> bool:
        """Whether there is nothing more to wait for."""
        home_s = t_s - self._since_s.get("home", t_s)
        if home_s >= OVER_AFTER_S or self.waits_in_vain(t_s):
            return True
        return t_s > LONGEST_S or (t_s > NEVER_BEGAN_S and not self.began)

"""Leaves a folder as a guard would that died with a session open, so that the next one wakes up in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hil.campaign.scenarios import Scenario
from hil.known_rider import acquaint
from hil.rigs.lockstep import BASE_MS, MACHINE_BOOT, WALL_S, LockstepSetup, table_of
from safety import limits as rules
from safety.bounds import of_session
from safety.guard.book import within
from safety.guard.mark import Mark
from safety.guard.store import Store

SESSION: Final = 77
RIDER: Final = "lockstep"
FULL_TIER: Final = 2
ALLOWANCE_MS: Final = 60_000
WALL_MS: Final = 600_000


def leave_open(setup: LockstepSetup, place: Path, scenario: Scenario) -> int:
    """Debit a dose and write the mark of an open session; returns its allowance."""
    machine = table_of(setup.world)
    limits = rules.for_table(
        machine.park_cdeg, machine.stop_up_cdeg, machine.stop_down_cdeg, machine.cap_cdeg
    )
    assert not isinstance(limits, str)
    day_ms = machine.day_max_ms
    cap_cdeg = round(scenario.cap_deg * 100)
    terms = rules.terms(SESSION, FULL_TIER, cap_cdeg, ALLOWANCE_MS, 1, WALL_MS, day_ms, limits)
    assert not isinstance(terms, str)
    acquaint(place, machine.sha256, RIDER)
    store = Store(place, machine.sha256, lambda: WALL_S, BASE_MS, MACHINE_BOOT)
    bounds = of_session(rules.TIERS[FULL_TIER], cap_cdeg, machine.bounds, limits)
    head = store.dose.debit(RIDER, SESSION, terms.allowance_ms, BASE_MS)
    store.write_mark(Mark(within(terms, bounds), machine.sha256, RIDER, 0, head))
    store.close()
    return terms.allowance_ms

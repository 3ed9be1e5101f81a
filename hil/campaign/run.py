"""One run of a campaign: ride, let the fault happen, wait until the table is home, judge."""

from __future__ import annotations

import gc
import json
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from firmware_bridge import clock
from hil.campaign import invariants, proofs
from hil.campaign.catalogue import CATALOGUE, NOMINAL, PERSON
from hil.campaign.draw import Spec, as_json
from hil.campaign.host_faults import HOST_FAULTS
from hil.campaign.open_session import leave_open
from hil.campaign.scenarios import BY_NAME
from hil.campaign.trace import AT, Ride, Sample, sample
from hil.campaign.words import facts
from hil.rigs.lockstep import TICK_MS, Lockstep, LockstepSetup
from safety.decision import INHIBITED, LATCHED, READY
from safety.guard.ledger_file import BACK
from safety.guard.ledger_file import read as read_ledger
from safety.observation import ORDER_RETURN
from simulator.faults import amount_of
from simulator.setup import Gear, RiderSetup, WorldSetup

LONGEST_MS: Final = 420_000
AFTER_FAULT_MS: Final = 320_000
HOME_MS: Final = 3_000  # parked, and nothing more happens
NEVER_BEGAN_MS: Final = 40_000
BEGUN_MS: Final = 200
PARK_DEG: Final = -70.0
FOR_A_PERSON_MS: Final = 75_000  # it stands, a person must come; the last try by itself is made after 60 s
HOME_DEG: Final = 1.6  # within 1 deg by the guard's measure, and an inclinometer may be off by 0.3
STILL_DPS: Final = 0.05
MEMORY: Final = Path("/dev/shm")  # files there cost nothing to make durable


@contextmanager
def folder() -> Iterator[Path]:
    """A place for one run's files; in memory where the machine has such a place."""
    parent = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="keel-", dir=parent) as name:
        yield Path(name)


class Run:
    """A ride with one fault in it."""

    def __init__(self, spec: Spec, place: Path) -> None:
        self.spec = spec
        self.scenario = BY_NAME[spec.scenario]
        self.samples: list[Sample] = []
        self.injected_ms: int | None = None
        self.effect_ms: int | None = None
        self.completed = False
        self.lasted = False
        self.parked_ms: int | None = None
        self._moved_ms = 0
        self._asked = False
        sex, stature_m, mass_kg = spec.rider
        rider = RiderSetup(
            mounted=True,
            dismounts_after_s=None,
            attendant_helps_after_s=10.0,
            sex=sex,
            stature_m=stature_m,
            mass_kg=mass_kg,
        )
        world = WorldSetup(gear=_gear(spec), drive=spec.drive, rider=rider, start_deg=spec.start_deg)
        setup = LockstepSetup(
            self.scenario.toml, self.scenario.tier, world, _world_seed(spec), load=not self.scenario.wakes
        )
        self.allowance_ms = leave_open(setup, place, self.scenario) if self.scenario.wakes else 0
        self.rig = Lockstep(setup, place)
        self._amount = amount_of(spec.fault, CATALOGUE[spec.fault].severity, spec.amount)
        self._phase_ms: int | None = None
        self._before: proofs.Before | None = None
        self._place = place

    def ride(self) -> Ride:
        """To the end."""
        while not self._over():
            self._people()
            self._disturb()
            self.rig.tick()
            self._remember()
        return self._ride()

    def _remember(self) -> None:
        seen = sample(self.rig)
        self.samples.append(seen)
        controller = self.rig.controller
        self.completed = self.completed or (controller is not None and controller.completed)
        if seen.report is not None and seen.report[AT["dose_left_ms"]]:
            self.allowance_ms = max(
                self.allowance_ms,
                (seen.report[AT["used_ms"]] or 0) + (seen.report[AT["dose_left_ms"]] or 0),
            )
        home = abs(seen.angle_deg - PARK_DEG) <= HOME_DEG and abs(seen.rate_dps) < STILL_DPS
        if abs(seen.rate_dps) > STILL_DPS:
            self._moved_ms = seen.t_ms
        if not home:
            self.parked_ms = None
        elif self.parked_ms is None:
            self.parked_ms = seen.t_ms

    def _people(self) -> None:
        """The panel asks for RETURN where the scenario says so."""
        rig, where = self.rig, self.scenario
        if self._asked or rig.controller is None or rig.controller.state != where.returns_in:
            return
        if rig.world.truth.angle_deg < where.returns_at_deg:
            return
        # A station that was lost comes back as another one: what is judged then is that it was missed.
        was_lost = self.injected_ms is not None and self.spec.fault.endswith("_station")
        if rig.panel is not None and rig.runs("station") and not was_lost:
            rig.panel.order(ORDER_RETURN)
            self._asked = True

    def _disturb(self) -> None:
        spec, t_ms = self.spec, self.rig.t_ms
        if spec.fault == NOMINAL:
            return
        if self.injected_ms is None:
            if self._phase_ms is None and self._in_phase():
                self._phase_ms = t_ms
            if self._phase_ms is not None and t_ms - self._phase_ms >= spec.after_s * 1_000:
                self._inject()
        else:
            self._go_on(t_ms)

    def _in_phase(self) -> bool:
        if self.spec.phase == "wake":
            return self.rig.t_ms > 0
        controller = self.rig.controller
        begun = self.rig.t_ms >= BEGUN_MS  # before that it is "returning" until it has heard the guard
        return begun and controller is not None and controller.state == self.spec.phase

    def _inject(self) -> None:
        spec, rig = self.spec, self.rig
        self.injected_ms = rig.t_ms
        self._before = proofs.look(rig.world)
        self.lasted = True
        host = HOST_FAULTS.get(spec.fault)
        if host is None:
            rig.world.faults.switch(spec.fault, True, spec.amount)
        elif host.act is not None:
            host.act(rig, round((spec.lasts_s or 0.0) * 1_000), self._amount)

    def _go_on(self, t_ms: int) -> None:
        spec, rig = self.spec, self.rig
        assert self.injected_ms is not None
        host = HOST_FAULTS.get(spec.fault)
        if host is not None and host.each is not None:
            host.each(rig, (t_ms - self.injected_ms) // TICK_MS, self._amount)
        if self.effect_ms is None:
            assert self._before is not None
            real = host.effect(rig) if host else proofs.PROOFS[spec.fault](rig.world, self._before)
            self.effect_ms = t_ms if real else None
        # A fault that ends by itself does so only once it was one.
        since_ms = t_ms - (t_ms if self.effect_ms is None else self.effect_ms)
        if host is None and self.lasted and spec.lasts_s is not None and since_ms >= spec.lasts_s * 1_000:
            rig.world.faults.switch(spec.fault, False)
            self.lasted = False

    def _over(self) -> bool:
        t_ms = self.rig.t_ms
        started = self.injected_ms
        if t_ms >= LONGEST_MS or (started is not None and t_ms - started >= AFTER_FAULT_MS):
            return True
        if started is not None and self._stands_for_a_person(t_ms):
            return True
        if not self.samples or self.parked_ms is None or t_ms - self.parked_ms < HOME_MS:
            return False
        report = self.samples[-1].report
        idle = report is not None and report[AT["mode"]] in (INHIBITED, LATCHED) and not report[AT["session"]]
        if started is None:
            return idle and (self.completed or t_ms >= NEVER_BEGAN_MS)
        if report is not None and report[AT["mode"]] == READY and t_ms - self._moved_ms >= NEVER_BEGAN_MS:
            return t_ms - started >= HOME_MS  # at park, and it never leaves
        return idle and t_ms - started >= HOME_MS

    def _stands_for_a_person(self, t_ms: int) -> bool:
        """Where the design leaves the last step to somebody, nothing more happens by itself."""
        needed = CATALOGUE[self.spec.fault].ends == PERSON and self.effect_ms is not None
        away = self.parked_ms is None and t_ms - self._moved_ms >= FOR_A_PERSON_MS
        return needed and away and self.effect_ms is not None and t_ms - self.effect_ms >= FOR_A_PERSON_MS

    def _ride(self) -> Ride:
        spec = self.spec
        return Ride(
            self.samples,
            spec.fault,
            self.lasted,
            None if spec.lasts_s is None else round(spec.lasts_s * 1_000),
            self.scenario.cap_deg,
            self.injected_ms,
            self.effect_ms,
            spec.fault == NOMINAL,
            self.parked_ms,
            self.completed,
            self.allowance_ms,
            net_used_ms(self._place),
            spec.drive,
            self.scenario.wakes,
        )


def net_used_ms(place: Path) -> int | None:
    """What the ledger says has been used, None when it is not whole."""
    entries, wrong = read_ledger(place / "ledger.jsonl")
    if wrong is not None:
        return None
    return sum(-one.ms if one.kind == BACK else one.ms for one in entries if one.at_ms >= 0)


def one(spec: Spec, keep: Path | None = None) -> dict[str, Any]:
    """Ride and judge; the line of results.jsonl. `keep`: a folder for everything that can be looked at."""
    gc.disable()
    began_us = clock.cpu_us()
    try:
        with folder() as place:
            outcome = _ridden(spec, place if keep is None else keep)
    finally:
        gc.enable()
        gc.collect()
    outcome["cpu_s"] = round((clock.cpu_us() - began_us) / 1e6, 3)
    return outcome


def _ridden(spec: Spec, place: Path) -> dict[str, Any]:
    base: dict[str, Any] = {"number": spec.number, "spec": as_json(spec)}
    run = Run(spec, place)
    try:
        ride = run.ride()
        found = invariants.judge(ride)
    except Exception:
        # I22: whatever is raised in a tick is a finding of this run, never the end of the campaign.
        last = traceback.format_exc().strip().splitlines()
        return {**base, "violations": [{"rule": "I22", "what": " | ".join(last[-3:])}], "table_s": 0.0}
    finally:
        run.rig.close()
    outcome = {**base, **facts(ride, CATALOGUE[spec.fault]), "hash": run.rig.telemetry_hash}
    outcome["violations"] = found
    if place.name.startswith("run-"):
        (place / "run.json").write_text(json.dumps(outcome, indent=1) + "\n")
        _write_trace(place, ride)
    return outcome


def _write_trace(place: Path, ride: Ride) -> None:
    """trace.csv: what can be plotted."""
    lines = ["t_s,angle_deg,rate_dps,mode,command,stage,first_cause,state"]
    for seen in ride.samples:
        report = seen.report
        said = ["", "", "", ""]
        if report is not None:
            said = [str(report[AT[name]]) for name in ("mode", "command", "stage", "first_cause")]
        row = [f"{seen.t_ms / 1_000:.2f}", f"{seen.angle_deg:.3f}", f"{seen.rate_dps:.3f}", *said, seen.state]
        lines.append(",".join(row))
    (place / "trace.csv").write_text("\n".join(lines) + "\n")


def _world_seed(spec: Spec) -> int:
    return (spec.seed * 1_000_003 + spec.number) & 0x7FFF_FFFF


def _gear(spec: Spec) -> Gear:
    return "a2" if spec.gear == "a2" else "a1"

"""The `fast` fidelity as a manner of moving: leaps between the edges of the inputs."""

from __future__ import annotations

import math
from functools import lru_cache

from simulator.plant import leap
from simulator.plant.bed import Moments
from simulator.plant.dynamics import Dynamics
from simulator.plant.integrate import State
from simulator.plant.motion import Event
from simulator.plant.params import Gear, Hinge, Motor, PlantParams, Stops, Supply

RAMP_STEP_S = 1e-3  # while the brake's torque rises
BOUNCE_PARTS = 10  # of a step beside a stop
NO_LIMIT = 1e9
KEPT = 256  # step lengths and circuits whose matrices are kept


def leaps(dynamics: Dynamics) -> bool:
    """Whether leaps can follow it: hard friction or no drive, a constant ratio, arms that lie still."""
    drive, brake = dynamics.drive, dynamics.brake
    if dynamics.helped or dynamics.arms is not None or (drive is not None and drive.lever is not None):
        return False
    if dynamics.hard:
        return brake is None or not brake.on_hinge
    return drive is None and not dynamics.friction.dry


class Leaping:
    """Steps of at most 10 ms, or what the case asks for."""

    def __init__(self, dynamics: Dynamics, longest_s: float, events: list[Event]) -> None:
        self._dynamics, self._events = dynamics, events
        self._longest_s = min(longest_s, leap.STEP_S)
        self._params, self._load = as_params(dynamics), Moments(*dynamics.moments)
        self._table = lru_cache(KEPT)(self._prepared)

    def _prepared(self, ohm: float | None, step_s: float) -> leap.Table:
        return leap.table(self._params, self._load, ohm, step_s, self._dynamics.gravity)

    def across(self, t: float, state: State, end: float) -> State:
        """See Motion."""
        dynamics, circuit = self._dynamics, self._dynamics.circuit
        ohm = None if circuit is None else circuit.R + circuit.source_ohm
        ramp = dynamics.brake is not None and 0.0 < dynamics.brake.part(0.5 * (t + end)) < 1.0
        longest = min(self._longest_s, RAMP_STEP_S) if ramp else self._longest_s
        count = max(1, math.ceil((end - t) / longest - 1e-9))
        step_s = round((end - t) / count, 15)
        table = self._table(ohm, step_s)
        for n in range(count):
            inputs = self._inputs(t + (n + 0.5) * step_s)
            if dynamics.locked:
                state = state[0], 0.0, leap.settled(state[2], inputs.volts, table.long)
                continue
            before, state = state, self._stepped(state, inputs, ohm, step_s)
            self._note(t + (n + 1) * step_s, before, state)
        return state

    def _stepped(self, state: State, inputs: leap.Inputs, ohm: float | None, step_s: float) -> State:
        """A bounce takes some milliseconds, so who may touch a stop in this step goes in shorter ones."""
        low, high = self._params.stops.low_rad, self._params.stops.high_rad
        reach = 2.0 * abs(state[1]) * step_s
        if low < state[0] - reach and state[0] + reach < high:
            return leap.step(state, inputs, self._table(ohm, step_s))
        finer = self._table(ohm, step_s / BOUNCE_PARTS)
        for _ in range(BOUNCE_PARTS):
            state = leap.step(state, inputs, finer)
        return state

    def _inputs(self, t: float) -> leap.Inputs:
        dynamics, brake = self._dynamics, self._dynamics.brake
        volts = 0.0 if dynamics.circuit is None else dynamics.circuit.source_v
        part = brake.part(t) if brake is not None and dynamics.friction.dry else 0.0
        slide, hold = (brake.T_dyn * part, brake.T_stat * part) if brake is not None else (0.0, 0.0)
        return leap.Inputs(volts, dynamics.pulse_nm, slide, hold)

    def _note(self, t: float, before: State, after: State) -> None:
        """Stops and breakaways, to the step in which they happen; a reversal is both at once."""
        if not self._dynamics.hard or before[1] * after[1] > 0.0:
            return
        if before[1] != 0.0:
            self._event("stop", t, after)
        if after[1] != 0.0:
            self._event("breakaway+" if after[1] > 0.0 else "breakaway-", t, after)

    def _event(self, kind: str, t: float, state: State) -> None:
        event: Event = {"kind": kind, "t": t, "theta": state[0]}
        if self._dynamics.circuit is not None:
            event["i"] = state[2]
        self._events.append(event)


def as_params(dynamics: Dynamics) -> PlantParams:
    """The same table as the parameters of a plant; no drive is a drive that weighs nothing."""
    friction, drive, circuit, stops = dynamics.friction, dynamics.drive, dynamics.circuit, dynamics.stops
    gear, motor = Gear(0.0, 1.0, 1.0), Motor(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    if drive is not None:
        ohm, henry = (1.0, 1.0) if circuit is None else (circuit.R, circuit.L)
        dry_nm = drive.T_m if friction.dry else 0.0
        gear = Gear(drive.N, drive.eta_f, drive.eta_b)
        motor = Motor(ohm, henry, drive.Kt, drive.Ke, drive.J_m, drive.b_m, dry_nm)
    hinge = Hinge(friction.b_L, 0.0, 0.0, 1.0)
    if friction.dry:
        hinge = Hinge(friction.b_L, friction.T_C, friction.T_S, friction.w_s)
    return PlantParams(
        gear,
        motor,
        hinge,
        Supply(limit_a=NO_LIMIT),
        stops=Stops(-1e9, 1e9)
        if stops is None
        else Stops(math.degrees(stops.lo), math.degrees(stops.hi), stops.k, stops.alpha),
    )

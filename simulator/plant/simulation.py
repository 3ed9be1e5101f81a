"""A case carried through its sample times: edges of the inputs are never stepped over."""

from __future__ import annotations

import math
from typing import Any

from simulator.plant.cascade import Cascade
from simulator.plant.case import Case
from simulator.plant.document import CaseError
from simulator.plant.dynamics import Dynamics
from simulator.plant.integrate import State, Unsteady
from simulator.plant.leaping import Leaping, leaps
from simulator.plant.motion import Event, Hard, Motion, Paced, Smooth

LONGEST_STEP_S = 0.01
SWING_STEP_S = 0.002  # while arms swing; keeps the momentum to rounding
PACED_STEP_S = 1e-4
FAST_STEP_S = 1e-3
RESOLUTION_S = 1e-12  # instants nearer than that are one

Answer = dict[str, Any]


def simulate(case: Case) -> Answer:
    """The answer to a case: angle and rate (and current, and events) at its sample times."""
    try:
        return Simulation(case).run()
    except (ArithmeticError, ValueError) as error:
        reason = (
            str(error) if isinstance(error, Unsteady) else f"the numbers leave the range of floats ({error})"
        )
        raise CaseError(f"params: this table cannot be followed: {reason}; check sizes and units") from error


class Simulation:
    """One run of one case."""

    def __init__(self, case: Case) -> None:
        self._case = case
        supply = case.supply
        self._dynamics = Dynamics(
            friction=case.friction,
            moments=case.moments,
            arms=case.arms,
            stops=case.stops,
            brake=case.brake,
            drive=case.drive,
            circuit=None if supply is None else supply.circuit,
            gravity=case.gravity,
            hard=case.hard,
            gas_spring=case.gas_spring,
            damper=case.damper,
            pushes=case.pushes,
        )
        self._events: list[Event] = []
        self._motion = self._manner()
        self._cascade = self._controller()

    def run(self) -> Answer:
        """From t = 0 through all sample times."""
        case = self._case
        samples = {key(t) for t in case.t}
        states: dict[int, State] = {}
        t, state = 0.0, case.initial
        for mark, end in sorted(self._marks().items()):
            if end > t:
                self._set_inputs(t, end)
                state = self._motion.across(t, state, end)
                t = end
            if mark in samples:
                states[mark] = finite(t, state)
            self._control(mark, state)
        return self._answer([states[key(t)] for t in case.t])

    def _manner(self) -> Motion:
        longest = self._case.longest_step_s or LONGEST_STEP_S
        if self._case.arms is not None:
            longest = min(longest, SWING_STEP_S)
        if self._case.fidelity == "fast" and self._case.cascade is None:
            if leaps(self._dynamics):
                return Leaping(self._dynamics, longest, self._events)
            if not self._case.hard:
                return Paced(self._dynamics, min(longest, self._fast_step_s()))
        if self._case.hard:
            return Hard(self._dynamics, longest, self._events)
        if self._case.cascade is not None:
            return Paced(self._dynamics, min(longest, PACED_STEP_S))
        return Smooth(self._dynamics, longest)

    def _fast_step_s(self) -> float:
        """A millisecond, or what the circuit bears."""
        supply = self._case.supply
        return FAST_STEP_S if supply is None else min(FAST_STEP_S, supply.circuit.L / supply.most_ohm)

    def _controller(self) -> Cascade | None:
        loop, drive = self._case.cascade, self._case.drive
        self._ticks: dict[int, int] = {}
        if loop is None or drive is None:
            return None
        if drive.lever is not None:
            raise CaseError("params.lever: motor cascade needs a constant ratio N")
        count = int(self._case.t[-1] / loop.gains.Ts_i) + 1
        self._ticks = {key(n * loop.gains.Ts_i): n for n in range(count)}
        return Cascade(loop.gains, loop.path, loop.integrals, drive.Ke * drive.N)

    def _marks(self) -> dict[int, float]:
        """Every instant at which something changes or is asked for, samples exactly as given."""
        case, last = self._case, self._case.t[-1]
        edges = [0.0, case.locked_until]
        if case.supply is not None:
            edges += [t for t, _ in case.supply.duty]
        if case.brake is not None:
            edges += case.brake.edges()
        if case.pulse is not None:
            edges += case.pulse[:2]
        for push in case.pushes:
            edges += [push.t_s, push.t_s + push.duration_s]
        if case.arms is not None:
            edges += [case.arms.t0, case.arms.t0 + case.arms.T]
        marks = {mark: mark * RESOLUTION_S for mark in self._ticks}
        marks.update({key(t): t for t in [*edges, *case.t] if t <= last})
        return marks

    def _set_inputs(self, t: float, end: float) -> None:
        """What is constant between two marks, read off in the middle."""
        case, dynamics, middle = self._case, self._dynamics, 0.5 * (t + end)
        dynamics.locked = middle < case.locked_until
        if case.pulse is not None:
            on, off, torque = case.pulse
            dynamics.pulse_nm = torque if on < middle < off else 0.0
        supply = case.supply
        if supply is not None and supply.duty:
            duty = 0.0
            for since, value in supply.duty:
                duty = value if since < middle else duty
            # Averaged bridge: it draws d i from the supply, which sags by R_s d i.
            supply.circuit.source_v = duty * supply.V_oc
            supply.circuit.source_ohm = duty * duty * supply.R_s + supply.bridge_ohm

    def _control(self, mark: int, state: State) -> None:
        if self._cascade is not None and self._case.supply is not None and mark in self._ticks:
            self._case.supply.circuit.source_v = self._cascade.voltage(self._ticks[mark], *state)

    def _answer(self, states: list[State]) -> Answer:
        case = self._case
        answer: Answer = {
            "id": case.id,
            "t": case.t,
            "theta": [state[0] for state in states],
            "omega": [state[1] for state in states],
        }
        if case.supply is not None:
            answer["i"] = [state[2] for state in states]
        if case.hard:
            answer["events"] = self._events
        return answer


def finite(t: float, state: State) -> State:
    """The state, if it is made of numbers."""
    if not all(map(math.isfinite, state)):
        raise Unsteady(f"at t = {t:.9g} s the motion runs away")
    return state


def key(t: float) -> int:
    """An instant as a whole number of the resolution."""
    return round(t / RESOLUTION_S)

"""Friction as a manner of moving: smooth, or hard with the instants of sticking and slipping found."""

from __future__ import annotations

from typing import Any, Protocol

from simulator.plant.dynamics import Dynamics
from simulator.plant.integrate import State, Unsteady, Walker, classical
from simulator.plant.lean import manners

MOST_EVENTS = 100_000
Event = dict[str, Any]


class Motion(Protocol):
    """Carries the state over a stretch of time in which no input has an edge."""

    def across(self, t: float, state: State, end: float) -> State:
        """The state at the end of the stretch."""
        ...


class Smooth:
    """Error-controlled steps; a lock holds everything but the current."""

    def __init__(self, dynamics: Dynamics, longest_s: float) -> None:
        self._dynamics, self._walker = dynamics, Walker(longest_s)
        self._slopes = manners(dynamics).smooth

    def across(self, t: float, state: State, end: float) -> State:
        """See Motion."""
        slopes = self._dynamics.stuck if self._dynamics.locked else self._slopes
        return self._walker.walk(slopes, t, state, end).state


class Paced:
    """Short steps of a fixed greatest length, for a sampled controller whose ticks are short anyway."""

    def __init__(self, dynamics: Dynamics, longest_s: float) -> None:
        self._dynamics, self._longest_s = dynamics, longest_s
        self._slopes = manners(dynamics).smooth

    def across(self, t: float, state: State, end: float) -> State:
        """See Motion."""
        slopes = self._dynamics.stuck if self._dynamics.locked else self._slopes
        steps = max(1, round((end - t) / self._longest_s + 0.49))
        h = (end - t) / steps
        for n in range(steps):
            state = classical(slopes, t + n * h, state, h)
        if not abs(state[1]) < 1e6:
            raise Unsteady(f"at t = {t:.9g} s the motion runs away")
        return state


class Hard:
    """Sliding one way or the other, or stuck; at rest it is decided anew at every edge and every stop."""

    def __init__(self, dynamics: Dynamics, longest_s: float, events: list[Event]) -> None:
        self._dynamics, self._walker, self._events = dynamics, Walker(longest_s), events
        self._manners = manners(dynamics)
        self._side = 0.0

    def across(self, t: float, state: State, end: float) -> State:
        """See Motion."""
        if self._dynamics.locked:
            self._side = 0.0
            return self._walker.walk(self._dynamics.stuck, t, state, end).state
        if state[1] != 0.0:
            self._side = 1.0 if state[1] > 0.0 else -1.0
        else:
            self._decide(t, state)
        while t < end:
            t, state = self._stay(t, state, end) if self._side == 0.0 else self._slide(t, state, end)
        return state

    def _decide(self, t: float, state: State) -> None:
        """At rest: leave to the side that pushes harder than friction holds."""
        before = self._side
        self._side = 0.0
        if self._dynamics.push_off(t, state, 1.0) > 0.0:
            self._side = 1.0
        elif self._dynamics.push_off(t, state, -1.0) < 0.0:
            self._side = -1.0
        if self._side not in (0.0, before):
            self._note("breakaway+" if self._side > 0.0 else "breakaway-", t, state)

    def _stay(self, t: float, state: State, end: float) -> tuple[float, State]:
        dynamics = self._dynamics

        def leaves(at: float, there: State) -> bool:
            return dynamics.push_off(at, there, 1.0) > 0.0 or dynamics.push_off(at, there, -1.0) < 0.0

        reached = self._walker.walk(dynamics.stuck, t, state, end, leaves)
        if reached.hit:
            self._decide(reached.t, reached.state)
        return reached.t, reached.state

    def _slide(self, t: float, state: State, end: float) -> tuple[float, State]:
        side = self._side
        slopes = self._manners.forward if side > 0.0 else self._manners.backward
        reached = self._walker.walk(slopes, t, state, end, lambda _, there: there[1] * side < 0.0)
        if not reached.hit:
            return reached.t, reached.state
        theta, _, current = reached.state
        rest = (theta, 0.0, current)
        self._note("stop", reached.t, rest)
        self._side = 0.0
        self._decide(reached.t, rest)
        return reached.t, rest

    def _note(self, kind: str, t: float, state: State) -> None:
        event: Event = {"kind": kind, "t": t, "theta": state[0]}
        if self._dynamics.circuit is not None:
            event["i"] = state[2]
        self._events.append(event)
        if len(self._events) > MOST_EVENTS:
            raise Unsteady(f"it stuck and slipped {MOST_EVENTS} times by t = {t:.9g} s")

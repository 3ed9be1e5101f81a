"""The table for closed loops: dry friction that holds exactly, about 2 us a step.

Where it may, it leaps 10 ms in which nothing happens but motion (`leap.py`). Else it steps by the
millisecond: within a step the friction's side, the gear's efficiency and the Stribeck level are frozen and
gravity and stops are linear, so the classical Runge-Kutta step (RK4) becomes four products of a constant
matrix. Dry friction is the hard kind: a held table stands still instead of creeping, and a closed brake needs
no small step. Within 3e-4 rad of the exact trajectories: tests/unit/test_plant_fast.py.
"""

from __future__ import annotations

import math
from functools import lru_cache

from simulator.plant import leap
from simulator.plant.bed import RIDER, Moments
from simulator.plant.fast_parts import kept_parts
from simulator.plant.params import GRAVITY, PlantParams

STEP_S, LEAP_MS = 1e-3, 10
LEAPS_KEPT = 64  # of riders and circuits
STRIBECK_ENDS = 6.0  # beyond so many Stribeck rates the exponential is below 1e-15


kept_leap = lru_cache(LEAPS_KEPT)(leap.prepare)


class TablePlant:
    """Motor, gear, brake, hinge, stops and load; starts at rest, unpowered, the brake closed.

    Settable at any time: `external_torque_nm` (positive turns head down), `supply_v` (open-circuit voltage),
    `drag_nm` (extra dry friction at the hinge, for a jam), `brake_strength` (1 new, 0.3 worn, 0 gone).
    """

    def __init__(self, params: PlantParams, angle_deg: float, load: Moments = RIDER) -> None:
        self.params = params
        self._parts = kept_parts(params)
        self.external_torque_nm = 0.0
        self.supply_v = params.supply.open_v
        self.drag_nm = 0.0
        self.brake_strength = 1.0
        self._theta, self._omega, self._current = math.radians(angle_deg), 0.0, 0.0
        self._duty: float | None = None
        self._leap: leap.Leap | None = None  # made anew where load or circuit have changed
        self._shorted = False
        self._brake_wanted, self._brake_since_ms, self._brake_part = True, 10**6, 1.0
        self.load(load)

    @property
    def angle_deg(self) -> float:
        """Inversion angle."""
        return math.degrees(self._theta)

    @property
    def rate_dps(self) -> float:
        """Rate of the inversion angle, positive head down."""
        return math.degrees(self._omega)

    @property
    def current_a(self) -> float:
        """Motor current, positive drives head down."""
        return self._current

    @property
    def brake_closed(self) -> bool:
        """Whether the brake bears on the shaft, however lightly."""
        return self._brake_part > 0.0

    @property
    def brake_nm(self) -> float:
        """What the brake can hold on the shaft at this moment."""
        return self.params.brake.static_nm * self._brake_part * self.brake_strength

    def refit(self, params: PlantParams) -> None:
        """Other parts from now on: something has broken, or is whole again. Motion, current and load stay."""
        self.params, self._parts = params, kept_parts(params)

    def drive(self, duty: float) -> None:
        """Power the motor: part of the supply's voltage, -1 to +1, held until the next command."""
        if self._duty is None:
            self._leap = None
        self._duty = duty if -1.0 <= duty <= 1.0 else min(1.0, max(-1.0, duty))

    def open_circuit(self) -> None:
        """Take the motor's terminals off: no current."""
        if self._duty is not None or self._shorted:
            self._leap = None
        self._duty, self._shorted = None, False

    def short_circuit(self) -> None:
        """Close the motor's terminals through the braking resistor."""
        self._duty, self._shorted, self._leap = None, True, None

    def brake(self, closed: bool) -> None:
        """Command the brake; it follows with its own delays. Saying the same again changes nothing."""
        if closed != self._brake_wanted:
            self._brake_wanted, self._brake_since_ms = closed, 0

    def load(self, moments: Moments) -> None:
        """Put somebody on the table or take them off; the rate stays."""
        self._moments = moments
        self._leap = None
        self._inertia = moments.inertia_kgm2
        self._weight_xi = GRAVITY * moments.first_xi_kgm
        self._weight_eta = GRAVITY * moments.first_eta_kgm

    def place(self, angle_deg: float, rate_dps: float = 0.0) -> None:
        """Set the table to an angle and a rate, without current (for tests and set-up)."""
        self._theta, self._omega, self._current = math.radians(angle_deg), math.radians(rate_dps), 0.0

    def advance(self, ms: int, leaps: bool = False) -> None:
        """Let this many milliseconds pass, one by one, or where it may leap by tens."""
        while leaps and ms >= LEAP_MS and self._omega != 0.0 and self._leaps():
            ms -= LEAP_MS
        for _ in range(ms):
            if self._brake_since_ms <= 10**5:
                self._move_brake()
            decay, push, emf = self._circuit()
            side = self._side()
            if side == 0.0:
                before = self._current
                self._still(decay, push)
                if self._current == before and self._brake_since_ms > 10**5:
                    return  # it stands, and nothing changes until somebody does something
            else:
                self._slide(side, decay, push, emf)

    def _leaps(self) -> bool:
        """10 ms at once, unless something would happen in them or friction is not as it should be."""
        if self._brake_since_ms <= 10**5 or self.drag_nm:
            return False
        k = self._leap or self._prepared()
        theta, omega = self._theta, self._omega
        if not k.stop_low < theta < k.stop_high:
            return False
        closed = self._brake_part * self.brake_strength
        inputs = leap.Inputs(self._volts(), self.external_torque_nm, self.params.brake.dynamic_nm * closed)
        side = 1.0 if omega > 0.0 else -1.0
        theta, omega, current, same = leap.slide(theta, omega, self._current, side, inputs, k)
        calm = same and omega * side > 0.0 and k.stop_low < theta < k.stop_high
        if not calm or abs(current) > k.limit_a:
            return False
        self._theta, self._omega, self._current = theta, omega, current
        return True

    def _prepared(self) -> leap.Leap:
        """The matrices for this load and this circuit; the sagging supply is left to `_volts`."""
        motor, supply = self.params.motor, self.params.supply
        ohm: float | None = motor.resistance_ohm + supply.bridge_ohm
        if self._duty is None:
            ohm = motor.resistance_ohm + supply.bridge_ohm + supply.short_ohm if self._shorted else None
            self._current = self._current if self._shorted else 0.0
        self._leap = kept_leap(self.params, self._moments, ohm)
        return self._leap

    def _volts(self) -> float:
        """At the motor, with the sag of the current that settles within a millisecond or two."""
        duty = self._duty
        if duty is None:
            return 0.0
        k = self._parts
        sag_ohm = duty * duty * k.source_ohm
        driven = duty * self.supply_v
        return driven - sag_ohm * (driven - k.emf_vs * self._omega) / (k.ohm + sag_ohm)

    def _move_brake(self) -> None:
        """Its part of the torque in this step: a delay, then a linear rise; or the delay of the release."""
        since, brake = self._brake_since_ms, self.params.brake
        if self._brake_wanted:
            risen = (since + 0.5 - brake.engage_delay_ms) / brake.engage_rise_ms
            self._brake_part = max(self._brake_part, min(1.0, risen), 0.0)
            done = self._brake_part >= 1.0
        else:
            done = since >= brake.release_delay_ms
            self._brake_part = 0.0 if done else self._brake_part
        self._brake_since_ms = 10**6 if done else since + 1

    def _circuit(self) -> tuple[float, float, float]:
        """Coefficients of di/dt = -decay i + push - emf w; no circuit means no current."""
        k, duty = self._parts, self._duty
        if duty is not None:
            decay = (k.ohm + duty * duty * k.source_ohm) / k.henry
            push = duty * self.supply_v / k.henry
        elif self._shorted:
            decay, push = (k.ohm + self.params.supply.short_ohm) / k.henry, 0.0
        else:
            self._current = 0.0
            return 0.0, 0.0, 0.0
        return decay, push, k.emf

    def _side(self) -> float:
        """+1 or -1 while it slides that way, 0 while friction holds it."""
        if self._omega > 0.0:
            return 1.0
        if self._omega < 0.0:
            return -1.0
        load = self._load_torque()
        if self._push_off(1.0, load) > 0.0:
            return 1.0
        return -1.0 if self._push_off(-1.0, load) < 0.0 else 0.0

    def _push_off(self, side: float, load: float) -> float:
        """The torque left over if it began to slide to that side, static friction deducted."""
        k = self._parts
        hold = k.motor_dry + self.params.brake.static_nm * self._brake_part * self.brake_strength
        shaft = k.torque_a * self._current - side * hold
        load -= side * (k.breakaway + self.drag_nm)
        return k.ratio * shaft + self._efficiency(side, shaft, load) * load

    @property
    def holds_a(self) -> float:
        """The current that holds the load, the gear's friction helping; 0 where the gear holds it alone."""
        load_nm, ratio = abs(self._load_torque()), self._parts.ratio
        shaft_nm = load_nm * max(0.0, self.params.gear.backward) / (ratio or 1e-9)  # 0: its belt is broken
        return shaft_nm / self._parts.torque_a

    def _load_torque(self) -> float:
        """Gravity, stops and whatever leans on the bed, at rest."""
        theta = self._theta
        torque = self._weight_xi * math.cos(theta) + self._weight_eta * math.sin(theta)
        stops = self.params.stops
        past = theta - stops.high_rad if theta > 0.0 else theta - stops.low_rad
        if past * theta > 0.0:
            torque -= stops.stiffness_nm_rad * past
        return torque + self.external_torque_nm

    def _efficiency(self, side: float, shaft: float, load: float) -> float:
        """1/forward where the motor drives the load, backward where the load drives the motor."""
        k = self._parts
        transmitted = self._inertia * shaft - k.spin * load
        return k.forward if transmitted * side > 0.0 else k.backward

    def _still(self, decay: float, push: float) -> None:
        """One step at rest: only the current moves."""
        if decay > 0.0:
            end = push / decay
            self._current = end + (self._current - end) * math.exp(-decay * STEP_S)
            self._limit_current()

    def _limit_current(self) -> None:
        limit = self._parts.limit_a
        if not -limit <= self._current <= limit:
            self._current = math.copysign(limit, self._current)

    def _slide(self, side: float, decay: float, push: float, emf: float) -> None:
        """One step in motion: RK4 of the system made linear at its start."""
        k, omega, current = self._parts, self._omega, self._current
        ratio, drag = k.ratio, k.drag
        load, by_theta, by_omega = self._load_in_motion(side)
        hold = k.motor_dry
        if self._brake_part:
            hold += self.params.brake.dynamic_nm * self._brake_part * self.brake_strength
        shaft = k.torque_a * current - drag * omega - side * hold
        share = k.forward if (self._inertia * shaft - k.spin * load) * side > 0.0 else k.backward
        inertia = k.inertia + share * self._inertia
        a_theta = share * by_theta / inertia
        a_omega = (share * by_omega - ratio * drag) / inertia
        a_current = k.ampere / inertia
        i1 = push - decay * current - emf * omega
        if abs(current) >= k.limit_a and i1 * current > 0.0:  # the bridge holds it there
            decay = emf = i1 = 0.0
        # Derivatives 1 to 4 of (theta, omega, current); RK4 of a linear system is their Taylor sum.
        w1 = (ratio * shaft + share * load) / inertia
        w2, i2 = a_theta * omega + a_omega * w1 + a_current * i1, -decay * i1 - emf * w1
        w3, i3 = a_theta * w1 + a_omega * w2 + a_current * i2, -decay * i2 - emf * w2
        w4, i4 = a_theta * w2 + a_omega * w3 + a_current * i3, -decay * i3 - emf * w3
        h = STEP_S
        end = omega + h * (w1 + h / 2 * (w2 + h / 3 * (w3 + h / 4 * w4)))
        current += h * (i1 + h / 2 * (i2 + h / 3 * (i3 + h / 4 * i4)))
        self._current = current if -k.limit_a <= current <= k.limit_a else math.copysign(k.limit_a, current)
        if end * side > 0.0:
            self._theta += h * (omega + h / 2 * (w1 + h / 3 * (w2 + h / 4 * w3)))
            self._omega = end
        else:  # it came to rest inside the step
            self._theta += 0.5 * h * omega * omega / (omega - end) if omega != end else 0.0
            self._omega = 0.0

    def _load_in_motion(self, side: float) -> tuple[float, float, float]:
        """Torque of everything but the transmission, and its slopes over angle and rate."""
        theta, omega, k = self._theta, self._omega, self._parts
        hinge = k.hinge
        sine, cosine = math.sin(theta), math.cos(theta)
        torque = self._weight_xi * cosine + self._weight_eta * sine + self.external_torque_nm
        by_theta = self._weight_eta * cosine - self._weight_xi * sine
        by_omega = -hinge.viscous_nms
        dry = k.dry + self.drag_nm
        scaled = omega / hinge.stribeck_rad_s
        if -STRIBECK_ENDS < scaled < STRIBECK_ENDS:
            dry += k.stribeck * math.exp(-scaled * scaled)
        torque += by_omega * omega - side * dry
        stops = self.params.stops
        past = theta - stops.high_rad if theta > 0.0 else theta - stops.low_rad
        if past * theta > 0.0:
            way = 1.0 if theta > 0.0 else -1.0
            squeeze = 1.0 + way * stops.damping_s_rad * omega
            if squeeze > 0.0:
                torque -= stops.stiffness_nm_rad * past * squeeze
                by_theta -= stops.stiffness_nm_rad * squeeze
                by_omega -= stops.stiffness_nm_rad * abs(past) * stops.damping_s_rad
        return torque, by_theta, by_omega

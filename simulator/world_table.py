"""The table as its electronics and its people meet it: plant, safety relay, what leans against the bed."""

from __future__ import annotations

import math

from simulator.plant.bed import EMPTY, Moments
from simulator.plant.fast import TablePlant
from simulator.plant.params import GEARS

RELAY_DELAY_MS = 500  # SS1-t: the power goes so long after the chain opens
SUPPLY_LOW_V = 21.0
SUPPLY_OK_V = 22.0
OBSTACLE_NM_DEG = 300.0  # furniture at the bed's end: 27 N/mm at 0.8 m [A]
PANIC_NM, PANIC_HZ, PANIC_S = 80.0, 1.5, 5.0  # physics reference 5.2


class Relay:
    """The delay relay of the e-stop chain: opens late, closes at once; a held RETURN bridges it."""

    def __init__(self) -> None:
        self.closed = True
        self._open_ms = 0

    @property
    def at_rest(self) -> bool:
        """Closed, and nothing runs."""
        return self._open_ms == 0 and self.closed

    def step(self, chain_closed: bool, bridged: bool) -> None:
        """One millisecond."""
        self._open_ms = 0 if chain_closed else min(self._open_ms + 1, RELAY_DELAY_MS)
        self.closed = self._open_ms < RELAY_DELAY_MS or bridged


class Obstacle:
    """Something in the way of the bed, on the side it moves to; it springs, and lets go backwards."""

    CLEARANCE_DEG = 0.5
    MOVING_DPS = 0.2

    def __init__(self) -> None:
        self.there = False
        self._at_deg: float | None = None
        self._way = 1.0

    def torque_nm(self, angle_deg: float, rate_dps: float) -> float:
        """What it pushes back with."""
        if not self.there:
            self._at_deg = None
            return 0.0
        if self._at_deg is None:
            if abs(rate_dps) < self.MOVING_DPS:
                return 0.0
            self._way = math.copysign(1.0, rate_dps)
            self._at_deg = angle_deg + self._way * self.CLEARANCE_DEG
        pressed_deg = (angle_deg - self._at_deg) * self._way
        return -self._way * OBSTACLE_NM_DEG * pressed_deg if pressed_deg > 0.0 else 0.0


class Table:
    """Plant with its supply. The electronics ask for a duty and a brake; the relay has the last word.

    `reversed`, `runaway`, `dead_motor` are faults of bridge and motor.
    """

    def __init__(self, gear: str, start_deg: float) -> None:
        self.plant = TablePlant(GEARS[gear], start_deg, EMPTY)
        self.relay = Relay()
        self.obstacle = Obstacle()
        self.reversed = False
        self.runaway = False
        self.dead_motor = False
        self.powered = True  # the motor's supply, not the electronics'
        self.pushes = False  # whoever lies on it throws their weight about
        self._pushed_ms = 0
        self._duty: float | None = None
        self._brake_closed = True
        self._live = False

    def actuate(self, duty: float | None, brake_closed: bool) -> None:
        """What the electronics want from now on; no duty means bridge off."""
        self._duty, self._brake_closed = duty, brake_closed
        self._apply()

    def seat(self, moments: Moments | None) -> None:
        """Somebody lies on it, or nobody."""
        self.plant.load(moments or EMPTY)

    @property
    def supply_ok(self) -> bool:
        """Enough for a full return."""
        return self.powered and self.plant.supply_v >= SUPPLY_OK_V

    @property
    def bridge_on(self) -> bool:
        """Whether the motor is driven."""
        return self._duty is not None and self._live

    def step(self, chain_closed: bool, bridged: bool, ms: int = 1) -> None:
        """So many milliseconds in which nobody and nothing asks for anything else."""
        plant, relay, obstacle = self.plant, self.relay, self.obstacle
        calm = chain_closed and relay.at_rest and (relay.closed and self.powered) == self._live
        if calm and not (obstacle.there or self.pushes or plant.external_torque_nm):
            plant.advance(ms)
            return
        for _ in range(ms):
            self._step(chain_closed, bridged)

    def _step(self, chain_closed: bool, bridged: bool) -> None:
        """One millisecond with the relay, and whatever leans against the bed."""
        plant, relay, obstacle = self.plant, self.relay, self.obstacle
        if not (chain_closed and relay.at_rest):
            relay.step(chain_closed, bridged)
        if (relay.closed and self.powered) != self._live:
            self._apply()
        if obstacle.there or self.pushes or plant.external_torque_nm:
            push = obstacle.torque_nm(plant.angle_deg, plant.rate_dps)
            plant.external_torque_nm = push + self._panic_nm()
        plant.advance(1)

    def _apply(self) -> None:
        plant, duty = self.plant, self._duty
        self._live = self.relay.closed and self.powered
        plant.brake(self._brake_closed or not self._live)
        if duty is None or not self._live or self.dead_motor:
            plant.open_circuit()
        elif self.runaway:
            plant.drive(0.5)
        else:
            plant.drive(-duty if self.reversed else duty)

    def _panic_nm(self) -> float:
        if not self.pushes:
            self._pushed_ms = 0
            return 0.0
        self._pushed_ms += 1
        if self._pushed_ms > PANIC_S * 1000:
            return 0.0
        return PANIC_NM * math.sin(2 * math.pi * PANIC_HZ * self._pushed_ms / 1000)

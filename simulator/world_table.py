"""The table as its electronics and its people meet it: plant, safety relay, what leans against the bed."""

from __future__ import annotations

import math
from dataclasses import replace

from simulator.motor_heat import MotorHeat
from simulator.plant.bed import EMPTY, Moments
from simulator.plant.fast_lever import plant_of
from simulator.plant.params import GEARS, Gear, PlantParams
from simulator.restless import Restless

ROD_PLAY_DEG = 5.0  # beyond the stops; its dead points lie further
RELAY_DELAY_MS = 500  # SS1-t: the power goes so long after the chain opens
SUPPLY_LOW_V = 21.0
SUPPLY_OK_V = 22.0
OBSTACLE_NM_DEG = 300.0  # furniture at the bed's end: 27 N/mm at 0.8 m [A]
PANIC_HZ, PANIC_S = 1.5, 5.0  # physics reference 5.2
NO_GEAR = Gear(ratio=0.0, forward=1.0, backward=1.0)  # what a table hangs on whose belt is gone


class Relay:
    """The delay relay of the e-stop chain: opens late, closes at once; a held RETURN bridges it."""

    def __init__(self) -> None:
        self.closed = True
        self.at_rest = True  # closed, and nothing runs
        self._open_ms = 0

    def step(self, chain_closed: bool, bridged: bool) -> None:
        """One millisecond."""
        self._open_ms = 0 if chain_closed else min(self._open_ms + 1, RELAY_DELAY_MS)
        self.closed = self._open_ms < RELAY_DELAY_MS or bridged
        self.at_rest = self._open_ms == 0 and self.closed


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


class Ailments:
    """What is wrong with motor, gear, brake and supply; data only, `Table.refit` makes the parts so."""

    def __init__(self) -> None:
        self.reversed = False  # the motor's two wires are swapped
        self.stuck_duty: float | None = None  # the bridge drives so, whatever it is told
        self.dead_motor = False  # a wire of the motor is broken
        self.winding = 1.0  # the part of the winding's resistance that is left
        self.belt_broken = False
        self.brake_slow = 1.0  # so many times its delays
        self.brake_stuck: bool | None = None  # closed or open, whatever it is told
        self.panic_nm = 0.0  # whoever lies on it throws their weight about
        self.lean_nm = 0.0  # somebody leans on the bed
        self.restless: Restless | None = None  # whoever lies on it does not lie still

    def parts(self, whole: PlantParams, heat: MotorHeat) -> PlantParams:
        """Those of a whole table, with what is broken, and with the motor as hot as it is."""
        motor, brake = heat.warm(whole.motor), whole.brake
        slow = self.brake_slow
        return replace(
            whole,
            gear=NO_GEAR if self.belt_broken else whole.gear,
            motor=replace(motor, resistance_ohm=motor.resistance_ohm * self.winding),
            brake=replace(
                brake,
                engage_delay_ms=round(brake.engage_delay_ms * slow),
                engage_rise_ms=round(brake.engage_rise_ms * slow),
                release_delay_ms=round(brake.release_delay_ms * slow),
            ),
        )


class Table:
    """Plant with its supply. The electronics ask for a duty and a brake; the relay has the last word."""

    def __init__(self, gear: str, start_deg: float) -> None:
        self.whole = GEARS[gear]
        self.plant = plant_of(self.whole, start_deg, EMPTY)
        self.relay = Relay()
        self.obstacle = Obstacle()
        self.ailments = Ailments()
        self.heat = MotorHeat()
        self.powered = True  # the motor's supply, not the electronics'
        self.slip_deg = 0.0  # the motor's shaft, in degrees of the table, ahead of the hinge
        self._pushed_ms = 0
        self._duty: float | None = None
        self._brake_closed = True
        self._live = False

    @property
    def asked_duty(self) -> float | None:
        """What the electronics ask for; None = bridge off."""
        return self._duty

    @property
    def motor_deg(self) -> float:
        """Where an encoder on the motor sees the table."""
        return self.plant.angle_deg + self.slip_deg

    @property
    def motor_dps(self) -> float:
        """How fast an encoder on the motor sees it turn."""
        return self._free_dps() if self.ailments.belt_broken else self.plant.rate_dps

    @property
    def shunt_a(self) -> float:
        """The motor's current as the bridge has it: swapped wires turn it round, with the voltage."""
        return -self.plant.current_a if self.ailments.reversed else self.plant.current_a

    def even_deg(self, angle_deg: float) -> float:
        """What a drive counts that knows one gain, that at horizontal: the same unless it is on a rod.

        A sensor gone wrong says angles where no bed can be: there it goes on evenly, as a potentiometer does.
        """
        lever, stops = self.whole.gear.lever, self.whole.stops
        if lever is None:
            return angle_deg
        within_deg = min(max(angle_deg, stops.low_deg - ROD_PLAY_DEG), stops.high_deg + ROD_PLAY_DEG)
        level, there = lever.reach(0.0), lever.reach(math.radians(within_deg))
        return math.degrees((there.length_m - level.length_m) / level.arm_m) + angle_deg - within_deg

    def slope(self, angle_deg: float) -> float:
        """How much of that for one degree of the table."""
        lever = self.whole.gear.lever
        if lever is None:
            return 1.0
        return lever.reach(math.radians(angle_deg)).arm_m / lever.reach(0.0).arm_m

    def actuate(self, duty: float | None, brake_closed: bool) -> None:
        """What the electronics want from now on; no duty means bridge off."""
        self._duty, self._brake_closed = duty, brake_closed
        self._apply()

    def refit(self) -> None:
        """After a change of what is wrong with it."""
        self.plant.refit(self.ailments.parts(self.whole, self.heat))
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
        plant, relay = self.plant, self.relay
        calm = chain_closed and relay.at_rest and (relay.closed and self.powered) == self._live
        if calm and not self._disturbed():
            plant.advance(ms, leaps=True)
        else:
            for _ in range(ms):
                self._step(chain_closed, bridged)
        if self.heat.step(plant.current_a, plant.params.motor, ms):
            self.refit()

    def _disturbed(self) -> bool:
        """Whether every millisecond counts: something pushes the bed, or the motor turns alone."""
        ills = self.ailments
        if self.obstacle.there or ills.panic_nm or ills.lean_nm or ills.belt_broken or ills.restless:
            return True
        return self.plant.external_torque_nm != 0.0

    def _step(self, chain_closed: bool, bridged: bool) -> None:
        """One millisecond with the relay, and whatever leans against the bed."""
        plant, relay = self.plant, self.relay
        if not (chain_closed and relay.at_rest):
            relay.step(chain_closed, bridged)
        if (relay.closed and self.powered) != self._live:
            self._apply()
        if self._disturbed():
            push = self.obstacle.torque_nm(plant.angle_deg, plant.rate_dps)
            restless = self.ailments.restless
            push += 0.0 if restless is None else restless.step()
            plant.external_torque_nm = push + self._panic_nm() + self.ailments.lean_nm
        before_deg = plant.angle_deg
        plant.advance(1)
        if self.ailments.belt_broken:
            self.slip_deg += self._free_dps() / 1_000 - (plant.angle_deg - before_deg)

    def _apply(self) -> None:
        plant, duty, ills = self.plant, self._duty, self.ailments
        self._live = self.relay.closed and self.powered
        closed = self._brake_closed or not self._live
        plant.brake(closed if ills.brake_stuck is None else ills.brake_stuck)
        if duty is None or not self._live or ills.dead_motor or ills.belt_broken:
            plant.open_circuit()
        elif ills.stuck_duty is not None:
            plant.drive(ills.stuck_duty)
        else:
            plant.drive(-duty if ills.reversed else duty)

    def _free_dps(self) -> float:
        """A motor without a load follows its voltage within 10 ms (physics reference, V6), so at once."""
        if self._duty is None or not self._live or self.ailments.dead_motor or self.plant.brake_closed:
            return 0.0
        volts = self._duty * self.plant.supply_v
        return math.degrees(volts / (self.whole.motor.back_emf_vs * self.whole.gear.ratio))

    def _panic_nm(self) -> float:
        most_nm = self.ailments.panic_nm
        if not most_nm:
            self._pushed_ms = 0
            return 0.0
        self._pushed_ms += 1
        if self._pushed_ms > PANIC_S * 1000:
            return 0.0
        return most_nm * math.sin(2 * math.pi * PANIC_HZ * self._pushed_ms / 1000)

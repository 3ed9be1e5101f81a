"""The axis: angles in, duty, bridge and brake out. Without an angle it only creeps, towards park."""

from firmware_bridge.node.angle import AngleSource
from firmware_bridge.node.config import Config, Gains
from firmware_bridge.node.current import CurrentSense
from firmware_bridge.node.late import Late
from firmware_bridge.node.motion import STOP, Motion
from firmware_bridge.node.power import COMING, OFF, ON, Power
from firmware_bridge.node.protocol import NO_FAULT, WRONG_WAY
from firmware_bridge.node.trip import Trip
from firmware_bridge.node.velocity import VelocityLoop

_SLOW_CDPS = 180
_STILL_MDPS = 100
_SETTLES_MS = 500  # no angle is later than that
_FALLS_MDPS = 1_000
_PUSHES_MA, _MOVES_MDPS = 2_000, 500
_FINE_MDEG = 15  # held so near to where it should stand
_COARSE_MDEG = 100  # by the inclinometer
_SWITCHED_MS = 100  # so long the host's setpoints may still be in the other source's scale


class Axis:
    """`sense`, then state the motion, then `drive`."""

    def __init__(self, config: Config, motor: Gains) -> None:
        self._config = config
        self.source = AngleSource(config)
        self.motion = Motion(config, motor)
        self.loop = VelocityLoop(motor)
        self.current = CurrentSense(motor)
        self.power = Power()
        self.trip = Trip()
        self.late = Late()
        self.duty_permille = 0
        self.switched_ms = 0
        self.catches = False  # tripped: the brake falls in, and until it bites the motor brakes what moves
        self.creeps = False  # without an angle: the host wants to go on towards park

    def sense(
        self,
        encoder_mdeg: int | None,
        inclination_cdeg: int | None,
        inputs: int,
        known: int,
        now_ms: int,
        dt_ms: int,
    ) -> int:
        """Look; the fault that takes the torque away in this tick, or NO_FAULT."""
        source = self.source
        wanted = self.motion.wanted_mdps if self.power.stage == ON else 0
        felt = self.loop.quick_mdps if self.power.stage == ON else 0
        source.doubt.braked = self.power.stage == OFF
        source.doubt.feels = not self.current.doubted
        source.take(encoder_mdeg, inclination_cdeg, wanted, inputs, known, now_ms, dt_ms, felt)
        source.doubt.watch_still(self.motion.is_led(), source.slow, self.power.stage == ON, dt_ms)
        self.switched_ms = max(0, self.switched_ms - dt_ms)
        if source.switched:
            self.switched_ms = _SWITCHED_MS
            self.trip.rescale()
            self.motion.rescale(source.angle_mdeg)
        watched = self.power.stage != OFF and source.known
        fault = self.trip.step(
            source.angle_mdeg,
            source.quick_mdps,
            self.motion.wanted_mdps,
            watched,
            dt_ms,
            source.latest_mdps,
            0 if source.weak else self.loop.strains,
        )
        if source.switched and source.slow and source.doubt.opposed and self.power.stage == ON:
            fault = WRONG_WAY  # its loop has thrown the table: another one's could only swing it
        if fault != NO_FAULT:
            source.calm = source.calm and not self._feels_it()
        source.calm = source.calm or self._swings_late()
        return fault

    def _swings_late(self) -> bool:
        """Whether the loop swings on an angle that is late; who is pushed to and fro needs a firm one."""
        if self.power.stage != ON or self.source.slow:
            self.late.forget()
        else:
            self.late.watch(self.source.quick_mdps, self.loop.quick_mdps)
        return self.trip.swings and self.late.is_late

    def drives_down(self, current_ma: int) -> bool:
        """Behind the closed brake: whether the bridge does what it likes, head-down."""
        if self.power.stage == OFF:
            self.current.rest(current_ma)
        return self.power.stage == COMING and self.current.drives_down(current_ma, self.loop.applied)

    def drive(self, wants_power: bool, current_ma: int, may_go_down: bool, dt_ms: int) -> None:
        """Brake, bridge and loops of this tick."""
        source, motion, config = self.source, self.motion, self._config
        self.power.step(wants_power and not self.catches, dt_ms)
        if self.power.stage == OFF:
            if self.catches:
                self.loop.forget()
                self.catches = False
            motion.place(source.angle_mdeg)
            self.loop.reset()
            self.duty_permille = 0
        elif self.power.stage == COMING:
            motion.place(source.angle_mdeg)
            self.trip.forget_swings()
            self.loop.weak = source.weak
            self.duty_permille = self.loop.preload()
        else:
            rate, newest = source.rate_mdps, source.newest_mdps
            if source.known:
                current_ma = self.current.judge(current_ma, self.loop.applied, rate, dt_ms)
                motion.top_mdps = 10 * (_SLOW_CDPS if source.weak else config.rate_max_cdps)
                motion.settled_mdeg = _COARSE_MDEG if source.weak else _FINE_MDEG
                motion.gives = self.loop.relaxes
                motion.step(source.angle_mdeg, rate, dt_ms, may_go_down)
            else:
                rate = newest = self.loop.estimate_mdps(current_ma)
                if self.loop.is_heavy():
                    motion.stop_blind()
                motion.step_blind(dt_ms)
            self.loop.weak = source.weak
            self.loop.sticks = motion.is_led() and -_STILL_MDPS < rate < _STILL_MDPS
            still = motion.settled and -_STILL_MDPS < rate < _STILL_MDPS
            self.duty_permille = self.loop.step(
                motion.wanted_mdps, rate, still, current_ma, config.current_max_ma, dt_ms, newest
            )

    def cut(self) -> None:
        """Bridge off, brake closed, at once."""
        if self.power.stage == ON and not self.catches:
            self.loop.remember(self._falls())
            self.trip.forget_swings()
        self.loop.forget()
        self.current.begin()
        self.catches = False
        self.motion.place(self.source.angle_mdeg)
        self.power.cut()

    def catch(self, current_ma: int) -> None:
        """Brake closed at once; the bridge stays on while the motor brakes what moves, until the brake bites.

        Without its torque a fast gear gains 10 deg/s in the 30 ms of the brake.
        """
        if self.power.stage != ON or not self._brakes(current_ma):
            self.cut()
            return
        self.loop.remember(self._falls())
        self.trip.forget_swings()
        self.motion.place(self.source.angle_mdeg)
        self.catches = True

    def end_catch(self, current_ma: int) -> None:
        """Each tick: what the motor does not brake any more, or never did, is cut."""
        if self.catches and not self._brakes(current_ma):
            self.cut()

    def _brakes(self, current_ma: int) -> bool:
        """Whether the motor surely pushes against the motion, by its current, back-EMF and the encoder."""
        rate = self.source.quick_mdps
        against = current_ma > _PUSHES_MA if rate < -_MOVES_MDPS else current_ma < -_PUSHES_MA
        moves = rate > _MOVES_MDPS or rate < -_MOVES_MDPS
        sure = self.source.known and not self.source.weak and not self.current.doubted
        return moves and against and sure and self._feels_it()

    def _feels_it(self) -> bool:
        """Whether motor and encoder say the same: nothing is late, what fell was held too weakly."""
        seen_mdps = self.source.quick_mdps
        return 2 * abs(self.loop.quick_mdps - seen_mdps) < abs(seen_mdps)

    def _falls(self) -> bool:
        """Whether it goes head-down faster than it should, by the motor, too, and has not been swinging."""
        off_mdps = self.source.quick_mdps - max(0, self.motion.wanted_mdps)
        return off_mdps > _FALLS_MDPS and self.loop.quick_mdps > 0 and not self.trip.swings

    def stands_in_doubt(self) -> bool:
        """Whether the brake holds it better than a motor that goes by an angle nobody can be sure of."""
        return self.source.doubt.still and not self.motion.is_led()

    def has_settled(self) -> bool:
        """Whether what is seen behind the closed brake stands, too; what goes on for so long drifts."""
        return self.source.stands or self.power.stage != OFF or self.power.rested_ms >= _SETTLES_MS

    def is_moving(self) -> bool:
        """Whether the motor turns or is to turn; a table that stands behind its brake does not."""
        turns = self.motion.wanted_mdps != 0 or abs(self.source.rate_mdps) >= _STILL_MDPS
        return self.power.stage == ON and turns

    def is_still(self) -> bool:
        """Whether the motion stated has come to its end."""
        return self.motion.is_still() if self.source.known else self.motion.is_still_blind()

    def stop(self, decel_cdps2: int) -> None:
        """Decelerate; with an angle, hold there."""
        self.creeps = False
        if self.motion.kind != STOP:
            self.loop.relax()
        if self.source.known:
            self.motion.stop(decel_cdps2, self.source.angle_mdeg)
        else:
            self.motion.stop_blind()

    def follow(self, angle_cdeg: int, rate_cdps: int) -> None:
        """The host's setpoint; without an angle its rate alone, towards park."""
        if self.switched_ms:
            self.stop(self._config.accel_max_cdps2)
        elif self.source.known:
            self.motion.follow(angle_cdeg, rate_cdps)
        else:
            self.creeps = rate_cdps < 0
            self.motion.follow_blind(rate_cdps)

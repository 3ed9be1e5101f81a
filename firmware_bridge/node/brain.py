"""The node: obeys the host while it is fed, brings the rider home by itself when it is not.

`take` bytes from the wire whenever they come, `tick` 100 times a second, then act on the attributes and send
what `reply` returns.
"""

from firmware_bridge.node import protocol
from firmware_bridge.node.axis import Axis
from firmware_bridge.node.config import Config, Gains, gains
from firmware_bridge.node.hand import Hand
from firmware_bridge.node.homing import Homecoming
from firmware_bridge.node.host import Host
from firmware_bridge.node.store import MemoryStore
from firmware_bridge.node.wire import since

_TRY_AGAIN_MS = 5_000
_ESTOP_CLOSE_MS = 300  # the brake falls in; SS1-t of the chain's delay relay is 500 ms
_ESTOP_CUT_MS = 420


class Brain:
    """One node. `role` is "table" or "io"; a node for inputs and outputs only never powers anything."""

    def __init__(
        self,
        role: str = "table",
        config: Config | None = None,
        motor: Gains | None = None,
        store: MemoryStore | None = None,
        reset_cause: int = protocol.RESET_POWER,
    ) -> None:
        self.config = config or Config()
        self.store = store or MemoryStore()
        self.role = protocol.ROLES.index(role)
        self.duty_permille = 0
        self.bridge_on = False
        self.brake_closed = True
        self.sounder = False
        self.lamp = False
        self.enable = False
        self.state = protocol.DISARMED
        self.fault = protocol.NO_FAULT
        self.mode = protocol.NONE
        self.inputs = 0
        self.known = 0
        self.encoder_mdeg: int | None = None
        self.inclination_cdeg: int | None = None
        self.current_ma = 0
        self.uptime_ms = 0
        self.axis = Axis(self.config, motor or gains("a1"))
        self.source = self.axis.source
        self.homing = Homecoming(self.config)
        self.hand = Hand(self.config)
        self.host = Host(self, reset_cause)
        self._then_ms = -1
        self._estop_ms = 0
        self._fault_ms = 0
        self._may_try = True

    def take(self, data: bytes, now_ms: int) -> None:
        """Bytes from the host, in whatever pieces."""
        self.host.take(data, len(data), now_ms)

    def reply(self) -> bytes:
        """What is to be sent now, b"" if nothing. A board sends `host.out`: nothing is allocated."""
        return self.host.reply()

    def order(self, mode: int, angle_cdeg: int, rate_cdps: int, decel_cdps2: int) -> None:
        """An order with a good answer."""
        wants_arm = self.host.request & protocol.ARM != 0
        moves = mode == protocol.MOVE or mode == protocol.STOP
        if not wants_arm:
            if self.state != protocol.OWN_RETURN:
                self.disarm()
            return
        if self._may_arm(moves):
            if self.state == protocol.DISARMED:
                self.source.forgive()
                self.axis.current.forgive()
                if not self.host.session_mark:
                    self.source.calm = False  # the tests of the day try it as quick as it will ride
            self.state = protocol.ARMED
            self.mode = protocol.NONE
            self._may_try = True
            self.axis.trip.forgive()
            self.homing.end()
        if self.state != protocol.ARMED:
            return
        self.mode = mode
        if mode == protocol.MOVE:
            self.axis.follow(angle_cdeg, rate_cdps)
        else:
            self.axis.stop(decel_cdps2 or self.config.accel_max_cdps2)

    def stop_unproved(self, decel_cdps2: int) -> None:
        """A stop without a good answer is obeyed all the same, and feeds nothing."""
        if self.state == protocol.ARMED:
            self.axis.stop(decel_cdps2 or self.config.accel_max_cdps2)

    def cut(self) -> None:
        """Torque off, brake closed, at once; a MOVE or STOP brings the power back."""
        self.axis.cut()
        self._leave()

    def disarm(self) -> None:
        """Back to the beginning: stops, then closes the brake."""
        self.state = protocol.DISARMED
        self.fault = protocol.NO_FAULT
        self.mode = protocol.NONE

    def _may_arm(self, moves: bool) -> bool:
        """From rest by ARM alone; from a cut and from the own return by an order to move or stop as well."""
        if not self.host.configured or self._estop_open():
            return False
        if self.state == protocol.OWN_RETURN:
            return moves and self.host.request & protocol.TAKEOVER != 0
        if self.state == protocol.DISARMED:
            return self.source.known and self.axis.has_settled()  # a late angle would be followed backwards
        return self.state == protocol.UNPOWERED and moves

    def tick(
        self,
        now_ms: int,
        encoder_mdeg: int | None,
        inclinometer_cdeg: int | None,
        current_ma: int,
        input_bits: int,
        known_bits: int,
    ) -> None:
        """One tick. Angles are inversion angles; the encoder is the motor's, scaled to the hinge."""
        dt_ms = 10 if self._then_ms < 0 else max(1, min(50, since(now_ms, self._then_ms)))
        self._then_ms = now_ms
        self.uptime_ms = (self.uptime_ms + dt_ms) & 0x3FFF_FFFF
        self.inputs, self.known = input_bits & known_bits, known_bits
        self.encoder_mdeg, self.inclination_cdeg = encoder_mdeg, inclinometer_cdeg
        self.current_ma = current_ma
        lost = self.host.lost(now_ms)
        self.source.doubt.alone = not self.host.alive
        if self.role == protocol.ROLE_TABLE:
            trip = self.axis.sense(encoder_mdeg, inclinometer_cdeg, self.inputs, known_bits, now_ms, dt_ms)
            if self.axis.drives_down(current_ma):
                trip = protocol.WRONG_WAY
                self.hand.let_go_first()  # a held RETURN would put 30 A on a locked motor for as long
            if lost:
                self._go_home_alone()
            if trip != protocol.NO_FAULT:
                self._fail(trip)
                if not self.axis.catches:
                    self.axis.catch(current_ma)
            elif not self.source.known and self.state == protocol.OWN_RETURN:
                self._fail(protocol.NO_ANGLE)  # no automatic motion; a RETURN button still moves it
            self.axis.end_catch(current_ma)
            self._act(dt_ms)
        elif lost:
            self.disarm()
        self._outputs()

    def _go_home_alone(self) -> None:
        """The host has missed its window."""
        if self.state != protocol.ARMED:
            return
        self.mode = protocol.NONE
        if self.host.session_mark:
            self.state = protocol.OWN_RETURN
            self.homing.begin(self.source.angle_mdeg)
        else:
            self.state = protocol.DISARMED

    def _fail(self, fault: int) -> None:
        self.fault = fault
        self.state = protocol.FAULT
        self._fault_ms = 0
        self.homing.end()

    def _act(self, dt_ms: int) -> None:
        """Choose the motion, then run the loops."""
        axis = self.axis
        wants_power = self._choose(dt_ms)
        axis.drive(wants_power, self.current_ma, not self.inputs & protocol.OVER_ANGLE, dt_ms)
        self.duty_permille = axis.duty_permille
        self.bridge_on = axis.power.bridge_on
        self.brake_closed = axis.power.brake_closed

    def _choose(self, dt_ms: int) -> bool:
        """State the motion of this tick; whether the bridge is wanted on."""
        axis, most_cdps2 = self.axis, self.config.accel_max_cdps2
        estop = self._estop_open()
        self._estop_ms = min(self._estop_ms + dt_ms, 10_000) if estop else 0
        self.hand.watch(self.inputs, self.known, dt_ms)
        if self._hand_wanted(estop):
            return self._run_by_hand()
        if self.hand.end():
            axis.stop(most_cdps2)
        if estop:
            return self._ramp_for_estop()
        if self.state == protocol.OWN_RETURN:
            return self._come_home(dt_ms)
        if self.state == protocol.ARMED and self.mode != protocol.NONE:
            if axis.stands_in_doubt():
                return False
            return self.source.known or axis.creeps or not axis.is_still()
        if self.state == protocol.FAULT:
            self._try_again(dt_ms)
        axis.stop(most_cdps2)
        return not axis.is_still()

    def _come_home(self, dt_ms: int) -> bool:
        """The own return; a STOP that is held freezes it for some seconds."""
        axis = self.axis
        if self.hand.freezes() and not self.homing.waiting_ms:
            axis.stop(self.config.accel_max_cdps2)
            return True
        goes = self.homing.step(self.source.angle_mdeg, dt_ms, axis.motion)
        if self.homing.stage == protocol.PARKED:
            self.state = protocol.DISARMED
        if not goes:
            axis.loop.forget()
        return goes

    def _try_again(self, dt_ms: int) -> None:
        """Cut while alone with a rider: one more own return after 5 s, then it is for a person."""
        self._fault_ms = min(self._fault_ms + dt_ms, 10_000)
        alone = self.host.session_mark and not self.host.alive
        if alone and self._may_try and self.source.known and self._fault_ms >= _TRY_AGAIN_MS:
            self._may_try = False
            self.state = protocol.OWN_RETURN
            self.homing.begin(self.source.angle_mdeg)

    def _ramp_for_estop(self) -> bool:
        self._leave()
        self.axis.stop(3_000)
        if self._estop_ms >= _ESTOP_CUT_MS:
            self.axis.cut()
        return not self.axis.is_still() and self._estop_ms < _ESTOP_CLOSE_MS

    def _hand_wanted(self, estop: bool) -> bool:
        """A RETURN button moves the table while it is held: without a host, an angle, or the e-stop chain."""
        idle = not self._is_driving()
        sinks = self.axis.trip.gave_up(self.source.angle_mdeg)
        held = self.hand.held and not sinks
        return held and (estop or (idle and not (self.host.alive and self.source.known)))

    def _run_by_hand(self) -> bool:
        self._leave()
        if self.source.known:
            self.hand.step(self.source.angle_mdeg, self.axis.motion)
            return True
        return self.hand.step_blind(self.inputs, self.known, self.axis.motion)

    def _is_driving(self) -> bool:
        return self.state == protocol.ARMED or self.state == protocol.OWN_RETURN

    def _leave(self) -> None:
        if self._is_driving():
            self.state = protocol.UNPOWERED
            self.homing.end()

    def _estop_open(self) -> bool:
        return self.known & protocol.ESTOP_OK != 0 and self.inputs & protocol.ESTOP_OK == 0

    def _outputs(self) -> None:
        """The host's while it is there; ours while we bring somebody home, or miss the host."""
        own = self.state == protocol.OWN_RETURN or self.hand.runs
        asked = self.host.outputs if self.host.alive else 0
        io_alarm = self.role == protocol.ROLE_IO and self.host.session_mark and not self.host.alive
        self.sounder = asked & protocol.SOUNDER != 0 or (own and self.homing.is_loud()) or io_alarm
        self.lamp = asked & protocol.LAMP != 0 or own
        self.enable = asked & protocol.ENABLE != 0 or own

    def stage(self) -> int:
        """As STATUS says it."""
        return protocol.BY_HAND if self.hand.runs else self.homing.stage

    def reported_state(self) -> int:
        """As STATUS says it: by hand counts as the own return."""
        return protocol.OWN_RETURN if self.hand.runs else self.state

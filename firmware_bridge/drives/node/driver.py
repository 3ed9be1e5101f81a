"""The node behind our ports: drive, inclinometer, inputs and outputs, all on one NodePort."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from firmware_bridge import readings
from firmware_bridge.drives.node.port import NodePort, Taken
from firmware_bridge.node import protocol
from firmware_bridge.ports import Capabilities
from firmware_bridge.readings import AngleReading, Arming, DriveReading, InputsReading

_INPUT_BITS: Final = tuple(1 << place for place in range(len(InputsReading._fields) - 2))
_BRAKE_BITS: Final = protocol.BRAKE_CLOSED | protocol.BRIDGE_ON
SAMPLES_KEPT: Final = 256  # inputs change rarely
_FAULTS: Final = {
    protocol.NO_ANGLE: "neither encoder nor inclinometer can be trusted; check their plugs",
    protocol.OVER_SPEED: "faster than 10 deg/s, torque cut; check load and brake",
    protocol.ENCODER_FROZEN: "the encoder stands still while the table moves; check its coupling",
    protocol.STORE_FAILED: "its flash does not take what should outlive a reset; replace the board",
    protocol.ENCODER_JUMPED: "the encoder jumped; check its coupling and cable",
    protocol.ENCODER_OFF: "encoder and inclinometer are 3 deg apart; check coupling and mount, calibrate",
    protocol.WRONG_WAY: "went against the command, torque cut; check the motor's and the encoder's wires",
    protocol.CURRENT_OFF: "the current sense says what duty and speed cannot give; check shunt and motor",
}


class NodeDrive:
    """MotorDrive."""

    def __init__(self, port: NodePort) -> None:
        self._port = port
        self._read: tuple[Taken, int, DriveReading] | None = None  # what was read last, and from what

    @property
    def capabilities(self) -> Capabilities:
        """Of our own firmware, firmware_bridge/node."""
        watchdog_ms = self._port.limits.watchdog_ms
        pace = self._port.pace
        return Capabilities(
            "Keel node", True, True, True, watchdog_ms, "brake", tells_silence=True, pace=pace
        )

    def arm(self, now_ms: int) -> Arming:
        """Identity and limits prove themselves with each `send`; this asks for the rest."""
        port = self._port
        if not port.proved:
            return Arming(False, port.refused)
        if port.state == protocol.FAULT:
            return Arming(False, self._fault())  # one COMMAND without ARM clears it
        if port.state == protocol.OWN_RETURN:
            port.takes_over = True
        port.wants_arm = True
        if port.state in (protocol.ARMED, protocol.OWN_RETURN, protocol.UNPOWERED):
            return Arming(True)
        return Arming(False, self._estop())

    def _fault(self) -> str:
        taken = self._port.newest
        fault = taken.status.fault if taken else 0
        return f"node: fault {fault}: {_FAULTS.get(fault, 'unknown')}"

    def _estop(self) -> str | None:
        taken = self._port.newest
        if taken and taken.status.known & protocol.ESTOP_OK and not taken.status.inputs & protocol.ESTOP_OK:
            return "node: the e-stop chain is open; release the e-stop"
        return None

    def move(self, angle_cdeg: int, rate_cdps: int) -> None:
        """Streamed setpoint."""
        self._port.intent = (protocol.MOVE, angle_cdeg, rate_cdps, 0)

    def stop(self, decel_cdps2: int) -> None:
        """Decelerate and hold, powered."""
        self._port.intent = (protocol.STOP, 0, 0, min(decel_cdps2, 0xFFFF))

    def release(self) -> None:
        """Torque off, brake closed."""
        self._port.intent = (protocol.CUT, 0, 0, 0)

    def yield_to_own_return(self) -> None:
        """Feed it, command nothing."""
        self._port.intent = (protocol.NONE, 0, 0, 0)

    def read(self) -> DriveReading | None:
        """The newest STATUS."""
        port = self._port
        taken, state, read = port.newest, self._state(), self._read
        if taken is None:
            return None
        if read is not None and read[0] is taken and read[1] == state:
            return read[2]
        reading = self._reading(taken, state)
        self._read = taken, state, reading
        return reading

    def _reading(self, taken: Taken, state: int) -> DriveReading:
        port = self._port
        status, at_ms, counter = taken
        known = status.valid & protocol.ANGLE
        current_ma = status.current_ma if status.valid & protocol.CURRENT else None
        return DriveReading(
            at_ms,
            counter,
            status.angle_cdeg if known else None,
            status.rate_cdps if known else None,
            state,
            status.fault,
            status.stage,
            current_ma,
            port.boot_count,
            None if current_ma is None else current_ma * 1_000 // port.limits.current_max_ma,
            None,
            status.outputs & _BRAKE_BITS == protocol.BRAKE_CLOSED,
            self._timed_out(status.state),
        )

    def _timed_out(self, state: int) -> bool:
        """Where it goes without a host; told to disarm, as in a new handshake, it goes there all the same."""
        return state == protocol.OWN_RETURN or (state == protocol.DISARMED and self._port.wants_arm)

    def _state(self) -> int:
        port = self._port
        if port.state == protocol.DISARMED and port.wants_arm:
            return readings.ARMING
        return port.state


class NodeInclinometer:
    """AngleSensor: the node's own, on the frame; it stays behind when the sensor is silent."""

    def __init__(self, port: NodePort) -> None:
        self._port = port
        self._good: Taken | None = None

    def read(self) -> AngleReading | None:
        """The newest angle."""
        taken = self._port.newest
        if taken is not None and taken.status.valid & protocol.INCLINATION:
            self._good = taken
        if self._good is None:
            return None
        return AngleReading(self._good.at_ms, self._good.counter, self._good.status.inclination_cdeg, None)


class NodeEncoder:
    """AngleSensor: the encoder on a node, also on one for inputs and outputs only."""

    def __init__(self, port: NodePort) -> None:
        self._port = port
        self._good: Taken | None = None

    def read(self) -> AngleReading | None:
        """The newest angle."""
        taken = self._port.newest
        if taken is not None and taken.status.valid & protocol.ANGLE:
            self._good = taken
        if self._good is None:
            return None
        return AngleReading(self._good.at_ms, self._good.counter, self._good.status.angle_cdeg, None)


class NodeInputs:
    """Inputs."""

    def __init__(self, port: NodePort) -> None:
        self._port = port

    def read(self) -> InputsReading | None:
        """The newest sample; an unknown input is None."""
        taken = self._port.newest
        if taken is None:
            return None
        return InputsReading(taken.at_ms, taken.counter, *_contacts(taken.status.inputs, taken.status.known))


@lru_cache(SAMPLES_KEPT)
def _contacts(inputs: int, known: int) -> tuple[bool | None, ...]:
    return tuple(bool(inputs & bit) if known & bit else None for bit in _INPUT_BITS)


class NodeOutputs:
    """Outputs, and the session mark that outlives the node's reset."""

    def __init__(self, port: NodePort) -> None:
        self._port = port

    def set(self, sounder: bool, lamp: bool, enable: bool, session_open: bool) -> None:
        """For this and the following ticks."""
        self._port.outputs = (
            (protocol.SOUNDER if sounder else 0)
            | (protocol.LAMP if lamp else 0)
            | (protocol.ENABLE if enable else 0)
        )
        self._port.session_open = session_open


class NodeHeadKeeper:
    """HeadKeeper: the node's flash."""

    def __init__(self, port: NodePort) -> None:
        self._head = port.head

    def read(self) -> str | None:
        """What the node said last."""
        return self._head.kept

    def write(self, head: str) -> None:
        """From the next `send` on. Raises ValueError when it is no SHA-256 in hex."""
        self._head.write(head)

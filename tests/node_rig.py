"""A node on the fast plant: its brain alone under raw frames, or under the real driver over a memory link."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from firmware_bridge.assembly import open_devices
from firmware_bridge.codec.node_frames import Command, Config, Deframer, Hello, Message, Status, encode
from firmware_bridge.config import DevicesConfig, NodeConfig, NodeLimits
from firmware_bridge.link.memory import memory_pair
from firmware_bridge.node import protocol
from firmware_bridge.node.brain import Brain
from firmware_bridge.node.config import gains
from firmware_bridge.node.store import MemoryStore
from simulator.plant.bed import RIDER, Moments
from simulator.plant.fast import TablePlant
from simulator.plant.params import GEARS

DEFAULTS = tuple(row[5] for row in protocol.LIMITS)
IN_ORDER = protocol.ESTOP_OK | protocol.SUPPLY_OK
TICK_MS = 20


class Bed:
    """Brain and plant, 10 ms a step."""

    def __init__(self, gear: str, angle_deg: float, load: Moments = RIDER, role: str = "table") -> None:
        self.gear, self.role = gear, role
        self.plant = TablePlant(GEARS[gear], angle_deg, load)
        self.store = MemoryStore()
        self.inputs = IN_ORDER
        self.known = protocol.ALL_INPUTS
        self.encoder: Callable[[], int | None] = lambda: round(self.plant.angle_deg * 1000)
        self.inclinometer: Callable[[], int | None] = lambda: round(self.plant.angle_deg * 100)
        self.current: Callable[[], int] = lambda: round(self.plant.current_a * 1000)
        self.now_ms = 0
        self.fastest_dps = 0.0
        self.boot()

    def boot(self) -> None:
        """Reset the node: only its store survives."""
        self.brain = Brain(self.role, motor=gains(self.gear), store=self.store)

    def pass_time(self, ms: int = TICK_MS) -> None:
        """Let the node and the table live."""
        for _ in range(ms // 10):
            brain, plant = self.brain, self.plant
            self._cam_switches()
            milliamperes = self.current()
            brain.tick(
                self.now_ms,
                self.encoder(),
                self.inclinometer(),
                milliamperes,
                self.inputs,
                self.known,
            )
            if brain.bridge_on:
                plant.drive(brain.duty_permille / 1000)
            else:
                plant.open_circuit()
            plant.brake(brain.brake_closed)
            plant.advance(10)
            self.now_ms += 10
            self.fastest_dps = max(self.fastest_dps, abs(plant.rate_dps))

    def _cam_switches(self) -> None:
        """Rest and park switch as on a table; tests set the other inputs."""
        angle_deg = self.plant.angle_deg
        self.inputs &= ~(protocol.PAST_REST | protocol.AT_PARK)
        self.inputs |= protocol.PAST_REST if angle_deg > -2.0 else 0
        self.inputs |= protocol.AT_PARK if angle_deg < -69.0 else 0


class Raw(Bed):
    """A host made of raw frames."""

    def __init__(self, gear: str = "a1", angle_deg: float = -70.0, load: Moments = RIDER) -> None:
        super().__init__(gear, angle_deg, load)
        self.challenge, self.tick, self.seq = 0, 0, 0
        self.status: Status | None = None
        self.greet()

    def greet(self) -> None:
        """HELLO and CONFIG."""
        self.say(Hello(protocol.VERSION, 0, 7))
        self.say(Config(protocol.WRITE, DEFAULTS))

    def say(self, message: Message) -> list[Message]:
        """Send one frame; what the node answers."""
        self.seq = (self.seq + 1) & 0xFF
        self.brain.take(encode(message, self.seq), self.now_ms)
        answers = [frame.message for frame in Deframer().feed(self.brain.reply())]
        for answer in answers:
            self.challenge = getattr(answer, "challenge", self.challenge)
            if isinstance(answer, Status):
                self.status = answer
        return answers

    def command(
        self,
        mode: int,
        angle_cdeg: int = 0,
        rate_cdps: int = 0,
        request: int = protocol.ARM | protocol.SESSION_OPEN,
    ) -> None:
        """A COMMAND as a good host sends it, and a tick."""
        self.tick = (self.tick + 1) & 0xFFFF
        answer = protocol.answer(self.challenge, self.tick, 0)
        self.say(Command(mode, request, 4, angle_cdeg, rate_cdps, 3000, self.challenge, self.tick, 0, answer))
        self.pass_time()

    def arm(self) -> None:
        """Until it is armed."""
        for _ in range(3):
            self.command(protocol.NONE)
        assert self.brain.state == protocol.ARMED


def held(load: Moments, gear: str = "a2") -> Raw:
    """Armed, and held at horizontal for two seconds."""
    node = Raw(gear, 0.0, load)
    node.arm()
    for _ in range(100):
        node.command(protocol.MOVE, 0, 0)
    node.fastest_dps = 0.0
    return node


class Driven(Bed):
    """The guard's side is the real assembly and driver; `wire` may spoil what passes."""

    def __init__(
        self,
        gear: str = "a1",
        angle_deg: float = -70.0,
        limits: NodeLimits | None = None,
        role: str = "table",
    ) -> None:
        super().__init__(gear, angle_deg, RIDER, role)
        host, self.device = memory_pair()
        config = NodeConfig("memory", limits=limits or NodeLimits())
        self.devices = open_devices(DevicesConfig(drive=config), lambda port, baud, parity: host)
        self.up: Callable[[bytes], bytes] = lambda data: data
        self.down: Callable[[bytes], bytes] = lambda data: data
        self.tick = 0

    def serve(self) -> None:
        """Pass bytes to the node and its answers back."""
        self.brain.take(self.down(self.device.read()), self.now_ms)
        answer = self.up(self.brain.reply())
        if answer:
            self.device.write(answer)

    def step(self, arm: bool = False, sends: bool = True) -> None:
        """One tick of a guard that has stated its intent, or none."""
        self.devices.take(self.now_ms)
        if arm:
            self.devices.drive.arm(self.now_ms)
        if sends:
            self.tick += 1
            self.devices.send(self.tick, 0x3FF, self.now_ms)
        self.serve()
        self.pass_time()

    def arm(self) -> None:
        """As the guard does: each tick, until armed."""
        for _ in range(12):
            self.devices.take(self.now_ms)
            done = self.devices.drive.arm(self.now_ms).armed
            self.step(arm=True)
            if done:
                return
        raise AssertionError(f"not armed: {self.devices.drive.arm(self.now_ms)}, {self.devices.trouble}")


def ramp(start_deg: float, end_deg: float, top_dps: float) -> Iterator[tuple[int, int]]:
    """Setpoints every 20 ms: 1 deg/s2, then at rest at the end for ever."""
    way, rate = 1.0 if end_deg > start_deg else -1.0, 0.0
    angle, left = start_deg, abs(end_deg - start_deg)
    for _ in itertools.count():
        rate = min(rate + 0.02, top_dps, (2.0 * left) ** 0.5)
        step = min(left, rate * 0.02)
        left -= step
        angle += way * step
        if left < 1e-3:
            angle, rate, left = end_deg, 0.0, 0.0
        yield round(angle * 100), round(way * rate * 100)

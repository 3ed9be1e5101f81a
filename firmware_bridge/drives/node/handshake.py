"""Who is at the other end, and does it enforce what the table file says: HELLO, then CONFIG, read back."""

from __future__ import annotations

from typing import Final

from firmware_bridge.codec.node_frames import Config, ConfigReply, Hello, HelloReply
from firmware_bridge.config import NodeConfig
from firmware_bridge.node import protocol

WATCHDOG_MOST_MS: Final = 200
AGAIN_MS: Final = 1_000  # after a refusal
GREETING, CONFIGURING, PROVED = range(3)


class Handshake:
    """`stage` and `refused`; `request` is what to send, None once proved."""

    def __init__(self, config: NodeConfig, role: str) -> None:
        self._port = config.port
        self._limits = config.limits
        self._role = protocol.ROLES.index(role)
        self._nonce = 0
        self._refused_ms = 0
        self.stage = GREETING
        self.refused = self._bad_limits()
        self.boot_count = 0

    def _bad_limits(self) -> str | None:
        """What the node would refuse anyway; the watchdog whatever the node thinks of it."""
        if self._limits.watchdog_ms > WATCHDOG_MOST_MS:
            return self._named("watchdog_ms", self._limits.watchdog_ms, 40, WATCHDOG_MOST_MS)
        for (name, _, _, low, high, _), value in zip(protocol.LIMITS, self._limits, strict=True):
            if not low <= value <= high:
                return self._named(name, value, low, high)
        return None

    def _named(self, name: str, value: int, low: int, high: int) -> str:
        return f"node on {self._port}: {name} is {value}, allowed {low} to {high}; correct the table file"

    def begin(self, now_ms: int) -> None:
        """From the start: after silence, a reset, or a refusal."""
        self.stage = GREETING
        self._nonce = (self._nonce * 69_069 + now_ms * 2_654_435_761 + 1) & 0xFFFF_FFFF

    def request(self, now_ms: int) -> Hello | Config | None:
        """The next question; none for a second after a refusal."""
        if self.stage == PROVED or (self.refused and now_ms - self._refused_ms < AGAIN_MS):
            return None
        if self.stage == GREETING:
            return Hello(protocol.VERSION, protocol.MINOR, self._nonce)
        self._refused_ms = now_ms
        if self.refused and self._bad_limits():
            return None
        return Config(protocol.WRITE, tuple(self._limits))

    def _refuse(self, what: str, stage: int, now_ms: int) -> None:
        """Ask again in a second. With the limits refused it may still be watched, and left alone."""
        self.refused = f"node on {self._port}: {what}"
        self._refused_ms = now_ms
        self.stage = stage

    def greeted(self, reply: HelloReply, now_ms: int) -> bool:
        """Judge the answer to HELLO; whether it was one to ours."""
        if reply.nonce != self._nonce:
            return False
        role = protocol.ROLES[reply.role] if reply.role < len(protocol.ROLES) else f"number {reply.role}"
        if reply.device != protocol.DEVICE:
            self._refuse(
                f"device {reply.device:04X}h, wanted {protocol.DEVICE:04X}h; check the port", GREETING, now_ms
            )
        elif reply.major != protocol.VERSION:
            self._refuse(
                f"protocol {reply.major}.{reply.minor}, wanted {protocol.VERSION}.x; load the firmware of "
                "this release",
                GREETING,
                now_ms,
            )
        elif reply.role != self._role:
            self._refuse(
                f"role {role}, wanted {protocol.ROLES[self._role]}; check the port", GREETING, now_ms
            )
        else:
            self.boot_count = reply.boot_count
            self.stage = max(self.stage, CONFIGURING)
            self.refused = self._bad_limits()
            return True
        return False

    def configured(self, reply: ConfigReply, now_ms: int) -> None:
        """Judge the limits read back, at first and every time after."""
        if self.stage == GREETING:
            return
        rows = zip(protocol.LIMITS, self._limits, reply.limits, strict=True)
        differing = next(((row[0], wanted, found) for row, wanted, found in rows if wanted != found), None)
        if differing is None:
            self.stage, self.refused = PROVED, None
            return
        name, wanted, found = differing
        if reply.result == protocol.NOT_NOW:
            why = "and it moves by itself; wait until parked"
        else:
            why = "and it does not take the table file's value; load the firmware of this release"
        self._refuse(f"{name} is {found}, wanted {wanted}, {why}", CONFIGURING, now_ms)

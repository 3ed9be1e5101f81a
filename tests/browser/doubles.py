"""Stand-ins for two other processes at the wire: a guard and a controller that move a table of thin air.

They speak the real messages over real SEQPACKET sockets. As a program (`python -m tests.browser.doubles DIR`)
they run at 50 Hz and write every order they get to DIR/orders.jsonl.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
from pathlib import Path
from typing import Any, Final

from controller.states import INDEX
from firmware_bridge import clock
from safety.decision import ACTIVE, MOVE, READY
from safety.guard import messages
from safety.observation import Inputs

BLANK: dict[str, Any] = {
    **{field.name: 0 for field in messages.REPORT_LAYOUT.fields},
    "boot_id": 7,
    "trusted_cdeg": -7000,
    "trusted_cdps": 0,
    "a_cdeg": -7000,
    "b_cdeg": -7000,
    "mode": READY,
    "inputs_known": (1 << len(Inputs._fields)) - 1,
    "phase": 255,
    "direction": 2,
    "speed_cap_cdps": 800,
    "power": 1,
    "cap_cdeg": 6000,
    "dose_left_ms": 300_000,
    "day_left_ms": 600_000,
    "current_ma": 1200,
    "setpoint_cdeg": None,
}


def inputs(*names: str) -> int:
    """The mask of these inputs."""
    return sum(1 << Inputs._fields.index(name) for name in names)


def report(**fields: Any) -> tuple[Any, ...]:
    """One REPORT: at park, everything well, but for the named fields."""
    values = {**BLANK, **fields}
    assert len(values) == len(BLANK)
    return tuple(values[field.name] for field in messages.REPORT_LAYOUT.fields)


PARKED: Final[dict[str, Any]] = {"controller_state": INDEX["parked"], "inputs": inputs("at_park")}


class Server:
    """A SEQPACKET server of any number of clients, stepped by `read`."""

    def __init__(self, path: Path) -> None:
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        path.unlink(missing_ok=True)
        self.listener.bind(str(path))
        self.listener.listen(8)
        self.listener.setblocking(False)
        self.clients: list[socket.socket] = []

    def read(self) -> list[tuple[socket.socket, bytes]]:
        """Every packet that has come, with its sender."""
        try:
            while True:
                client, _ = self.listener.accept()
                client.setblocking(False)
                self.clients.append(client)
        except BlockingIOError:
            pass
        packets = []
        for client in list(self.clients):
            try:
                while packet := client.recv(65_536):
                    packets.append((client, packet))
            except BlockingIOError:
                continue
            except OSError:
                pass
            self.clients.remove(client)
            client.close()
        return packets

    @staticmethod
    def give(client: socket.socket, packet: bytes) -> None:
        """One packet to one client, who may have left after asking."""
        with contextlib.suppress(OSError):
            client.send(packet)

    def say(self, packet: bytes) -> None:
        """One packet to everybody who is still there."""
        for client in list(self.clients):
            try:
                client.send(packet)
            except BlockingIOError:
                continue
            except OSError:
                self.clients.remove(client)
                client.close()

    def close(self) -> None:
        """Vanish."""
        for client in self.clients:
            client.close()
        self.listener.close()


class GuardDouble(Server):
    """Answers HELLO with WELCOME and each ORDER with a REPLY; keeps what it was told."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "guard.sock")
        self.orders: list[int] = []
        self.alives = 0
        self.hellos: list[tuple[int, int]] = []

    def step(self) -> None:
        """Answer what has come in."""
        for client, packet in self.read():
            decoded = messages.decode(packet)
            assert decoded is not None, packet
            layout, values = decoded
            if layout.number == messages.HELLO:
                self.hellos.append((values[0], values[1]))
                self.give(client, messages.WELCOME_LAYOUT.pack((7, 0, -7000, 6000, b"12345678")))
            if layout.number == messages.ALIVE:
                self.alives += 1
            if layout.number == messages.ORDER:
                self.orders.append(values[1])
                self.give(client, messages.REPLY_LAYOUT.pack((values[0], 1, b"as you say")))

    def tell(self, **fields: Any) -> None:
        """One report to everybody."""
        self.say(messages.REPORT_LAYOUT.pack(report(**fields)))


class ControllerDouble(Server):
    """Accepts everything it is asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "controller.sock")
        self.asked: list[dict[str, Any]] = []

    def step(self) -> None:
        """Answer what has come in."""
        for client, packet in self.read():
            message = json.loads(packet)
            self.asked.append(message)
            if "id" in message:
                answer = {"type": "reply", "id": message["id"], "accepted": True, "reason": None}
                self.give(client, json.dumps(answer).encode())

    def tell(self, **fields: Any) -> None:
        """One status to everybody."""
        status = {"type": "status", "now_ms": 0, "state": "parked", "phase": None, "programme": None}
        self.say(json.dumps({**status, **fields}).encode())


def ride(tick: int) -> dict[str, Any]:
    """A table that goes down and up between 10 and 30 degrees, for ever."""
    cycle = tick % 1000
    up = cycle >= 500
    angle = 1000 + (1000 - cycle if up else cycle) * 4
    return {
        "trusted_cdeg": angle,
        "trusted_cdps": -200 if up else 200,
        "setpoint_cdeg": angle + (30 if up else -30),
        "command": MOVE,
        "mode": ACTIVE,
        "session": 5,
        "controller_state": INDEX["raising" if up else "lowering"],
        "inputs": inputs("pendant", "ankle_a", "ankle_b", "estop_ok", "load", "supply_ok"),
        "used_ms": tick * 20,
        "dose_left_ms": max(0, 300_000 - tick * 20),
        "phase": 2,
    }


def main(folder: Path, moving: bool) -> None:
    """Both stand-ins at 50 Hz, until killed."""
    guard, controller = GuardDouble(folder), ControllerDouble(folder)
    ticker = clock.Ticker(20)
    told, tick = 0, 0
    with (folder / "orders.jsonl").open("w") as log:
        while True:
            now_ms, tick = ticker.wait(), tick + 1
            guard.step()
            controller.step()
            fields = (
                ride(tick) if moving else {"controller_state": INDEX["parked"], "inputs": inputs("at_park")}
            )
            if tick % 1500 > 1200 and moving:
                fields |= {"check_in": 2, "check_in_left_ms": 1000 + tick * 20 % 9000}
            guard.tell(tick=tick, now_ms=now_ms, **fields)
            if tick % 5 == 0:
                controller.tell(**status(tick) if moving else {"prompt": "Choose a programme."})
            for order in guard.orders[told:]:
                log.write(json.dumps({"order": order}) + "\n")
                log.flush()
            told = len(guard.orders)


def status(tick: int) -> dict[str, Any]:
    """What the controller says on the ride."""
    return {
        "state": "lowering",
        "phase": {"index": 2, "kind": "lower", "text": "A little head-down.", "left_s": 60 - tick / 50 % 60},
        "prompt": "Keep breathing; let the pendant go to stop.",
        "programme": "Beginner",
        "rider": "guest",
        "tier": "beginner",
        "progress": tick % 3000 / 3000,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] != ["parked"])

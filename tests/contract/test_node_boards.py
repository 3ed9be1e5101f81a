"""The node's board files: on a `machine` that writes down what is done to it, under CPython and MicroPython.

No board has run them. What is held here: pins, order at power-up, what a hanging loop does, what goes where.
"""

from __future__ import annotations

import importlib
import sys
from functools import lru_cache
from types import ModuleType

import pytest

from firmware_bridge.codec.node_frames import Config, ConfigReply, Deframer, Hello, HelloReply, encode
from firmware_bridge.node import built, built_io, protocol
from hil.node import flash, players
from tests import house
from tests.boards import machine as fake

FOLDER = house.ROOT / "tests/boards"
TREE = {
    **players.sources(),
    "machine.py": FOLDER / "machine.py",
    "boards/__init__.py": FOLDER / "__init__.py",
    "boards/ride.py": FOLDER / "ride.py",
}
MODULE = "boards.ride"
FREE = {  # by the chips' data sheets: pins that boards lead out and that nothing else needs
    "rp2040": {*range(23), 26, 27, 28},
    "esp32": {1, 2, *range(4, 19), 21, *range(38, 43), 47, 48},
}
ANALOG = {"rp2040": {26, 27, 28}, "esp32": set(range(1, 11))}
MOTOR = ("pwm", "direction", "bridge", "brake")
every_board = pytest.mark.parametrize("board", flash.BOARDS)


def said() -> bytes:
    """A host that greets, then writes the limits."""
    limits = (90, *(row[5] for row in protocol.LIMITS[1:]))  # unlike before, so it has to be kept
    return encode(Hello(protocol.VERSION, protocol.MINOR, 7), 1) + encode(Config(protocol.WRITE, limits), 2)


@lru_cache
def ridden(board: str, role: str = "table", whole: bool = True) -> tuple[str, ...]:
    given = bytes([board == "esp32", role == "io", whole]) + said()
    return played(given, players.cpython())


def played(given: bytes, player: players.Player) -> tuple[str, ...]:
    return tuple(players.play(player, given, TREE, MODULE).output.decode().splitlines())


def file_of(board: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setitem(sys.modules, "machine", fake)
    return importlib.import_module(f"firmware_bridge.node.board_{board}")


@every_board
def test_every_pin_is_free_and_used_once(board: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = file_of(board, monkeypatch)
    used = [*chip.PINS.values(), *chip.INPUTS]
    assert len(used) == len(set(used))
    assert set(used) <= FREE[board]
    assert chip.PINS["current"] in ANALOG[board]
    assert (1 << len(chip.INPUTS)) - 1 == protocol.ALL_INPUTS
    assert not set(used) & set(getattr(chip, "NEVER", ()))


@every_board
def test_nothing_is_powered_before_everything_is_made(board: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = file_of(board, monkeypatch)
    lines = ridden(board)
    made = lines[: lines.index("made")]
    outputs = [f"pin {chip.PINS[name]} out 0" for name in ("direction", "bridge", "brake")]
    assert list(made[:3]) == outputs
    assert made[6] == f"pwm {chip.PINS['pwm']} at 20000 Hz 0"
    assert made[-1] == f"watchdog {chip.WATCHDOG_MS} ms"
    assert [line for line in made if line.startswith("pin") and line.endswith(" 1")] == []
    assert [line for line in made if line.endswith("in 2")] == [f"pin {pin} in 2" for pin in chip.INPUTS]


@every_board
def test_it_greets_keeps_its_limits_and_moves_by_hand(board: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = file_of(board, monkeypatch)
    lines = ridden(board)
    greeted = lines[lines.index("made") : lines.index("greeted")]
    frames = Deframer().feed(b"".join(bytes.fromhex(line[5:]) for line in greeted if line.startswith("sent")))
    hello, config = frames[0].message, frames[1].message
    assert isinstance(hello, HelloReply)
    assert isinstance(config, ConfigReply)
    assert (hello.role, hello.reset_cause, hello.boot_count) == (0, protocol.RESET_WATCHDOG, 1)
    assert config.result == protocol.TAKEN
    # Writing flash takes longer than a tick: the watchdog waits, then is as quick as before.
    waits = [line for line in greeted if line.startswith("watchdog")]
    assert waits == [f"watchdog {chip.SAVING_MS} ms", f"watchdog {chip.WATCHDOG_MS} ms"]
    held = lines[lines.index("greeted") : lines.index("hung")]
    bridge, brake = f"pin {chip.PINS['bridge']} 1", f"pin {chip.PINS['brake']} 1"
    assert held.index(bridge) < held.index(brake)
    assert any(line.startswith("pwm ") for line in held)
    assert next(line for line in held if line.startswith("held")) == "held -30059 0"


@every_board
def test_a_loop_that_hangs_loses_bridge_brake_and_relay(board: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = file_of(board, monkeypatch)
    lines = ridden(board)
    place = next(place for place, line in enumerate(lines) if line.startswith("held"))
    hung = lines[place + 1 : lines.index("hung")]
    assert list(hung) == [f"pin {chip.PINS[name]} 0" for name in ("bridge", "brake", "enable")]


@every_board
def test_a_node_of_inputs_and_outputs_has_no_motor(board: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = file_of(board, monkeypatch)
    lines = ridden(board, "io")
    motor = {f"pin {chip.PINS[name]}" for name in MOTOR}
    assert [line for line in lines if " ".join(line.split()[:2]) in motor or line.startswith("pwm")] == []
    greeted = lines[: lines.index("greeted")]
    frames = Deframer().feed(b"".join(bytes.fromhex(line[5:]) for line in greeted if line.startswith("sent")))
    assert isinstance(frames[0].message, HelloReply)
    assert frames[0].message.role == protocol.ROLE_IO


@every_board
def test_as_it_comes_nothing_is_built_in(board: str) -> None:
    lines = ridden(board, whole=False)
    assert [line for line in lines if line.split()[0] in ("i2c", "adc")] == []
    assert "held None 0" in lines
    assert (built.ROLE, built.ENCODER, built.CURRENT) == ("table", None, None)
    assert (built_io.ROLE, built_io.ENCODER, built_io.CURRENT) == ("io", None, None)


@pytest.mark.peer
@pytest.mark.parametrize(("board", "role"), [("rp2040", "table"), ("rp2040", "io"), ("esp32", "table")])
def test_micropython_does_the_same_and_allocates_nothing(board: str, role: str) -> None:
    player = next(player for player in players.micropythons() if "WebAssembly" in player.name)
    given = bytes([board == "esp32", role == "io", 1]) + said()
    assert played(given, player) == ridden(board, role)


def test_only_a_platform_with_a_board_file_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "machine", fake)
    main = importlib.import_module("firmware_bridge.node.main")
    with pytest.raises(RuntimeError, match="no board file for linux; there are rp2, esp32"):
        main.chip_of("linux")
    board = importlib.import_module("firmware_bridge.node.board")
    with pytest.raises(ValueError, match="there are as5600, as5048b, ads1115"):
        board.encoder(None, ("potato", 1, 1_000, 0))

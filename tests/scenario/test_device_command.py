"""keel device as a process, spoken to by programs that others wrote."""

from __future__ import annotations

import importlib
import re
import socket
import subprocess
from typing import Any

import pytest

from tests.device_process import device, run

# By name: neither says what types it has.
minimalmodbus: Any = importlib.import_module("minimalmodbus")
pymodbus_client: Any = importlib.import_module("pymodbus.client")


def mbpoll(*words: str) -> str:
    done = subprocess.run(["mbpoll", "-0", "-1", *words], capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


def values(text: str) -> dict[int, int]:
    return {int(a): int(v) for a, v in re.findall(r"^\[(\d+)\]:\s+(\d+)", text, re.MULTILINE)}


@pytest.mark.peer
def test_mbpoll_over_tcp() -> None:
    with device("blvr", "--tcp", "127.0.0.1:0", "--angle", "45") as place:
        tcp = ("-m", "tcp", "-p", str(place["port"]), "127.0.0.1")
        assert place["device"] == "blvr"
        assert values(mbpoll("-a", "1", "-r", "154", "-c", "2", *tcp)) == {154: 0, 155: 4_500}
        mbpoll("-a", "1", "-r", "5002", *tcp, "0", "160")
        assert values(mbpoll("-a", "1", "-r", "5002", "-c", "2", *tcp)) == {5002: 0, 5003: 160}
        assert "Illegal data address" in mbpoll("-a", "1", "-r", "1000", "-c", "2", *tcp)
        assert "Illegal data value" in mbpoll("-a", "1", "-r", "5002", *tcp, "0", "20000")
        assert "Illegal function" in mbpoll("-a", "1", "-t", "0", "-r", "1", "-c", "1", *tcp)
        assert "Target device failed to respond" in mbpoll("-a", "9", "-r", "154", "-c", "2", *tcp)


@pytest.mark.peer
@pytest.mark.serial
def test_mbpoll_over_a_pty() -> None:
    with device("witmotion", "--pty", "--angle", "-22.5") as place:
        rtu = ("-m", "rtu", "-b", "9600", "-P", "none", str(place["pty"]))
        assert values(mbpoll("-a", "80", "-r", "61", "-c", "3", *rtu)) == {61: 61_440, 62: 0, 63: 0}
        assert "Illegal data address" in mbpoll("-a", "80", "-r", "200", "-c", "2", *rtu)


@pytest.mark.peer
@pytest.mark.serial
def test_minimalmodbus_over_a_pty() -> None:
    with device("blvr", "--pty", "--angle", "-70") as place:
        drive = minimalmodbus.Instrument(str(place["pty"]), 1)
        drive.serial.baudrate, drive.serial.parity, drive.serial.timeout = 230_400, "N", 1.0
        assert drive.read_long(0x9A, signed=True) == -7_000
        drive.write_long(0x7C, 3)
        assert drive.read_long(0x7C) == 3
        with pytest.raises(minimalmodbus.IllegalRequestError):
            drive.read_register(1_000)
        drive.serial.close()


@pytest.mark.peer
@pytest.mark.serial
def test_pymodbus_over_a_pty() -> None:
    with device("witmotion", "--pty", "--angle", "45") as place:
        client = pymodbus_client.ModbusSerialClient(str(place["pty"]), baudrate=9_600, timeout=1.0, retries=0)
        assert client.connect()
        assert client.read_holding_registers(0x3D, count=3, device_id=0x50).registers == [8_192, 0, 0]
        client.close()


@pytest.mark.peer
def test_pymodbus_over_tcp_moves_the_shaft_and_so_may_several_clients() -> None:
    with device("blvr", "--tcp", "127.0.0.1:0", "--angle", "0") as place:
        port = int(place["port"])
        first, second = (
            pymodbus_client.ModbusTcpClient("127.0.0.1", port=port, timeout=2.0, retries=0) for _ in range(2)
        )
        assert first.connect()
        assert second.connect()
        assert not first.write_registers(0x7C, [0, 3], device_id=1).isError()
        while second.read_holding_registers(0x7E, count=2, device_id=1).registers[1] & 1 == 0:
            pass
        move = [0, 1, 0, 500, 0, 5_000, 0, 9_000, 0, 9_000, 0, 1_000, 0, 10]  # 5 deg at 50 deg/s
        both = first.readwrite_registers(
            read_address=0x9A, read_count=2, address=0x5A, values=move, device_id=1
        )
        assert both.registers[0] == 0
        while second.read_holding_registers(0x9A, count=2, device_id=1).registers != [0, 500]:
            pass
        first.close()
        second.close()


def test_a_client_that_speaks_something_else_is_hung_up_on() -> None:
    with device("blvr", "--tcp", "127.0.0.1:0") as place:
        with socket.create_connection(("127.0.0.1", int(place["port"])), timeout=5) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert client.recv(100) == b""
        pieces = bytes.fromhex("00 07 00 00 00 06 01 03 00 9A 00 02")
        with socket.create_connection(("127.0.0.1", int(place["port"])), timeout=5) as client:
            for byte in pieces:
                client.send(bytes([byte]))
            answer = b""
            while len(answer) < 13:
                answer += client.recv(100)
            assert answer == bytes.fromhex("00 07 00 00 00 07 01 03 04") + (-7_000).to_bytes(
                4, "big", signed=True
            )


def test_a_port_in_use_is_75() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        done = run("blvr", "--tcp", f"127.0.0.1:{busy.getsockname()[1]}")
    assert done.returncode == 75
    assert "is in use" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("blvr", "--tcp", "5020"), 64, "try --tcp 127.0.0.1:5020"),
        (("blvr", "--tcp", "127.0.0.1:70000"), 64, "0 to 65535"),
        (("blvr", "--tcp", "127.0.0.1:-1"), 64, "0 to 65535"),
        (("blvr",), 64, "give one of --pty and --tcp"),
        (("blvr", "--pty", "--tcp", "127.0.0.1:0"), 64, "give one of"),
        (("witmotoin", "--pty"), 64, "did you mean witmotion?"),
        (("blvr", "--pty", "--angle", "nan"), 64, "allowed -180 to 180 deg"),
    ],
)
def test_what_cannot_be_served_says_why(words: tuple[str, ...], code: int, text: str) -> None:
    done = run(*words)
    assert done.returncode == code
    assert text in done.stderr
    assert "Traceback" not in done.stderr

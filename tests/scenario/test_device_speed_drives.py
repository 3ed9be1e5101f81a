"""keel device atv320 and zlac8015d, read and written by mbpoll: registers as the makers print them."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.device_process import device


def mbpoll(*words: str) -> str:
    done = subprocess.run(["mbpoll", "-0", "-1", *words], capture_output=True, text=True, timeout=20)
    return done.stdout + done.stderr


def values(text: str) -> dict[int, int]:
    return {int(a): int(v) for a, v in re.findall(r"^\[(\d+)\]:\s+(-?\d+)", text, re.MULTILINE)}


@pytest.mark.peer
def test_an_atv320_over_tcp() -> None:
    with device("atv320", "--tcp", "127.0.0.1:0", "--angle", "10") as place:
        tcp = ("-m", "tcp", "-a", "1", "-p", str(place["port"]), "127.0.0.1")
        status = values(mbpoll("-r", "3201", "-c", "9", *tcp))
        assert (len(status), status[3201] & 0x6F, status[3209]) == (9, 0x40, 35)
        assert values(mbpoll("-r", "6005", *tcp)) == {6005: 100}  # 10 s, as at the factory
        mbpoll("-r", "8602", *tcp, "65236")
        assert values(mbpoll("-r", "8602", *tcp)) == {8602: 65_236}  # -300 r/min
        assert "Illegal data address" in mbpoll("-r", "9999", *tcp)
        assert "Illegal data value" in mbpoll("-r", "7010", *tcp, "9")
        assert "Illegal function" in mbpoll("-t", "0", "-r", "1", *tcp)


@pytest.mark.peer
@pytest.mark.serial
def test_a_zlac8015d_over_a_pty() -> None:
    with device("zlac8015d", "--pty", "--angle", "10") as place:
        rtu = ("-m", "rtu", "-b", "115200", "-P", "none", "-a", "1", str(place["pty"]))
        assert values(mbpoll("-r", "8192", "-c", "3", *rtu)) == {8192: 1_000, 8193: 1, 8194: 2}
        assert values(mbpoll("-r", "8357", "-c", "11", *rtu)) == {8357 + n: int(n == 10) for n in range(11)}
        mbpoll("-r", "8192", *rtu, "160")
        assert values(mbpoll("-r", "8192", *rtu)) == {8192: 160}
        assert "Illegal data address" in mbpoll("-r", "8241", *rtu)  # 2031h
        assert "Illegal data value" in mbpoll("-r", "8205", *rtu, "5")

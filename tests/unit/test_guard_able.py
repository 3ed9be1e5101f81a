"""The guard arms no drive that a dead host could leave without a stop, or without anything that holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.assembly import open_devices
from firmware_bridge.drives import catalogue
from firmware_bridge.link.memory import memory_pair
from firmware_bridge.ports import UNVERIFIED, Capabilities
from hil import demo_table
from safety.decision import Decision
from safety.guard import able, table
from safety.guard.act import act
from safety.limits import Limits
from safety.observation import DRIVE_OFFLINE

GOOD = Capabilities("Drive X", False, False, False, 150, "drive", "register 138Ah")
OPEN = GOOD._replace(dead_host=UNVERIFIED)


@pytest.mark.parametrize(
    "can",
    [
        GOOD,
        GOOD._replace(watchdog_ms=1),
        GOOD._replace(watchdog_ms=200),
        GOOD._replace(holds_when_dead="brake"),
        GOOD._replace(holds_when_dead="self-locking"),
        OPEN._replace(holds_when_dead="brake", bench_verified=True),
    ],
)
def test_these_may_be_armed(can: Capabilities) -> None:
    assert able.why_not(can) is None


@pytest.mark.parametrize(
    ("can", "words"),
    [
        (
            GOOD._replace(watchdog_ms=0),
            "Drive X: register 138Ah is off or does not exist, allowed 1",
        ),
        (GOOD._replace(watchdog_ms=201), "register 138Ah is 201 ms, allowed 1 to 200 ms"),
        (GOOD._replace(watchdog_ms=-5), "is -5 ms"),
        (GOOD._replace(never="its stop command is UNVERIFIED"), "its stop command is UNVERIFIED"),
        (GOOD._replace(holds_when_dead="no"), '[drive].holds_when_dead is "no"'),
        (GOOD._replace(holds_when_dead=""), "fit a brake"),
        (OPEN, "no document says what it does once its host is gone"),
        (OPEN._replace(holds_when_dead="brake"), "[drive].bench_verified = true"),
        (OPEN._replace(bench_verified=True), '[drive].holds_when_dead = "brake"'),
        (OPEN._replace(bench_verified=True, holds_when_dead="self-locking"), "docs/how-to/add-a-drive.md"),
    ],
)
def test_these_may_not(can: Capabilities, words: str) -> None:
    assert words in str(able.why_not(can))


def test_a_drive_is_kept_without_beats_for_its_time_and_two_ticks_or_not_at_all() -> None:
    """Long enough for every drive that may be armed, and no longer than the rules bear."""
    tells = GOOD._replace(tells_silence=True)
    assert [able.silence_ms(tells._replace(watchdog_ms=ms)) for ms in (100, 150, 200)] == [140, 190, 240]
    assert able.silence_ms(GOOD) is None
    assert Limits().silence_max_ms >= able.WATCHDOG_MAX_MS + able.MARGIN_MS


@pytest.mark.parametrize("name", sorted(catalogue.UNFINISHED))
def test_an_unfinished_drive_says_what_is_missing_and_sends_nothing(name: str) -> None:
    host, device = memory_pair()
    config = catalogue.UNFINISHED[name].config("line")
    drive = catalogue.make(config, host, catalogue.Angles(lambda: None, lambda: None))
    for tick in range(100):
        now_ms = tick * 20
        drive.take(now_ms)
        arming = drive.arm(now_ms)
        drive.move(0, 100)
        drive.send(tick, 0xFFFF, now_ms)
        assert not arming.armed
        assert "UNVERIFIED is" in str(arming.refused)
    assert device.read() == b""
    assert drive.read() is None
    assert "UNVERIFIED is" in str(able.why_not(drive.capabilities))


def test_the_guard_does_not_even_begin_to_arm_such_a_drive() -> None:
    """A bench-unverified drive whose driver would arm: the guard says why, and no byte of arming is sent."""
    ports = {wire: Path(wire) for wire in demo_table.DRIVES["cia402"]}
    text = demo_table.text("cia402", "a1", ports).replace("bench_verified = true", "bench_verified = false")
    wires = {wire: memory_pair(wire) for wire in ports}
    devices = open_devices(table.parse(text.encode()).devices, lambda port, baud, parity: wires[port][0])
    decision = Decision._make([0] * len(Decision._fields))
    for tick in range(20):
        devices.take(tick * 20)
        refused = act(devices, decision, DRIVE_OFFLINE, session_open=False, now_ms=tick * 20)
        assert "[drive].bench_verified = true" in str(refused)
        devices.send(tick, 0xFFFF, tick * 20)
    said = wires["drive"][1].read()
    assert said[1::8].count(0x03) == len(said) // 8 > 0, "reads only"

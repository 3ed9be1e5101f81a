"""ODrive: its XOR sum misses two wrong bits in one column. Whatever gets past it, nothing wrong is read.

Exhaustive: of each kind of answer, and of each command, every line with one or two wrong bits that still
looks like a line is put on the wire once, at a moment when it would count most.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from firmware_bridge import readings
from firmware_bridge.drives.odrive import lines
from firmware_bridge.readings import DriveReading
from simulator.devices.base import Shaft
from simulator.devices.odrive import RAMP, Odrive
from tests.frame_codecs import NotedOdrive
from tests.line_rig import flips
from tests.odrive_rig import Rig, armed, reading_of

ANGLE_CDEG, RATE_CDPS = 5, 50  # as far as a reading may be off, whatever the line does
PARSERS: dict[str, Callable[[str], object]] = {
    "pair": lines.pair,
    "decimal": lines.decimal,
    "whole": lines.whole,
}


def kind_of(answer: bytes) -> str:
    text = answer.split(b"*")[0]
    return "pair" if b" " in text else "decimal" if b"." in text else "whole"


def get_past(answer: bytes) -> list[bytes]:
    """Those with one or two wrong bits that say something else and are taken by the codec."""
    parse, passed = PARSERS[kind_of(answer)], []
    true = parse(lines.decode(answer))
    for wrong in flips(answer):
        try:
            if parse(lines.decode(wrong)) != true:
                passed.append(wrong)
        except lines.BadLine:
            continue
    return passed


class Spoiler:
    """Replaces the next answer of one kind, once; before that it only remembers them."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.good = b""
        self.wrong: bytes | None = None

    def __call__(self, answer: bytes) -> list[tuple[int, bytes]]:
        if kind_of(answer) != self.kind:
            return [(0, answer)]
        self.good, wrong = answer, self.wrong
        self.wrong = None
        return [(0, wrong or answer)]


def moving(speed_cdps: int) -> Rig:
    rig = armed()
    rig.twin.current_a = 3.217
    if speed_cdps:
        rig.move(speed_cdps, 4.0)
    else:
        rig.hold(60)
    return rig


def go_on(rig: Rig, speed_cdps: int, ticks: int) -> list[tuple[float, DriveReading]]:
    """Each reading with where the shaft was at its own time."""
    setpoint, track, seen = rig.shaft.angle_deg * 100, {}, {}
    for _ in range(ticks):
        setpoint += speed_cdps * 0.02
        track[rig.line.now_ms] = rig.shaft.angle_deg * 100
        reading = rig.follow(setpoint, speed_cdps)
        assert reading is not None
        seen[reading.at_ms] = reading
    return [
        (track[at_ms - at_ms % 20] + at_ms % 20 * speed_cdps / 1_000, reading)
        for at_ms, reading in seen.items()
        if at_ms - at_ms % 20 in track
    ]


def until(rig: Rig, kind: str, speed_cdps: int) -> None:
    """Up to just before the next answer of this kind, and what it will be like."""
    spoiler = Spoiler(kind)
    rig.line.fault = spoiler
    while True:
        before = copy.deepcopy(rig)
        go_on(rig, speed_cdps, 1)
        if spoiler.good:
            rig.__dict__.update(before.__dict__)
            rig.line.fault = spoiler
            return


@pytest.mark.parametrize(
    ("kind", "speed_cdps"),
    [("pair", 0), ("pair", 200), ("decimal", -137), ("whole", 200)],
)
def test_no_answer_that_gets_past_the_sum_makes_a_wrong_reading(kind: str, speed_cdps: int) -> None:
    rig = moving(speed_cdps)
    until(rig, kind, speed_cdps)
    spoiler = rig.line.fault
    assert isinstance(spoiler, Spoiler)
    passed = get_past(spoiler.good)
    assert len(passed) > {"pair": 200, "decimal": 30, "whole": 0}[kind]
    for wrong in passed:
        hit = copy.deepcopy(rig)
        hit.line.fault = one = Spoiler(kind)
        one.wrong = wrong
        for where, reading in go_on(hit, speed_cdps, 10):
            assert reading.angle_cdeg == pytest.approx(where, abs=ANGLE_CDEG), wrong
            assert reading.rate_cdps == pytest.approx(speed_cdps, abs=RATE_CDPS), wrong
            assert (reading.state, reading.fault) == (readings.ARMED, 0), wrong
            assert reading.current_ma == 3_217, wrong
        assert hit.line.now_ms - reading_of(hit).at_ms <= 100
        assert hit.twin.armed


@pytest.mark.parametrize(
    "path",
    ["axis0.config.watchdog_timeout", "axis0.config.enable_watchdog", "axis0.controller.config.vel_limit"],
)
def test_no_answer_that_gets_past_the_sum_arms_a_drive_that_is_set_wrongly(path: str) -> None:
    rig = Rig()
    rig.twin.put("axis0.controller.config.vel_limit", 50.0)
    rig.twin.locked = frozenset({path})
    value = rig.twin.value(path)
    text = f"{value:.6f}" if path != "axis0.config.enable_watchdog" else f"{value:.0f}"
    answer = text.encode() + b"*%d\r\n" % lines.xor_sum(text.encode())
    for wrong in get_past(answer):
        hit = copy.deepcopy(rig)
        left = [wrong]
        hit.line.fault = lambda got, left=left: [(0, left.pop() if got == answer and left else got)]  # type: ignore[misc]
        arming = hit.arm(200)
        assert not arming.armed, wrong
        assert path in str(arming.refused), wrong
        assert not left


def obeyed(line: bytes) -> list[bytes]:
    """Those with one or two wrong bits that the drive takes for a command; a sum is all it has."""
    taken = []
    for wrong in flips(line):
        twin = NotedOdrive()
        twin.take(wrong + b"\n", 0)
        if twin.heard:
            taken.append(wrong)
    return taken


COMMANDS = ("v 0 1.111111 0", "v 0 -0.097531 0", "u 0", "w axis0.requested_state 8")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_with_one_or_two_wrong_bits_moves_the_bed(command: str) -> None:
    """One may pass the drive's sum; the next comes 20 ms later, and the drive's own limits stand between."""
    fastest_turns_s, ramp_turns_s2 = 8 * 200 / 360, 30 * 200 / 360
    twin = Odrive(Shaft(-70.0), follow=True)
    loop = "axis0.controller.config."
    twin.put(loop + "vel_limit", fastest_turns_s)
    twin.put(loop + "vel_ramp_rate", ramp_turns_s2)
    twin.put(loop + "input_mode", RAMP)
    twin.put("axis0.config.watchdog_timeout", 0.14)
    twin.put("axis0.config.enable_watchdog", 1)
    twin.take(lines.encode("u 0") + lines.encode("w axis0.requested_state 8"), 0)
    kept = {path: twin.value(path) for path in (loop + "vel_limit", "axis0.config.watchdog_timeout")}
    for wrong in obeyed(lines.encode(command)):
        hit = copy.deepcopy(twin)
        hit.take(wrong, 1_000)
        hit.take(b"\n" + lines.encode("v 0 0 0"), 21_000)  # the next tick's
        hit.step(60_000)
        assert abs(hit.shaft.angle_deg + 70.0) < 0.03, wrong
        assert {path: hit.value(path) for path in kept} == kept, wrong

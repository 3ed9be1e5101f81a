"""From a decision to the node: what each command makes it do, and what is taken back when it is late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.node import protocol
from safety import decision as d
from safety import observation as o
from safety.guard import able
from safety.guard.act import STOP_CDPS2, TOO_LATE_MS, act, take_back_if_late
from safety.guard.inhibit import Inhibitor
from tests.node_rig import Driven
from tests.safety_rig import Rig

STANDS = Rig().decision._replace(angle_cdeg=-7000, rate_cdps=0, decel_cdps2=500)


@pytest.fixture
def bed() -> Driven:
    made = Driven()
    made.arm()
    return made


def after(bed: Driven, decided: d.Decision) -> tuple[int, int]:
    """The node's mode and state in the tick after it has heard of it."""
    assert act(bed.devices, decided, o.DRIVE_ARMED, True, bed.now_ms) is None
    bed.step()
    return bed.brain.mode, bed.brain.state


@pytest.mark.parametrize(
    ("command", "mode", "state"),
    [
        (d.HOLD, protocol.STOP, protocol.ARMED),
        (d.MOVE, protocol.MOVE, protocol.ARMED),
        (d.STOP, protocol.STOP, protocol.ARMED),
        (d.CUT, protocol.MOVE, protocol.UNPOWERED),  # what it was told before counts no more
        (d.LEAVE, protocol.NONE, protocol.ARMED),
    ],
)
def test_every_command_reaches_the_node(bed: Driven, command: int, mode: int, state: int) -> None:
    after(bed, STANDS._replace(command=d.MOVE))
    assert after(bed, STANDS._replace(command=command)) == (mode, state)
    assert bed.brain.bridge_on is (command != d.CUT)


@pytest.mark.parametrize(("decel_cdps2", "told"), [(500, 500), (0, STOP_CDPS2)])
def test_what_is_not_led_on_stands_at_once(bed: Driven, decel_cdps2: int, told: int) -> None:
    """A decision without a ramp of its own means the protective one."""
    act(bed.devices, STANDS._replace(command=d.STOP, decel_cdps2=decel_cdps2), o.DRIVE_ARMED, True, 0)
    assert intent(bed) == (protocol.STOP, 0, 0, told)


def intent(bed: Driven) -> Any:
    return bed.devices.drive._port.intent  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", range(len(d.COMMANDS)))
def test_it_arms_except_where_torque_must_stay_off_or_the_node_goes_home_alone(command: int) -> None:
    bed = Driven()
    for _ in range(30):
        bed.devices.take(bed.now_ms)
        seen = bed.devices.drive.read()
        state = o.DRIVE_OFFLINE if seen is None else seen.state
        act(bed.devices, STANDS._replace(command=command), state, True, bed.now_ms)
        bed.step()
    assert (bed.brain.state == protocol.ARMED) is (command not in (d.CUT, d.LEAVE))


@pytest.mark.parametrize(
    ("command", "rate_cdps", "age_ms", "taken"),
    [
        (d.MOVE, 20, TOO_LATE_MS, False),
        (d.MOVE, 20, TOO_LATE_MS + 1, True),
        (d.MOVE, 0, TOO_LATE_MS + 1, True),  # holding head-down is a promise, too
        (d.MOVE, -1, TOO_LATE_MS + 1, False),  # the way home is never taken back
        (d.HOLD, 20, TOO_LATE_MS + 1, False),
        (d.CUT, 20, TOO_LATE_MS + 1, False),
        (d.LEAVE, 20, TOO_LATE_MS + 1, False),
    ],
)
def test_only_a_late_command_that_is_not_towards_park_is_taken_back(
    bed: Driven, command: int, rate_cdps: int, age_ms: int, taken: bool
) -> None:
    decided = STANDS._replace(command=command, rate_cdps=rate_cdps)
    act(bed.devices, decided, o.DRIVE_ARMED, True, bed.now_ms)
    before = intent(bed)
    assert take_back_if_late(bed.devices, decided, age_ms) is taken
    assert intent(bed) == ((protocol.STOP, 0, 0, STOP_CDPS2) if taken else before)


@pytest.mark.parametrize("which", ["sounder", "lamp", "enable"])
def test_each_output_is_its_own(bed: Driven, which: str) -> None:
    silent = STANDS._replace(sounder=False, lamp=False, enable=False)
    act(bed.devices, silent._replace(**{which: True}), o.DRIVE_ARMED, True, bed.now_ms)
    bed.step()
    assert {name: getattr(bed.brain, name) for name in ("sounder", "lamp", "enable")} == {
        **dict.fromkeys(("sounder", "lamp", "enable"), False), which: True,
    }  # fmt: skip


def test_a_drive_that_may_not_be_armed_is_not_even_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(able, "why_not", lambda can: "never")
    bed = Driven()
    for _ in range(30):
        bed.devices.take(bed.now_ms)
        assert act(bed.devices, STANDS, o.DRIVE_DISARMED, True, bed.now_ms) == "never"
        bed.step()
    assert bed.brain.state == protocol.DISARMED


def test_a_lock_that_cannot_be_had_is_asked_for_once(tmp_path: Path) -> None:
    """A file that nobody can run: the ride goes on without the lock, and no descriptor is left."""
    broken = tmp_path / "systemd-inhibit"
    broken.write_bytes(b"\x7fnot a program")
    broken.chmod(0o755)
    before = descriptors()
    inhibitor = Inhibitor(str(broken))
    for _ in range(3):
        inhibitor.follow(True)
    assert not inhibitor.held
    assert descriptors() == before
    inhibitor.close()


def descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}

"""The guard, its table and a bad disk: slow, full, read-only, rolled back; and what a killed guard owes."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from safety import observation as o
from safety.guard import messages as m
from tests.guard_rig import MOUNTED, Rig

pytestmark = pytest.mark.timeout(240)  # minutes of table time on a busy machine


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.kill_guard()


def home(rig: Rig, most_s: float = 200) -> None:
    rig.run(0.1)
    rig.until(lambda: rig.mode() in ("inhibited", "latched") and rig.plant.angle_deg < -69.5, most_s)
    rig.run(0.1)


def test_a_disk_that_takes_300_ms_delays_the_session_and_nothing_else(rig: Rig) -> None:
    rig.arm_and_test()
    rig.inputs = MOUNTED
    rig.session += 1
    rig.controller.replies.clear()
    rig.controller.say(m.BEGIN_LAYOUT, 78, rig.session, "Åse".encode(), 1, 2000, 100_000, 1, 600_000)
    rig.beat()  # at its end the dose is written down
    for _ in range(15):
        rig.beat(guard=False)
    rig.until(lambda: bool(rig.controller.replies), 2.5)
    assert rig.controller.replies[-1] == (78, True, "")
    rig.lead(2, 1.5)
    rig.until(lambda: rig.plant.angle_deg > 1.9, 70)
    assert (rig.mode(), rig.report["refusals"], rig.report["first_cause"]) == ("active", 0, 0)


def test_a_disk_that_takes_no_dose_lets_nobody_go_down(rig: Rig) -> None:
    rig.arm_and_test()
    rig.inputs = MOUNTED
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60, was[1]))
        words = rig.begin()[2]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        signal.signal(signal.SIGXFSZ, handler)
    assert words.startswith("the dose cannot be written down: File too large")
    rig.run(0.2)
    assert (rig.mode(), rig.report["session"]) == ("inhibited", 0)
    assert not (rig.folder / "mark.json").exists()
    assert rig.begin()[1]


def told(rig: Rig) -> bool:
    keeper = rig.devices.head_keeper
    return keeper is not None and keeper.read() == rig.papers.dose.head


def test_a_folder_rolled_back_whole_is_told_by_the_node(rig: Rig) -> None:
    rig.arm_and_test()
    rig.run(0.5)
    before = {path.name: path.read_bytes() for path in rig.folder.iterdir()}
    rig.inputs = MOUNTED
    assert rig.begin() == (78, True, "")
    rig.until(lambda: told(rig), 2)
    rig.kill_guard()
    for path in rig.folder.iterdir():
        path.unlink()
    for name, data in before.items():
        (rig.folder / name).write_bytes(data)
    rig.start_guard()
    rig.until(lambda: rig.report.get("drive_state") == o.DRIVE_ARMED, 2)
    rig.run(1)
    assert rig.begin()[2].startswith("ledger.jsonl is older than the node says: no dose for anybody for 24 h")
    assert rig.events()[-1]["event"] == "begin_refused"
    said = [one["wrong"] for one in rig.events() if one["event"] == "dose"]
    assert said == ["ledger.jsonl is older than the node says"]
    rig.until(lambda: told(rig), 2)  # and it knows the new one


def test_a_killed_guards_blind_time_head_down_counts(rig: Rig) -> None:
    rig.ride(10)
    used_ms = rig.report["used_ms"]
    rig.kill_guard()
    for _ in range(100):
        rig.beat(guard=False)
    rig.start_guard()
    rig.beat()
    assert rig.report["used_ms"] >= used_ms + 2_000
    home(rig, 300)


@pytest.mark.parametrize("how", ["read only", "full"])
def test_a_guard_that_wakes_up_on_a_dead_disk_brings_the_rider_home(
    rig: Rig, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.ride(10)
    rig.kill_guard()
    real_open = os.open
    number = errno.EROFS if how == "read only" else errno.ENOSPC

    def dead_open(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and str(path).startswith(str(rig.folder)):
            raise OSError(number, os.strerror(number), str(path))
        return real_open(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", dead_open)
    rig.start_guard()
    home(rig, 300)
    assert rig.plant.angle_deg < -69.5

"""What the guard keeps on disk: it outlives a kill, a full disk and a file cut short."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from safety.decision import Decision
from safety.guard import files, mark, ring_file
from safety.guard.events import Events
from safety.guard.messages import REPORT_LAYOUT
from safety.guard.news import News
from safety.observation import Terms
from tests import house

GAP_MS = mark.GAP_MS
TERMS = Terms(7, 4500, 150, 200, 150, 200_000, 180_000, 2, 120_000, 60_000, 900_000)


def report(tick: int, session: int = 7, used_ms: int = 0) -> bytes:
    values = dict.fromkeys((field.name for field in REPORT_LAYOUT.fields), 0)
    return REPORT_LAYOUT.pack(
        tuple({**values, "tick": tick, "session": session, "used_ms": used_ms}.values())
    )


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def test_a_wire_that_complains_in_every_tick_says_so_once_a_second(tmp_path: Path) -> None:
    path = tmp_path / "guard.events.jsonl"
    news = News(Events(path, lambda: 1_700_000_000))
    decided: Any = SimpleNamespace(**dict.fromkeys(Decision._fields, 0))
    seen: Any = SimpleNamespace(drive_state=0, silence_ms=None)
    for tick in range(151):
        wrong = f"{tick} bytes" if tick < 140 else None
        decided.mode = tick // 100
        news.tick(5_000 + tick * 20, decided, seen, wrong, None)
    said = [(line["now_ms"], line["trouble"]) for line in lines(path) if line["event"] == "trouble"]
    assert said == [(5_000, "0 bytes"), (6_000, "50 bytes"), (7_000, "100 bytes"), (8_000, None)]
    assert [line["now_ms"] for line in lines(path) if line["event"] == "mode"] == [5_000, 7_000]


def test_events_are_numbered_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "guard.events.jsonl"
    for start in (100, 900):
        events = Events(path, lambda: 1_700_000_000)
        events.write(start, "mode", mode="ready")
        events.write(start + 20, "first_cause", cause="ankle_open")
        events.close()
    assert [(entry["seq"], entry["now_ms"]) for entry in lines(path)] == [
        (1, 100),
        (2, 120),
        (3, 900),
        (4, 920),
    ]
    assert lines(path)[1] == {
        "seq": 2,
        "now_ms": 120,
        "wall_s": 1_700_000_000,
        "event": "first_cause",
        "cause": "ankle_open",
    }


@pytest.mark.parametrize("tail", [b'{"seq": 3, "now', b"\xff\xfe rubbish", b'{"seq": "x"}\n', b"7\n"])
def test_a_line_cut_short_costs_only_itself(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "guard.events.jsonl"
    path.write_bytes(b'{"seq":1}\n{"seq":2}\n' + tail)
    events = Events(path, lambda: 0)
    events.write(0, "start")
    assert json.loads(path.read_bytes().splitlines()[-1])["seq"] == 3


def test_a_full_disk_loses_events_and_says_how_many(tmp_path: Path) -> None:
    path = tmp_path / "guard.events.jsonl"
    events = Events(path, lambda: 0)
    events.write(0, "start")
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, was[1]))
        events.write(20, "mode")  # of this one 20 bytes fit
        events.write(40, "mode")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        signal.signal(signal.SIGXFSZ, handler)
    events.write(60, "mode")
    assert events.lost == 0
    last = json.loads(path.read_bytes().splitlines()[-1])
    assert (last["seq"], last["now_ms"], last["lost_before"]) == (4, 60, 2)


def test_no_event_raises_when_nothing_can_be_written() -> None:
    events = Events(Path("/dev/full"), lambda: 0)
    events.write(0, "start")
    assert events.lost == 1


def test_the_ring_keeps_the_newest_reports(tmp_path: Path) -> None:
    path = tmp_path / "guard.ring"
    ring = ring_file.Ring(path)
    for tick in range(5_000):
        ring.write(report(tick))
    ring.close()
    found = ring_file.read(path)
    assert len(found) == ring_file.SLOTS
    assert [number for number, _ in found] == list(range(5_000 - ring_file.SLOTS + 1, 5_001))
    assert found[-1][1] == report(4_999)


def test_the_ring_goes_on_after_a_restart_and_a_torn_slot_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "guard.ring"
    ring = ring_file.Ring(path)
    for tick in range(3):
        ring.write(report(tick))
    ring.close()
    data = bytearray(path.read_bytes())
    data[ring_file.HEADER.size + 2 * ring_file.SLOT_SIZE + 30] ^= 1
    path.write_bytes(data)
    again = ring_file.Ring(path)
    again.write(report(3))
    again.close()
    assert [number for number, _ in ring_file.read(path)] == [1, 3, 4]


@pytest.mark.parametrize("content", [b"", b"KEELRING", bytes(ring_file.SIZE)])
def test_a_foreign_ring_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "guard.ring"
    path.write_bytes(content)
    assert ring_file.read(path) == []
    ring = ring_file.Ring(path)
    ring.write(report(1))
    assert [number for number, _ in ring_file.read(path)] == [1]
    ring.close()


def test_a_ring_without_a_disk_still_takes_reports() -> None:
    ring = ring_file.Ring(None)
    ring.write(report(1))
    assert ring.last == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from safety.guard import ring_file
from safety.guard.events import Events
from tests.unit.test_guard_store import report
folder = Path(sys.argv[1])
events, ring = Events(folder / "guard.events.jsonl", lambda: 5), ring_file.Ring(folder / "guard.ring")
for tick in range(100):
    events.write(tick * 20, "tick")
    ring.write(report(tick, used_ms=tick * 20))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_events_and_ring_survive_kill_9_and_the_mark_takes_the_time_from_the_ring(tmp_path: Path) -> None:
    wrote = mark.Mark(TERMS, "ab" * 32, "Åse", 500, "head", "one")
    mark.write(tmp_path / "mark.json", wrote)
    died = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=house.ROOT, timeout=20, env={**os.environ}
    )
    assert died.returncode == -signal.SIGKILL
    assert len(lines(tmp_path / "guard.events.jsonl")) == 100
    assert ring_file.read(tmp_path / "guard.ring")[-1] == (100, report(99, used_ms=1_980))
    assert mark.read(tmp_path / "mark.json") == wrote
    seen = mark.last_seen(tmp_path / "guard.ring", 7)
    assert seen == mark.Seen(0, 1_980, 0)
    assert mark.used_ms(wrote, seen, "one", 500, 500) == 1_980


CUT = """
import os, sys
from pathlib import Path
from tests.guard_rig import Rig
for length in (0, 4_096, 10_000_000):
    rig = Rig(Path(sys.argv[1]) / str(length))
    rig.run(0.2)
    os.truncate(rig.folder / "guard.ring", length)
    rig.run(0.2)
    assert rig.mode() == "inhibited"
    assert rig.report["tick"] == 20
    rig.kill_guard()
    rig.start_guard()
    rig.run(0.2)
    assert rig.papers.ring_trouble is None
    rig.kill_guard()
"""


def test_a_ring_that_is_cut_short_under_a_running_guard_kills_nobody(tmp_path: Path) -> None:
    """Touching a mapped page that has gone is SIGBUS: told once, and the next guard makes the file anew."""
    for length in (0, 4_096, 10_000_000):
        (tmp_path / str(length)).mkdir()
    done = subprocess.run([sys.executable, "-c", CUT, str(tmp_path)], cwd=house.ROOT, timeout=50)
    assert done.returncode == 0
    for length in (0, 4_096, 10_000_000):
        told = [
            line
            for line in lines(tmp_path / str(length) / "guard.events.jsonl")
            if line["event"] == "ring_lost"
        ]
        assert len(told) == 1
        assert len(ring_file.read(tmp_path / str(length) / "guard.ring")) == 10


def test_the_time_of_another_session_is_not_taken(tmp_path: Path) -> None:
    ring = ring_file.Ring(tmp_path / "guard.ring")
    ring.write(report(1, session=6, used_ms=99))
    ring.close()
    assert mark.last_seen(tmp_path / "guard.ring", 7) is None


WROTE = mark.Mark(TERMS, "ab" * 32, "a", 0, "head", "one")


@pytest.mark.parametrize(
    ("cdeg", "boot", "now_ms", "used_ms"),
    [
        (400, "one", 1_000 + GAP_MS, 3_000),  # above horizontal: a short time without a guard was, too
        (400, "one", 1_001 + GAP_MS, 3_001 + GAP_MS),  # a longer one may have been anything
        (600, "one", 9_000, 11_000),
        (None, "one", 9_000, 11_000),  # nobody knew where it was
        (400, "two", 9_000, 200_000),  # the machine was off
        (400, "", 9_000, 200_000),
        (400, "one", 999, 200_000),  # this clock has not been there yet
    ],
)
def test_time_without_a_guard_counts_for_who_hung_there(
    cdeg: int | None, boot: str, now_ms: int, used_ms: int
) -> None:
    assert mark.used_ms(WROTE, mark.Seen(1_000, 3_000, cdeg), boot, now_ms, 500) == used_ms


@pytest.mark.parametrize(("marked_ms", "used_ms"), [(2_999, 3_000), (3_000, 3_000), (3_001, 3_001)])
def test_what_a_guard_before_has_made_up_for_stays_counted(marked_ms: int, used_ms: int) -> None:
    seen = mark.Seen(1_000, 3_000, 400)
    assert mark.used_ms(WROTE._replace(used_ms=marked_ms), seen, "one", 1_000, 500) == used_ms


def test_without_a_report_the_whole_allowance_is_used() -> None:
    assert mark.used_ms(WROTE, None, "one", 5_000, 500) == TERMS.allowance_ms


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"terms": 3}', b'{"terms": {"session": 1}}', b"\xff"]
)
def test_an_unreadable_mark_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mark.json").write_bytes(content)
    assert mark.read(tmp_path / "mark.json") is None


def test_a_mark_cut_at_any_byte_or_changed_in_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "mark.json"
    mark.write(path, WROTE)
    data = path.read_bytes()
    for place in range(len(data) - 1):
        path.write_bytes(data[:place])
        assert mark.read(path) is None, place
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert mark.read(path) is None, place


def test_a_replaced_file_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    files.replace(path, {"a": 1}, durable=True)
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4, was[1]))
        with pytest.raises(OSError, match="File too large"):
            files.replace(path, {"a": 2}, durable=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        signal.signal(signal.SIGXFSZ, handler)
    assert files.read(path) == {"a": 1}
    files.remove(path, durable=True)
    files.remove(path, durable=True)
    assert files.read(path) is None

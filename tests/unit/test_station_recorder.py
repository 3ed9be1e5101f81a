"""Telemetry: what has been flushed survives the process, and a full disk does not stop the station."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from controller.station import mcap_file
from controller.station.mcap_file import McapFile, Record
from controller.station.recorder import Place, Recorder
from safety.guard.messages import REPORT_LAYOUT
from tests.browser.doubles import report

# Records a report each 20 ms of the table's time, as fast as it can, then waits to be killed.
WRITER = """
import signal
import sys
from pathlib import Path
from controller.station.recorder import Place, Recorder
from tests.browser.doubles import report
folder = Path(sys.argv[1])
recorder = Recorder(Place(folder / "runs", "k", folder, None), lambda: 0)
recorder.begin(0)
for now_ms in range(20, 23_901, 20):
    recorder.report(report(tick=now_ms // 20, now_ms=now_ms), now_ms)
    if now_ms % 60 == 0:
        recorder.flush(now_ms)
print("written", flush=True)
signal.pause()
"""


def test_kill_9_loses_at_most_a_second(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "written\n"
        writer.send_signal(signal.SIGKILL)
    (file,) = tmp_path.glob("runs/*/telemetry.mcap")
    times = [record.at_ms for record in mcap_file.read(file) if record.topic == mcap_file.REPORT]
    assert times == list(range(20, times[-1] + 1, 20))
    assert 23_900 - times[-1] <= 1_000


def test_a_report_comes_back_as_it_went_in(tmp_path: Path) -> None:
    file = McapFile(tmp_path / "a.mcap")
    values = report(tick=9, now_ms=180, trusted_cdeg=None)
    file.add(Record(mcap_file.REPORT, 180, values))
    file.add(Record(mcap_file.EVENT, 190, {"event": "é"}))
    file.close()
    assert list(mcap_file.read(tmp_path / "a.mcap")) == [
        Record(mcap_file.REPORT, 180, list(values)),
        Record(mcap_file.EVENT, 190, {"event": "é"}),
    ]


@pytest.mark.parametrize("cut", [1, 7, 100, 500])
def test_a_file_that_is_cut_off_anywhere_gives_what_it_holds(tmp_path: Path, cut: int) -> None:
    file = McapFile(tmp_path / "a.mcap")
    for tick in range(100):
        file.add(Record(mcap_file.REPORT, tick * 20, report(tick=tick)))
        if tick % 20 == 19:
            file.flush()
    file.close()
    whole = (tmp_path / "a.mcap").read_bytes()
    (tmp_path / "b.mcap").write_bytes(whole[: len(whole) * cut // 1000])
    ticks = [record.value[0] for record in mcap_file.read(tmp_path / "b.mcap")]
    assert ticks == list(range(len(ticks)))
    assert len(ticks) % 20 == 0


def test_the_schema_names_the_fields_in_order() -> None:
    items = mcap_file.SCHEMAS[mcap_file.REPORT]["prefixItems"]
    assert [item["title"] for item in items] == [field.name for field in REPORT_LAYOUT.fields]


def test_a_place_that_cannot_be_written_is_said_and_nothing_breaks(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where a folder should be")
    recorder = Recorder(Place(tmp_path / "runs", "k", tmp_path, None), lambda: 0)
    recorder.begin(0)
    recorder.report(report(now_ms=20), 20)
    recorder.flush(1_000)
    assert recorder.problem is not None
    assert "Make room" in recorder.problem
    assert recorder.end() is None


def test_a_run_of_another_day_is_not_continued(tmp_path: Path) -> None:
    place = Place(tmp_path / "runs", "k", tmp_path, None)
    old = Recorder(place, lambda: 0)
    old.begin(0)
    old.flush(10_000)
    assert old.folder is not None
    written_s = int(old.folder.stat().st_mtime)
    assert Recorder(place, lambda: written_s + 890).unfinished() == old.folder
    assert Recorder(place, lambda: written_s + 910).unfinished() is None
    old.end()
    assert Recorder(place, lambda: written_s).unfinished() is None

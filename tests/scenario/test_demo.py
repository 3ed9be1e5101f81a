"""keel demo, whole: both drives, what is left behind, every process killed, Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
from mcap.reader import make_reader

from tests.demo_process import FILES, KEEL, Demo, Event, KillOnce, ride, time_to_park_s

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("drive", ["node", "blvr"])
def test_a_nominal_session_ends_parked_with_nothing_refused(drive: str, tmp_path: Path) -> None:
    demo = ride(tmp_path / "run", "--drive", drive)
    assert demo.code == 0, demo.events[-1]
    assert (demo.ended["parked"], demo.ended["completed"], demo.ended["first_cause"]) == (True, True, None)
    assert demo.states()[-8:] == [
        "ready",
        "warming_up",
        "lowering",
        "holding",
        "raising",
        "resting",
        "recovering",
        "parked",
    ]
    check_files_agree(demo)
    check_nothing_was_restricted(demo)


def check_files_agree(demo: Demo) -> None:
    assert [name for name in FILES if not (demo.run_dir / name).is_file()] == []
    manifest, rows = demo.manifest, demo.rows()
    assert (manifest["parked"], manifest["completed"], manifest["first_cause"]) == (True, True, None)
    assert manifest["refusals"] == 0
    listed = {file["name"]: file["rows"] for file in manifest["files"]}
    assert listed["session.csv"] == len(rows)
    assert float(rows[-1]["t_s"]) == pytest.approx(manifest["duration_s"], abs=0.2)
    angles = [float(row["angle_deg"]) for row in rows if row["angle_deg"]]
    assert max(angles) == pytest.approx(manifest["max_angle_deg"], abs=0.05)
    assert 9.5 < max(angles) < 10.5
    assert angles[-1] == pytest.approx(demo.ended["angle_deg"], abs=0.2)
    with (demo.run_dir / "telemetry.mcap").open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.message_count >= listed["telemetry.mcap"]
    page = (demo.run_dir / "report.html").read_text()
    assert 'src="http' not in page
    assert 'href="http' not in page


def check_nothing_was_restricted(demo: Demo) -> None:
    down = [row for row in demo.rows() if row["state"] in ("warming_up", "lowering", "oscillating")]
    assert down
    restricted = [row for row in down if (row["verdict"], row["power"]) != ("both", "on")]
    assert restricted == []
    assert {float(row["speed_cap_dps"]) for row in down} == {8.0}


# Warming up, holding head-down, on the last stretch up. `keel chaos` strikes anywhere.
MOMENTS = [("controller", 60), ("guard", 112), ("station", 112), ("controller", 220)]


@pytest.mark.parametrize(("name", "at_s"), MOMENTS)
def test_whoever_is_killed_the_rider_ends_parked(name: str, at_s: float, tmp_path: Path) -> None:
    killer = KillOnce(name, at_s)
    demo = ride(tmp_path / "run", watch=killer)
    assert killer.killed_s is not None
    assert demo.code == 3, demo.events[-1]
    assert demo.ended["parked"]
    assert demo.ended["first_cause"] == f"{name}_lost"
    assert demo.manifest["first_cause"] == f"{name}_lost"
    began = next(e for e in demo.events if e["event"] == "state" and e["t_s"] >= killer.killed_s)
    last_s = [event["t_s"] for event in demo.events if event["event"] == "state"][-1]
    grace_s = 5.0 if name == "station" else 0.0
    assert last_s - began["t_s"] <= time_to_park_s(began["angle_deg"] + 8.0) + grace_s + 8.0
    assert [name for name in FILES if not (demo.run_dir / name).is_file()] == []


def test_ctrl_c_is_a_return_and_a_second_one_changes_nothing(tmp_path: Path) -> None:
    pressed: list[float] = []

    def press(event: Event, process: subprocess.Popen[str]) -> None:
        if event["event"] == "state" and event["t_s"] >= 60.0 + 4.0 * len(pressed) and len(pressed) < 2:
            pressed.append(event["t_s"])
            process.send_signal(signal.SIGINT)

    demo = ride(tmp_path / "run", watch=press)
    assert len(pressed) == 2
    assert (demo.code, demo.ended["parked"], demo.ended["completed"]) == (3, True, False)
    assert demo.ended["first_cause"] == "return_asked"
    assert (demo.run_dir / "report.html").is_file()


def test_a_drive_with_a_register_map_begins(tmp_path: Path) -> None:
    """The map belongs to the hash of the table: without it the guard takes the file for a changed one."""

    def enough(event: Event, process: subprocess.Popen[str]) -> None:
        if event.get("state") == "warming_up":
            process.send_signal(signal.SIGINT)

    demo = ride(tmp_path / "run", "--drive", "cia402", watch=enough)
    assert "warming_up" in demo.states()
    assert (demo.code, demo.ended["parked"]) == (3, True)


def test_nobody_answers_and_the_table_waits_at_rest(tmp_path: Path) -> None:
    demo = ride(tmp_path / "run", "--fault", "rider_silent@90", "--programme", "beginner")
    assert (demo.code, demo.ended["waiting_at_rest"], demo.ended["parked"]) == (4, True, False)
    assert demo.ended["first_cause"] == "check_in_missed"
    assert demo.ended["angle_deg"] == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--drive", "nodes"), 64, "allowed are node, blvr"),
        (("--speed", "nan"), 64, "allowed are 0.1 to 200"),
        (("--speed", "-1"), 64, "allowed are 0.1 to 200"),
        (("--fault", "kill_gard@9"), 64, "did you mean kill_guard?"),
        (("--fault", "kill_guard@soon"), 64, "as in kill_guard@90"),
        (("--programme", "no-such-file.toml"), 66, "name a file or one of beginner"),
        (("--programme", "/dev/null"), 78, "null:1:"),
    ],
)
def test_a_wrong_word_is_refused_before_anything_starts(
    words: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    command = [str(KEEL), "demo", "--headless", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_run_can_be_reported_again(tmp_path: Path) -> None:
    demo = ride(tmp_path / "run")
    before = demo.manifest
    (demo.run_dir / "report.html").unlink()
    done = subprocess.run([str(KEEL), "report", str(demo.run_dir), "--json"], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (demo.run_dir / "report.html").is_file()
    after = json.loads((demo.run_dir / "manifest.json").read_text())
    assert (after["parked"], after["reports"]) == (before["parked"], before["reports"])

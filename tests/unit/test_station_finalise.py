"""Final records from synthesised telemetry: they agree with each other and with what the guard wrote."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from controller.cli import COMMANDS
from controller.command_tree import build
from controller.states import INDEX
from controller.station import mcap_file
from controller.station.finalise import finalise
from controller.station.mcap_file import McapFile, Record
from safety.causes import BY_NAME
from safety.decision import ACTIVE, MOVE, READY, RETURNING, WAITING
from safety.guard import ring_file
from safety.guard.messages import REPORT_LAYOUT
from tests.browser.doubles import inputs, report

START_MS = 50_000
PARKED = {"mode": READY, "controller_state": INDEX["parked"], "inputs": inputs("at_park")}


def ride(seconds: int = 60) -> list[tuple[Any, ...]]:
    """A ride from park to +20 and back, 50 reports a second; a third each of standing, down, up."""
    ticks, reports = seconds * 50, []
    for tick in range(ticks):
        share = tick / ticks
        fields: dict[str, Any] = {"tick": tick, "now_ms": START_MS + tick * 20}
        if share < 0.1 or share > 0.9:
            fields |= PARKED
        else:
            depth = 1 - abs(share - 0.5) / 0.4
            angle = round(-7000 + 9000 * depth)
            fields |= {
                "mode": ACTIVE if share < 0.5 else RETURNING,
                "session": 5,
                "trusted_cdeg": angle,
                "trusted_cdps": 200 if share < 0.5 else -200,
                "setpoint_cdeg": angle + 10,
                "command": MOVE,
                "controller_state": INDEX["lowering"],
                "inputs": inputs("pendant", "ankle_a", "ankle_b"),
                "used_ms": round(tick * 20 * 0.2),
                "first_cause": 0 if share < 0.5 else BY_NAME["return_asked"].number,
                "bout": 1,
            }
        reports.append(report(**fields))
    return reports


def status(at_ms: int, **fields: Any) -> Record:
    value = {
        "type": "status",
        "state": "lowering",
        "programme": "Beginner",
        "rider": "r7",
        "tier": "beginner",
    }
    phase = {"index": 1, "kind": "lower", "text": "", "left_s": 1.0}
    return Record(mcap_file.STATUS, at_ms, {**value, "phase": phase, "progress": 0.5, **fields})


def write_run(folder: Path, reports: Iterable[tuple[Any, ...]], name: str = "telemetry.mcap") -> Path:
    run = folder / "run"
    run.mkdir(exist_ok=True)
    (run / "run.json").write_text(json.dumps({"name": "t", "started_wall_s": 1_700_000_000, "keel": "0"}))
    file = McapFile(run / name)
    welcome = {"boot_id": 7, "park_cdeg": -7000, "cap_cdeg": 6000, "table_hash": "ab"}
    file.add(Record(mcap_file.WELCOME, START_MS, welcome))
    file.add(status(START_MS + 100))
    for values in reports:
        file.add(Record(mcap_file.REPORT, values[REPORT_LAYOUT.index["now_ms"]], values))
    file.close()
    return run


def csv_rows(run: Path) -> list[dict[str, str]]:
    with (run / "session.csv").open() as file:
        return list(csv.DictReader(file))


def manifest(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "manifest.json").read_text())
    return found


def test_everything_agrees(tmp_path: Path) -> None:
    run = write_run(tmp_path, ride())
    finalise(run, None)
    rows, told = csv_rows(run), manifest(run)
    assert rows[0]["t_s"] == "0.0"
    assert float(rows[-1]["t_s"]) == told["duration_s"] == 59.98
    assert max(float(row["angle_deg"]) for row in rows) == told["max_angle_deg"] == 20.0
    assert max(float(row["used_s"]) for row in rows) == told["head_down_s"]
    causes = [row["first_cause"] for row in rows if row["first_cause"]]
    assert set(causes) == {told["first_cause"]} == {"return_asked"}
    assert (told["parked"], told["completed"], told["waiting_at_rest"]) == (True, False, False)
    assert (told["programme"], told["rider"], told["tier"]) == ("Beginner", "r7", "beginner")
    assert told["gaps"] == []
    page = (run / "report.html").read_text()
    assert "20.0" in page
    assert told["cause"]["text"] in page
    assert told["cause"]["remedy"] in page
    records = list(mcap_file.read(run / "telemetry.mcap"))
    in_file = [record.value for record in records if record.topic == mcap_file.ROW]
    assert [str(value["t_s"]) for value in in_file] == [row["t_s"] for row in rows]
    assert len([record for record in records if record.topic == mcap_file.REPORT]) == told["reports"] == 3_000


def test_the_manifest_has_hash_and_rows_of_every_file(tmp_path: Path) -> None:
    run = write_run(tmp_path, ride())
    finalise(run, None)
    files = {entry["name"]: entry for entry in manifest(run)["files"]}
    assert set(files) == {"telemetry.mcap", "session.csv", "guard.events.jsonl", "report.html"}
    for name, entry in files.items():
        assert hashlib.sha256((run / name).read_bytes()).hexdigest() == entry["sha256"]
    assert files["session.csv"]["rows"] == len(csv_rows(run))
    assert {path.name for path in run.iterdir()} == {*files, "manifest.json", "run.json"}


def test_done_again_it_says_the_same(tmp_path: Path) -> None:
    run = write_run(tmp_path, ride(20))
    finalise(run, None)
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    finalise(run, None)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


def test_the_csv_has_ten_rows_a_second_and_every_change(tmp_path: Path) -> None:
    reports = ride(20)
    odd = REPORT_LAYOUT.as_dict(reports[333]) | {"refusal": 3, "refusals": 1}
    reports[333] = tuple(odd.values())
    run = write_run(tmp_path, reports)
    finalise(run, None)
    rows = csv_rows(run)
    assert [row["t_s"] for row in rows if row["refusals"] == "1"] == [str(333 * 20 / 1000)]
    assert 200 <= len(rows) <= 220
    assert manifest(run)["refusals"] == 1
    assert {"parked", "lowering", "returning"} == {row["state"] for row in rows}
    assert {row["phase"] for row in rows} == {"", "lower"}


def test_segments_are_joined_and_a_hole_between_them_is_told(tmp_path: Path) -> None:
    reports = ride(20)
    write_run(tmp_path, reports[:400])
    run = write_run(tmp_path, reports[500:], "telemetry-2.mcap")
    finalise(run, None)
    told = manifest(run)
    assert told["reports"] == 900
    assert told["gaps"] == [{"from_s": 7.98, "to_s": 10.0}]
    assert not (run / "telemetry-2.mcap").exists()


def test_the_guards_ring_fills_the_hole(tmp_path: Path) -> None:
    reports = ride(20)
    write_run(tmp_path, reports[:400])
    run = write_run(tmp_path, reports[500:], "telemetry-2.mcap")
    ring = ring_file.Ring(tmp_path / "guard.ring")
    stranger = REPORT_LAYOUT.as_dict(reports[450]) | {"boot_id": 99, "session": 77}
    for values in (*reports[350:520], tuple(stranger.values())):
        ring.write(REPORT_LAYOUT.pack(values))
    ring.close()
    finalise(run, tmp_path)
    told = manifest(run)
    assert (told["reports"], told["reports_from_ring"], told["gaps"]) == (1_000, 100, [])
    finalise(run, None)  # what came from the ring stays
    assert manifest(run)["reports"] == 1_000


def test_the_end_that_only_the_ring_saw_is_added(tmp_path: Path) -> None:
    reports = ride(20)
    run = write_run(tmp_path, reports[:600])
    ring = ring_file.Ring(tmp_path / "guard.ring")
    for values in reports[580:]:
        ring.write(REPORT_LAYOUT.pack(values))
    ring.close()
    finalise(run, tmp_path)
    assert manifest(run)["reports"] >= 900  # the whole session; standing at park afterwards is nobody's
    assert manifest(run)["gaps"] == []


def test_the_guards_events_are_the_authority_for_the_cause(tmp_path: Path) -> None:
    run = write_run(tmp_path, ride(20))
    told_by_guard = (
        (5, 1_600_000_000, "estop"),  # of a boot long ago
        (-5_000, 1_700_000_001, "overrun"),  # before this run
        (40, 1_700_000_001, "no_angle"),  # at park, before the session
        (9_000, 1_700_000_009, "ankle_open"),
        (9_500, 1_700_000_009, "angle_stale"),
    )
    lines = [
        {"now_ms": START_MS + at_ms, "wall_s": wall_s, "event": "first_cause", "cause": cause}
        for at_ms, wall_s, cause in told_by_guard
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "guard.events.jsonl").write_text(text + '{"seq": 5, "now')
    finalise(run, tmp_path)
    told = manifest(run)
    assert (told["first_cause"], told["guard_events"]) == ("ankle_open", 3)
    assert "ankle_open" in (run / "report.html").read_text()


def test_a_ride_to_the_end_of_the_programme_is_completed(tmp_path: Path) -> None:
    calm = [tuple((REPORT_LAYOUT.as_dict(values) | {"first_cause": 0}).values()) for values in ride(20)]
    run = write_run(tmp_path, calm)
    file = McapFile(run / "telemetry-2.mcap")
    file.add(status(START_MS + 19_000, progress=1.0))
    file.close()
    finalise(run, None)
    assert manifest(run)["completed"] is True
    assert "completed" in (run / "report.html").read_text()


def test_the_controllers_word_for_completed_is_enough(tmp_path: Path) -> None:
    calm = [tuple((REPORT_LAYOUT.as_dict(values) | {"first_cause": 0}).values()) for values in ride(20)]
    run = write_run(tmp_path, calm)
    assert finalise(run, None).completed is False
    file = McapFile(run / "telemetry-2.mcap")
    file.add(status(START_MS + 19_000, completed=True))
    file.close()
    assert finalise(run, None).completed is True


def test_a_record_that_ends_at_rest_says_so(tmp_path: Path) -> None:
    last = report(tick=999, now_ms=START_MS + 20_000, mode=WAITING, trusted_cdeg=0, session=5)
    run = write_run(tmp_path, [*ride(20)[:500], last])
    finalise(run, None)
    told = manifest(run)
    assert (told["parked"], told["waiting_at_rest"]) == (False, True)
    assert "waiting for a person" in (run / "report.html").read_text()


def test_nothing_recorded_is_a_report_too(tmp_path: Path) -> None:
    run = write_run(tmp_path, [])
    finalise(run, None)
    assert manifest(run)["duration_s"] == 0.0
    assert "<svg" in (run / "report.html").read_text()


def test_the_report_needs_no_other_file(tmp_path: Path) -> None:
    run = write_run(tmp_path, ride(20))
    finalise(run, None)
    page = (run / "report.html").read_text()
    assert re.findall(r"(?:src|href)=|url\(|<script|@import|https?:", page) == []
    assert page.count("<svg") == 2


def test_keel_report_does_it_again(tmp_path: Path) -> None:
    run = write_run(tmp_path, ride(20))
    app = build(COMMANDS, "report")
    done = CliRunner().invoke(app, ["report", str(run), "--json"])
    assert json.loads(done.stdout) == manifest(run)
    assert CliRunner().invoke(app, ["report", str(tmp_path)]).exception is not None


@pytest.mark.parametrize("seconds", [600])
def test_ten_minutes_are_ten_minutes(tmp_path: Path, seconds: int) -> None:
    run = write_run(tmp_path, ride(seconds))
    finalise(run, None)
    assert manifest(run)["reports"] == seconds * 50
    assert (run / "report.html").stat().st_size < 400_000

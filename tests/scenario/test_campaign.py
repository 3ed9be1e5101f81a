"""Lockstep and campaigns: one seed is one run, faults are real, planted mistakes in the rules are found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from hil.campaign import results
from hil.campaign.catalogue import CATALOGUE, choose, possible
from hil.campaign.draw import Spec, as_json, draw, from_json
from hil.campaign.proofs import PROOFS
from hil.campaign.run import one
from hil.replay import timeline
from safety import rules
from simulator.faults import FAULTS
from tests import house

KEEL = str(Path(sys.executable).with_name("keel"))
RIDER = ("male", 1.75, 80.0)


def early(fault: str, lasts_s: float | None = None) -> Spec:
    """Five seconds into the way down from park, so that the way home is short."""
    return Spec(0, 1, "dip", "node", "a1", fault, "warming_up", 5.0, lasts_s, RIDER)


def keel(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KEEL, *words], capture_output=True, text=True, timeout=150)


def test_one_seed_one_run_in_any_folder_and_under_any_hash_seed(tmp_path: Path) -> None:
    spec = early("ankle_open")
    here = one(spec)["hash"]
    kept = tmp_path / "run-000000"
    kept.mkdir()
    assert one(spec, kept)["hash"] == here
    assert one(spec._replace(seed=2))["hash"] != here
    code = "from tests.scenario.test_campaign import early, one; print(one(early('ankle_open'))['hash'])"
    other = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(house.ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == here
    said = timeline(kept)
    assert "every invariant held" in said
    assert "(ankle_open)" in said
    assert (kept / "plot.svg").exists()


# Row of the rules that is taken away, and a fault that shows it.
PLANTED = {
    "over_angle": early("over_angle"),
    "ankle_open": early("ankle_open"),
    "controller_lost": early("stop_controller", 1.0),
    "angle_stale": early("inclinometer_cut"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_rule_that_is_missing_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = PLANTED[name]
    sound = one(spec)
    assert sound["violations"] == []
    assert sound["effect_s"] is not None
    monkeypatch.setattr(rules, "ROWS", tuple(row for row in rules.ROWS if row.name != name))
    assert one(spec)["violations"] != []


@pytest.mark.timeout(180)
def test_a_campaign_is_the_same_over_two_workers_and_over_a_resume(tmp_path: Path) -> None:
    words = ("campaign", "--runs", "2", "--seed", "5", "--faults", "ankle_open", "--json")
    parts = tmp_path / "parts"
    whole = keel(*words, "--workers", "2", "--out", str(tmp_path / "whole"))
    assert whole.returncode == 0, whole.stdout + whole.stderr
    one_run = (*words[:2], "1", *words[3:])
    assert keel(*one_run, "--workers", "1", "--out", str(parts)).returncode == 0
    with (parts / results.RESULTS).open("a") as file:
        file.write('{"number":1,"to')  # killed in the middle of a line
    assert keel(*words, "--workers", "1", "--resume", "--out", str(parts)).returncode == 0

    def hashes(folder: Path) -> list[tuple[int, str]]:
        return [(run["number"], run["hash"]) for run in results.read(folder / results.RESULTS)]

    assert hashes(parts) == hashes(tmp_path / "whole")
    assert len(hashes(parts)) == 2
    manifest = json.loads((parts / "manifest.json").read_text())
    assert (manifest["runs"], manifest["broken"], manifest["false_trips"]) == (2, 0, 0)
    assert (parts / results.RESULTS).read_bytes() == (tmp_path / "whole" / results.RESULTS).read_bytes()
    rows = import_module("pyarrow.parquet").read_table(parts / "results.parquet").to_pylist()
    assert [(row["number"], row["fault"], row["hash"]) for row in rows] == [
        (number, "ankle_open", run_hash) for number, run_hash in hashes(parts)
    ]
    assert "<svg" in (parts / "report.html").read_text()
    refused = keel(*words, "--out", str(parts))
    assert (refused.returncode, "--resume" in refused.stderr) == (64, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--runs 0", "allowed are 1 to"),
        ("--faults ancle_open", "did you mean ankle_open?"),
        ("--faults inputs_cut", "needs another drive"),
        ("--drive diesel", "node, blvr"),
        ("--workers 0", "allowed are 1 to"),
    ],
)
def test_bad_input_is_refused_with_the_remedy(words: str, says: str, tmp_path: Path) -> None:
    result = keel("campaign", *words.split(), "--out", str(tmp_path / "none"))
    assert result.returncode == 64
    assert says in result.stderr
    assert not (tmp_path / "none").exists()


def test_every_fault_can_be_drawn() -> None:
    assert set(PROOFS) == set(FAULTS)
    assert set(FAULTS) < set(CATALOGUE)
    assert set(FAULTS) < {*possible("node"), *possible("blvr")}


def test_a_run_is_a_function_of_seed_and_number() -> None:
    names = choose(None, "node")
    specs = [draw(9, number, names, "node") for number in range(300)]
    assert [draw(9, number, names, "node") for number in range(300)] == specs
    assert {spec.fault for spec in specs} == set(names)
    assert from_json(json.loads(json.dumps(as_json(specs[7])))) == specs[7]

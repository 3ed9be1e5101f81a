"""Who rides a campaign's runs makes no difference: one process, many, some of them killed, or a cluster."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hil.campaign import cluster as cluster_of
from hil.campaign import folder, pool, results
from hil.campaign.cluster import NoCluster, run_on
from hil.campaign.draw import Spec, draw
from hil.campaign.pool import WorkerDied, run_all
from hil.campaign.results import Spread, Summary
from tests import house

KEEL = str(Path(sys.executable).with_name("keel"))
CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


def specs(count: int) -> Iterator[Spec]:
    return (draw(3, number, ["estop"], "node") for number in range(count))


def tell(spec: Spec) -> dict[str, Any]:
    """The work of a run that costs nothing."""
    return {"number": spec.number, "after_s": spec.after_s}


def die_once(spec: Spec) -> dict[str, Any]:
    """Killed in the middle of every fifth run, the first time."""
    mark = Path(os.environ["KEEL_TEST_MARKS"]) / str(spec.number)
    if spec.number % 5 == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return tell(spec)


def die(spec: Spec) -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def test_a_killed_worker_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEL_TEST_MARKS", str(tmp_path))
    assert list(run_all(specs(13), die_once, 2)) == [tell(spec) for spec in specs(13)]
    assert sorted(int(mark.name) for mark in tmp_path.iterdir()) == [2, 7, 12]


def test_a_run_that_always_kills_its_worker_ends_the_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "DEATHS_MAX", 2)
    with pytest.raises(WorkerDied, match="run 0 has ended its worker 2 times"):
        list(run_all(specs(3), die, 2))


def stay(spec: Spec) -> dict[str, Any]:
    """The work of a run that does not end."""
    with Path(os.environ["KEEL_TEST_PIPE"]).open("w") as pipe:
        pipe.write(f"{os.getpid()}\n")
    signal.pause()
    return {}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A process with a group of its own whose two workers are in a run, and handles of the workers."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code = (  # a shell's background job ignores SIGINT
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from tests.scenario import test_campaign_workers as t; list(t.run_all(t.specs(2), t.stay, 2))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "KEEL_TEST_PIPE": str(pipe), "PYTHONPATH": str(house.ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pids: list[int] = []
    while len(pids) < 2:
        with pipe.open() as told:
            pids += [int(line) for line in told]
    handles = [os.pidfd_open(pid) for pid in pids]
    yield process, handles
    for handle in handles:
        if not ended(handle, 0):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)
    process.kill()
    process.communicate()


def ended(handle: int, within_s: float = 20) -> bool:
    return bool(select.select([handle], [], [], within_s)[0])


def test_workers_end_with_whoever_asked_them(asking: tuple[subprocess.Popen[str], list[int]]) -> None:
    process, workers = asking
    process.kill()
    assert all(ended(worker) for worker in workers)


def test_ctrl_c_is_for_the_one_that_asks(asking: tuple[subprocess.Popen[str], list[int]]) -> None:
    process, workers = asking
    os.killpg(process.pid, signal.SIGINT)
    assert all(ended(worker) for worker in workers)
    said = process.communicate(timeout=20)[1]
    assert said.count("Traceback") == 1  # its own: only here there is no command around it
    assert "Process Spawn" not in said


def outcome(number: int) -> dict[str, Any]:
    """A line of results, with every figure different from the last."""
    spec = {"fault": ("estop", "wire_cut")[number % 2], "pad": str(number)}
    figures = {"detected_ms": number % 500 * 20, "home_s": number % 300 / 10, "table_s": 200.0}
    truth = {"injected_s": 1.0, "effect_s": 1.0, "worst_deg": 12.0, "worst_dps": 2.0, "parked": True}
    return {"number": number, "spec": spec, "violations": [1], "first_cause": None, **figures, **truth}


def test_a_summary_of_many_runs_needs_no_more_memory_than_one_of_some() -> None:
    sizes = []
    for runs in (1_000, 4_000):
        tracemalloc.start()
        summary = Summary(outcome(number) for number in range(runs))
        sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert summary.broken == runs
    assert sizes[1] < 1.2 * sizes[0]


def test_quantiles_are_those_of_the_values() -> None:
    spread = Spread(20.0)
    assert spread.quantile(0.5) is None
    for value in (20, 40, 40, 60, 1_000, None):
        spread.add(value)
    found = [spread.quantile(share) for share in (0.0, 0.5, 0.8, 0.81, 0.99, 1.0)]
    assert found == [20, 40, 60, 1_000, 1_000, 1_000]


def keel(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KEEL, "campaign", *words], capture_output=True, text=True, timeout=120)


@pytest.fixture
def cluster() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    yield process.stdout.readline().strip()
    process.stdin.close()
    process.stdout.close()
    process.wait(20)


@pytest.mark.timeout(240)
def test_a_cluster_gives_the_same_bits(cluster: str, tmp_path: Path) -> None:
    words = ("--runs", "1", "--seed", "5", "--faults", "node_reboot", "--json")
    here = keel(*words, "--workers", "1", "--out", str(tmp_path / "here"))
    there = keel(*words, "--scheduler", cluster, "--out", str(tmp_path / "there"))
    assert (here.returncode, there.returncode) == (0, 0), there.stdout + there.stderr
    lines = [(tmp_path / name / results.RESULTS).read_bytes() for name in ("here", "there")]
    assert lines[0] == lines[1]
    ends = [json.loads(one.stdout.splitlines()[-1])["results_sha256"] for one in (here, there)]
    assert ends[0] == ends[1]


@pytest.mark.timeout(120)
def test_a_cluster_that_is_not_there_is_told_with_the_remedy(tmp_path: Path) -> None:
    nobody = keel("--runs", "1", "--scheduler", "tcp://127.0.0.1:1", "--out", str(tmp_path))
    assert nobody.returncode == 69
    assert "dask scheduler" in nobody.stderr
    assert "Traceback" not in nobody.stderr
    assert folder.prepare(tmp_path, {"seed": 2}, resume=False) == 0  # the folder is as good as new


@pytest.mark.timeout(60)
def test_whoever_does_not_answer_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    import_module("distributed")  # takes its time
    monkeypatch.setattr(cluster_of, "ANSWERS_WITHIN_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(NoCluster, match=r"no answer within .* start one: dask"):
            list(run_on(address, specs(1), tell))

"""The benchmarks' honesty: the model is ridden as accurately as claimed, ratios are the right way round."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hil.benchmarks import lockstep, plant, ride_model, wire_peers
from hil.benchmarks.__main__ import against, document
from hil.benchmarks.lockstep import Stopwatch
from hil.benchmarks.measure import Figure, cpu_us, yardstick_ns
from hil.rigs.lockstep import TICK_MS
from tests import house

SLOW = Figure("g", "peer", 30.0, "us", 20.0)
QUICK = Figure("g", "ours", 3.0, "us", 20.0)


@pytest.mark.parametrize("step_s", [0.01, 0.001])
def test_fast_rides_the_model_within_its_accuracy(step_s: float) -> None:
    assert ride_model.worst(plant.leaps(step_s), ride_model.reference("hard")) < 2e-5


def test_exact_rides_the_model_within_its_accuracy() -> None:
    assert ride_model.worst(plant.exact(0.001), ride_model.reference("smooth")) < 1e-8


def test_the_ride_goes_somewhere() -> None:
    angles = plant.leaps(0.01)
    assert max(angles) - min(angles) > 1.0
    assert len(angles) == ride_model.TICKS


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (QUICK, ""),
        (QUICK.compared(SLOW, SLOW.value / QUICK.value), "10.0 x better than peer"),
        (QUICK.compared(SLOW, 10.0, 12.0), "10.0 x better than peer (aim 12)"),
        (SLOW.compared(QUICK, QUICK.value / SLOW.value), "10.0 x the cost of ours"),
    ],
)
def test_a_ratio_is_said_the_right_way_round(figure: Figure, text: str) -> None:
    assert against(figure) == text


def test_the_document_holds_everything_and_is_json() -> None:
    found = json.loads(json.dumps(document([QUICK.compared(SLOW, 10.0), SLOW])))
    assert [figure["name"] for figure in found["figures"]] == ["ours", "peer"]
    assert found["figures"][0]["beside"] == "peer"
    assert found["versions"]["numpy"]
    assert found["cores"] >= 1


def test_measuring_counts_units_and_the_yardstick_is_a_time() -> None:
    calls: list[int] = []
    assert cpu_us(lambda: calls.append(1), 10, repeats=3) >= 0.0
    assert len(calls) == 4, "one to warm up"
    assert yardstick_ns() > 0.0


def test_a_stopwatch_deducts_what_is_watched_inside() -> None:
    class Layers:
        def outer(self) -> int:
            return self.inner(upto=200_000) + 1

        def inner(self, upto: int = 0) -> int:
            return sum(range(upto))

    layers, watch = Layers(), Stopwatch()
    watch.on(layers, "inner", "in")
    watch.on(layers, "outer", "out")
    assert layers.outer() == sum(range(200_000)) + 1
    assert watch.spent_us["out"] < watch.spent_us["in"]


def test_the_lockstep_benchmark_rides_and_does_not_stand() -> None:
    assert lockstep.RIDER.mounted
    assert lockstep.RIDE_TICKS * TICK_MS >= 180_000, "down, head-down and up again take so long"


def test_the_wire_peers_exchange_what_they_say() -> None:
    assert len(wire_peers.raw_tick_us([wire_peers.Traffic(27, 38), wire_peers.Traffic(4, 0)], 5)) == 5
    assert len(wire_peers.client_us(3)) == 3


def test_a_part_that_does_not_exist_is_refused_before_anything_runs() -> None:
    command = [sys.executable, "-m", "hil.benchmarks"]
    wrong = {"invalid choice": ["--only", "plants"], "no folder": ["--json", "/absent/x.json"]}
    for text, words in wrong.items():
        result = subprocess.run([*command, *words], cwd=house.ROOT, capture_output=True, timeout=30)
        assert result.returncode == 64
        assert text in result.stderr.decode()

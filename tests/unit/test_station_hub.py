"""The hub against stand-ins for guard and controller on real SEQPACKET sockets; time is an argument."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.station import mcap_file
from controller.station.commands import Command, Outcome
from controller.station.hub import Hub
from controller.station.recorder import Place, Recorder
from safety.decision import ACTIVE, LATCHED, RETURNING
from safety.guard.messages import REPORT_LAYOUT, ROLES
from safety.observation import ORDER_CONTINUE, ORDER_RETURN, ORDER_SEAT_LOST, ORDER_STOP
from tests.browser.doubles import PARKED, ControllerDouble, GuardDouble, inputs


class Bench:
    """A hub and the two processes it talks to, stepped together."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.guard: GuardDouble | None = GuardDouble(folder)
        self.controller = ControllerDouble(folder)
        place = Place(folder / "runs", "test", folder, folder)
        self.hub = Hub(
            folder / "guard.sock", folder / "controller.sock", Recorder(place, lambda: 1_700_000_000)
        )
        self.now_ms = 1_000

    def step(self, times: int = 1, **fields: Any) -> None:
        for _ in range(times):
            self.now_ms += 50
            self.hub.pump(self.now_ms)
            self.controller.step()
            if self.guard is not None:
                self.guard.step()
                tick = self.now_ms // 20
                self.guard.tell(**{**PARKED, "tick": tick, "now_ms": self.now_ms, **fields})

    def ask(self, kind: str, token: str = "", **body: Any) -> Outcome:
        answers: list[Outcome] = []
        self.hub.submit(Command(kind, answers.append, token, body))
        self.step(2)
        self.hub.pump(self.now_ms)
        assert len(answers) == 1
        return answers[0]

    def sit(self, name: str = "Ann") -> str:
        outcome = self.ask("seat", name=name)
        assert outcome.data is not None
        return str(outcome.data["token"])

    def orders(self) -> list[int]:
        assert self.guard is not None
        return self.guard.orders

    def lose_guard(self) -> None:
        assert self.guard is not None
        self.guard.close()
        self.guard = None


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.step(2)
    yield bench
    bench.hub.close()
    bench.controller.close()
    if bench.guard is not None:
        bench.guard.close()


RIDE = {"session": 5, "mode": ACTIVE, "trusted_cdeg": 2000, "inputs": inputs("pendant", "ankle_a", "ankle_b")}


def test_it_says_hello_as_station_and_alive_twice_a_second(bench: Bench) -> None:
    assert bench.guard is not None
    assert [ROLES[role] for role, _ in bench.guard.hellos] == ["station"]
    before = bench.guard.alives
    bench.step(100)  # 5 s
    assert bench.guard.alives - before == 10


@pytest.mark.parametrize(("kind", "order"), [("stop", ORDER_STOP), ("return", ORDER_RETURN)])
def test_stop_and_return_need_nothing(bench: Bench, kind: str, order: int) -> None:
    outcome = bench.ask(kind)
    assert outcome.accepted
    assert outcome.text == "as you say"
    assert bench.orders() == [order]


@pytest.mark.parametrize("kind", ["load", "start", "continue", "unload"])
def test_the_rest_needs_the_seat(bench: Bench, kind: str) -> None:
    bench.sit()
    assert bench.ask(kind, "guess").code == "no_seat"
    assert bench.orders() == []
    assert [each["type"] for each in bench.controller.asked] == ["hello"]


def test_load_start_continue_with_the_seat(bench: Bench) -> None:
    token = bench.sit()
    assert bench.ask(
        "load", token, programme="[programme]", name="p", rider={"id": "r", "tier": "full"}
    ).accepted
    assert bench.ask("start", token).accepted
    assert bench.ask("continue", token).accepted
    assert [each["type"] for each in bench.controller.asked] == ["hello", "load", "start"]
    assert bench.controller.asked[1]["rider"] == {"id": "r", "tier": "full"}
    assert bench.orders() == [ORDER_CONTINUE]


def test_without_a_guard_stop_is_refused_now_and_nothing_is_sent_later(bench: Bench) -> None:
    bench.lose_guard()
    bench.step()
    outcome = bench.ask("stop")
    assert outcome.code == "no_guard"
    assert "button at the table" in outcome.remedy
    bench.guard = GuardDouble(bench.folder)
    bench.step(20)
    assert bench.hub.guard.channel.connected
    assert bench.orders() == []


def test_a_guard_that_does_not_answer_is_said_after_2_s(bench: Bench) -> None:
    answers: list[Outcome] = []
    bench.hub.submit(Command("stop", answers.append))
    for _ in range(42):
        bench.now_ms += 50
        bench.hub.pump(bench.now_ms)
    assert [answer.code for answer in answers] == ["no_answer"]


def test_data_is_stale_700_ms_after_the_last_report(bench: Bench) -> None:
    bench.step(3)
    assert not bench.hub.snapshot()["stale"]
    bench.hub.pump(bench.now_ms)
    for age_ms, stale in ((700, False), (701, True)):
        bench.hub.pump(bench.now_ms + age_ms)
        assert bench.hub.snapshot()["stale"] is stale
    assert bench.hub.snapshot()["headline"] == "No connection"


def test_a_guard_that_hangs_up_is_stale_at_once(bench: Bench) -> None:
    bench.step(3)
    bench.lose_guard()
    bench.step()
    assert bench.hub.snapshot()["stale"]


def test_a_vanished_panel_is_a_return_while_a_session_runs(bench: Bench) -> None:
    token = bench.sit()
    assert bench.ask("attach", token).accepted
    bench.step(10, **RIDE)
    bench.ask("detach", token)
    bench.step(110, **RIDE)
    assert bench.orders() == [ORDER_SEAT_LOST]
    assert bench.hub.seat.holder is None


def test_a_vanished_panel_is_nothing_while_no_session_runs(bench: Bench) -> None:
    token = bench.sit()
    bench.ask("attach", token)
    bench.ask("detach", token)
    bench.step(110)
    assert bench.orders() == []
    assert bench.hub.seat.holder is None


def test_nobody_can_force_the_seat_during_a_session(bench: Bench) -> None:
    bench.sit()
    bench.step(2, **RIDE)
    answers: list[Outcome] = []
    bench.hub.submit(Command("seat", answers.append, "", {"name": "Bob", "force": True}))
    bench.step(1, **RIDE)
    assert [answer.code for answer in answers] == ["taken"]


def test_the_snapshot_is_in_degrees_and_seconds(bench: Bench) -> None:
    bench.controller.tell(state="lowering", prompt="Breathe.", programme="Beginner", plan=[[0, -70]])
    bench.step(2, **RIDE, setpoint_cdeg=2030, used_ms=12_000, first_cause=12, stage=9, stage_left_ms=4_000)
    bench.hub.pump(bench.now_ms)
    picture = bench.hub.snapshot()
    table = picture["table"]
    assert (table["angle_deg"], table["setpoint_deg"], table["park_deg"]) == (20.0, 20.3, -70.0)
    assert (table["head_down_s"], table["stage"], table["stage_left_s"]) == (12.0, "frozen", 4.0)
    assert table["cause"]["name"] == "stop_pressed"
    assert table["inputs"]["pendant"] is True
    assert picture["state"] == "frozen"
    assert picture["can"]["continue"] is None
    assert picture["can"]["load"]
    assert picture["prompt"] == "Breathe."
    assert bench.hub.controller.plan == [[0, -70]]


def test_a_ride_is_recorded_from_load_to_park_and_then_handed_over(bench: Bench) -> None:
    token = bench.sit()
    bench.ask("load", token, programme="", name="p", rider={"id": "r", "tier": "full"})
    bench.step(20, **RIDE)
    bench.step(20, **{**RIDE, "mode": RETURNING, "trusted_cdeg": -3000})
    assert not bench.hub.finished
    bench.step(30)
    (folder,) = bench.hub.finished
    reports = [each for each in mcap_file.read(folder / "telemetry.mcap") if each.topic == mcap_file.REPORT]
    modes = [each.value[REPORT_LAYOUT.index["mode"]] for each in reports]
    assert modes.count(ACTIVE) == 20
    assert modes.count(RETURNING) == 20
    topics = {each.topic for each in mcap_file.read(folder / "telemetry.mcap")}
    assert {mcap_file.WELCOME, mcap_file.EVENT} <= topics
    bench.step(10)
    assert len(bench.hub.finished) == 1


def test_a_station_that_comes_back_goes_on_in_the_same_folder(bench: Bench) -> None:
    bench.hub.recorder.begin(bench.now_ms)
    bench.step(10, **RIDE)
    first = bench.hub.recorder.folder
    # The old process is gone without a word; its successor finds the pointer and the running session.
    heir = Bench.__new__(Bench)
    heir.__dict__.update(bench.__dict__)
    place = Place(bench.folder / "runs", "test", bench.folder, bench.folder)
    recorder = Recorder(place, lambda: int((bench.folder / "open_run.json").stat().st_mtime))
    heir.hub = Hub(bench.folder / "guard.sock", bench.folder / "controller.sock", recorder)
    heir.step(10, **RIDE)
    assert recorder.folder == first
    assert first is not None
    assert sorted(path.name for path in first.glob("*.mcap")) == ["telemetry-2.mcap", "telemetry.mcap"]
    heir.hub.close()


def test_a_load_that_is_never_ridden_is_not_recorded_for_ever(bench: Bench) -> None:
    token = bench.sit()
    bench.ask("load", token, programme="", name="p", rider={"id": "r", "tier": "full"})
    bench.now_ms += 599_000
    bench.step()
    assert not bench.hub.finished
    bench.now_ms += 2_000
    bench.step()
    assert len(bench.hub.finished) == 1
    assert bench.hub.recorder.folder is None


def test_a_latched_table_at_park_ends_the_run(bench: Bench) -> None:
    bench.hub.recorder.begin(bench.now_ms)
    bench.step(5, **RIDE)
    bench.step(5, **{**RIDE, "mode": LATCHED, "session": 0})
    assert bench.hub.snapshot()["running"]
    bench.step(30, mode=LATCHED)
    assert not bench.hub.snapshot()["running"]
    assert len(bench.hub.finished) == 1


def test_a_recording_from_the_first_pump_is_not_idle_on_a_machine_that_is_long_up(bench: Bench) -> None:
    place = Place(bench.folder / "runs", "early", bench.folder, None)
    bench.hub.close()
    bench.hub = Hub(bench.folder / "guard.sock", bench.folder / "controller.sock", Recorder(place, lambda: 0))
    bench.now_ms = 86_400_000
    bench.hub.recorder.begin(bench.now_ms)
    bench.step(5)
    assert not bench.hub.finished
    assert bench.hub.recorder.folder is not None

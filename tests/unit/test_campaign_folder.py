"""The folder of a campaign that goes on: whole, cut short, or spoilt, and what is said then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.exit_codes import CommandError, ExitCode
from hil import campaign_command, replay_command
from hil.campaign import folder, results
from hil.campaign.draw import as_json, draw
from hil.campaign.folder import CAMPAIGN
from hil.campaign.results import RESULTS, TIMES, Summary

FACTS = {"seed": 3, "faults": ["estop"], "drive": "node", "gear": None, "keel": "0"}
Spoil = Callable[[Path], Any]


def outcome(number: int) -> dict[str, Any]:
    figures = {"injected_s": 1.0, "effect_s": 1.0, "detected_ms": 20, "home_s": 9.0, "worst_deg": 1.0}
    more = {"worst_dps": 2.0, "parked": True, "first_cause": "estop", "table_s": 100.0}
    spec = as_json(draw(3, number, ["estop"], "node"))
    return {"number": number, "spec": spec, "violations": [], **figures, **more}


def campaign(out: Path, runs: int = 3) -> None:
    """A campaign of which so many runs are done."""
    assert folder.prepare(out, FACTS, resume=False) == 0
    (out / RESULTS).write_text("".join(results.line(outcome(number)) for number in range(runs)))
    (out / TIMES).write_text("".join(f"{number},2.0\n" for number in range(runs)))


def write(name: str, what: bytes) -> Spoil:
    return lambda out: (out / name).write_bytes(what)


def line(number: int, what: bytes) -> Spoil:
    """Another line in the place of this run's."""

    def spoil(out: Path) -> None:
        lines = (out / RESULTS).read_bytes().splitlines()
        lines[number] = what
        (out / RESULTS).write_bytes(b"\n".join(lines) + b"\n")

    return spoil


def without(name: str) -> bytes:
    values = outcome(1)
    del values[name]
    return results.line(values).encode().strip()


SPOILT: dict[str, tuple[Spoil, str]] = {
    "campaign missing": (lambda out: (out / CAMPAIGN).unlink(), "campaign.json is missing"),
    "campaign empty": (write(CAMPAIGN, b""), "campaign.json cannot be read"),
    "campaign cut": (write(CAMPAIGN, b'{"seed": 3, "fau'), "campaign.json cannot be read"),
    "campaign not text": (write(CAMPAIGN, b"\xff\xfe\x00"), "campaign.json cannot be read"),
    "garbage": (line(1, b"gar bage"), "results.jsonl:2: not a line of results"),
    "not text": (line(2, b"\xff\xff"), "results.jsonl:3: not a line of results"),
    "empty line": (line(0, b""), "results.jsonl:1: not a line of results"),
    "a list": (line(1, b"[1]"), "results.jsonl:2: not a line of results"),
    "too deep": (line(1, b"[" * 100_000), "results.jsonl:2: not a line of results"),
    "another run": (line(1, results.line(outcome(2)).encode().strip()), "results.jsonl:2: not run 1"),
    "no spec": (line(1, without("spec")), "results.jsonl:2: violations or spec is missing"),
    "no figure": (line(1, without("detected_ms")), "results.jsonl:2: detected_ms is missing"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_folder_is_refused_with_the_remedy(name: str, tmp_path: Path) -> None:
    spoil, says = SPOILT[name]
    campaign(tmp_path)
    spoil(tmp_path)
    with pytest.raises(CommandError) as refused:
        folder.prepare(tmp_path, FACTS, resume=True)
    assert refused.value.code == ExitCode.CONFIG
    assert says in str(refused.value)
    assert "choose another --out" in str(refused.value) or "go on with --resume" in str(refused.value)


def test_the_remedy_for_a_spoilt_line_works(tmp_path: Path) -> None:
    campaign(tmp_path)
    line(2, b"gar bage")(tmp_path)
    kept = (tmp_path / RESULTS).read_text().splitlines(keepends=True)[:2]
    (tmp_path / RESULTS).write_text("".join(kept))
    assert folder.prepare(tmp_path, FACTS, resume=True) == 2
    assert [number for number, _ in results.times(tmp_path / TIMES)] == [0, 1]


def test_options_of_another_campaign_are_refused(tmp_path: Path) -> None:
    campaign(tmp_path)
    with pytest.raises(CommandError, match="another campaign") as refused:
        folder.prepare(tmp_path, {**FACTS, "seed": 4}, resume=True)
    assert refused.value.code == ExitCode.USAGE


def test_what_was_cut_short_is_taken_off_and_the_speed_is_right(tmp_path: Path) -> None:
    campaign(tmp_path)
    with (tmp_path / RESULTS).open("a") as lines, (tmp_path / TIMES).open("a") as times:
        lines.write('{"number":3,"sp')
        times.write("3,1.5\n4")
    assert folder.prepare(tmp_path, FACTS, resume=True) == 3
    manifest = folder.close(tmp_path, FACTS, Summary(results.runs(tmp_path / RESULTS)), "again")
    assert (manifest["cpu_s"], manifest["times_real_time"]) == (6.0, 50.0)
    (tmp_path / TIMES).write_text("0,2.0\n")
    manifest = folder.close(tmp_path, FACTS, Summary(results.runs(tmp_path / RESULTS)), "again")
    assert manifest["times_real_time"] is None


def test_each_run_is_timed_as_soon_as_it_has_a_line(tmp_path: Path) -> None:
    folder.prepare(tmp_path, FACTS, resume=False)

    def ridden() -> Any:
        for number in range(3):
            yield {**outcome(number), "cpu_s": 2.0}
            assert results.whole_lines(tmp_path / RESULTS) == number + 1
            assert len(list(results.times(tmp_path / TIMES))) == number + 1

    campaign_command._ride(tmp_path, ridden(), 3, 0, as_json=True)


@pytest.mark.parametrize(
    ("stop", "raised"),
    [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "No space left on device"), CommandError)],
)
def test_whoever_stops_it_is_told_how_it_goes_on(
    stop: BaseException, raised: type[BaseException], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.prepare(tmp_path, FACTS, resume=False)

    def ridden() -> Any:
        yield {**outcome(0), "cpu_s": 2.0}
        raise stop

    with pytest.raises(raised) as told:
        campaign_command._ride(tmp_path, ridden(), 3, 0, as_json=True)
    assert "--resume" in capsys.readouterr().err + str(told.value)
    assert folder.prepare(tmp_path, FACTS, resume=True) == 1


def test_a_folder_without_a_single_run_is_as_good_as_new(tmp_path: Path) -> None:
    campaign(tmp_path, runs=0)
    assert folder.prepare(tmp_path, {**FACTS, "seed": 4}, resume=False) == 0
    assert json.loads((tmp_path / CAMPAIGN).read_text())["seed"] == 4


def test_replay_of_a_spoilt_campaign_is_told_in_words(tmp_path: Path) -> None:
    campaign(tmp_path)
    line(1, b"gar bage")(tmp_path)
    with pytest.raises(CommandError, match=r"results\.jsonl:2: not a line") as refused:
        replay_command.command(tmp_path)
    assert refused.value.code == ExitCode.CONFIG


def test_the_command_that_rides_again_can_be_pasted() -> None:
    again = campaign_command._again(1, None, "node", None, Path("my runs/it's one"))
    assert again.endswith("""--out 'my runs/it'"'"'s one' --replay-run""")

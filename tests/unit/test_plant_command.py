"""`keel simulate` as a user meets it: files, pipes, exit codes, and messages for every kind of wrong case."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from simulator.plant.case import read_case
from simulator.plant.document import CaseError, parse
from simulator.plant.simulation import simulate

KEEL = str(Path(sys.executable).with_name("keel"))
CASES = Path(__file__).parents[1] / "data/physics/cases.json"
MANUAL = Path(__file__).parents[2] / "docs/reference/simulate.md"
SCENARIOS: dict[str, Any] = {case["id"][:3]: case for case in json.loads(CASES.read_text())["scenarios"]}
Spoil = Callable[[dict[str, Any]], Any]


def keel(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([KEEL, "simulate", *words], input=given, capture_output=True, timeout=30)


def small() -> dict[str, Any]:
    return {**deepcopy(SCENARIOS["S2_"]), "t": [0.0, 0.1]}


def test_from_file_to_file(tmp_path: Path) -> None:
    case, out = tmp_path / "case.json", tmp_path / "out.json"
    case.write_text(json.dumps(small()))
    result = keel(str(case), "--out", str(out))
    assert (result.returncode, result.stdout) == (0, b"")
    answer = json.loads(out.read_text())
    assert set(answer) == {"id", "t", "theta", "omega", "i"}
    assert answer["t"] == [0.0, 0.1]


def test_through_pipes() -> None:
    result = keel("-", given=json.dumps(small()).encode())
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads(result.stdout)["id"] == "S2_motor_step"


def test_the_example_of_the_manual_page() -> None:
    example, table = re.findall(r"```(?:json)?\n(.+?)```", MANUAL.read_text(), re.DOTALL)
    answer = simulate(read_case(parse(example.encode())))
    for row in table.splitlines()[:3]:
        name, *shown = row.split()
        assert answer[name] == pytest.approx([float(value) for value in shown], abs=1e-6)
    assert [event["t"] for event in answer["events"]] == pytest.approx([0.0000177, 3.0348409], abs=1e-7)


@pytest.mark.parametrize(
    ("words", "given", "code", "text"),
    [
        (["absent.json"], b"", 66, r"absent\.json: cannot read this case: No such file"),
        (["/"], b"", 66, "cannot read this case: Is a directory"),
        (["-"], b"", 78, "standard input: the file is empty"),
        (
            ["-", "--out", "/absent/out.json"],
            json.dumps(small()).encode(),
            73,
            "/absent/out.json: cannot write",
        ),
        (["-", "--put", "x"], b"", 64, "No such option"),
        (["-", "--fidelity", "quick"], b"{}", 64, "--fidelity quick: allowed are exact, fast"),
        (["-"], b'{"t": -1}', 78, "nothing is written; put this right in the case"),
        ([], b"", 64, "Missing argument"),
    ],
)
def test_what_goes_wrong_around_the_case(words: list[str], given: bytes, code: int, text: str) -> None:
    result = keel(*words, given=given)
    assert (result.returncode, result.stdout) == (code, b"")
    assert re.search(text, result.stderr.decode())
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x80\x00\xff" * 40, "not a text file"),
        (b"\x00\x01\x02", "line 1, column 1: not JSON"),
        (b'{"id": 1,\n oops}', "line 2, column 2: not JSON"),
        (b"[1, 2]", "one JSON object, this is a list"),
        (b'{"t": [NaN]}', "NaN is not a number"),
        (b'{"t": [-Infinity]}', "-Infinity is not a number"),
        (b'{"t": 1, "t": 2}', 'the key "t" stands twice'),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"t": ' + b"9" * 5000 + b"}", "not JSON"),
    ],
)
def test_a_document_that_is_no_case_is_refused(raw: bytes, text: str) -> None:
    with pytest.raises(CaseError, match=re.escape(text)):
        parse(raw)


def put(path: str, value: object) -> Spoil:
    *folders, last = path.split(".")

    def spoil(case: dict[str, Any]) -> None:
        for folder in folders:
            case = case[folder]
        case[last] = value

    return spoil


def drop(path: str) -> Spoil:
    *folders, last = path.split(".")

    def spoil(case: dict[str, Any]) -> None:
        for folder in folders:
            case = case[folder]
        del case[last]

    return spoil


BODY = {"sex": "male", "H": 1.75, "m": 80, "arms": "sides", "D_A": 0.897, "hole": "B"}


@pytest.mark.parametrize(
    ("name", "spoil", "text"),
    [
        ("S2_", put("frction", "hard"), "frction: unknown key, did you mean friction?"),
        (
            "S2_",
            put("friction", "smoth"),
            'one of viscous, smooth, hard, this is "smoth", did you mean smooth?',
        ),
        ("S2_", put("motor", "brdge"), "did you mean bridge?"),
        (
            "S2_",
            put("motor", None),
            "motor: must be one of none, bridge, open, shorted, cascade, this is null",
        ),
        ("S2_", put("params", []), "params: must be an object, this is a list"),
        ("S2_", put("params.J_l", 1), "params.J_l: unknown key, did you mean J_L?; allowed: "),
        ("S2_", drop("params.J_L"), "params.J_L: missing (or give body)"),
        ("S2_", drop("params.eta_f"), "params.eta_f: missing (friction smooth, motor bridge)"),
        ("S2_", drop("params.duty"), "params.duty: missing (motor bridge)"),
        ("S2_", drop("params.N"), "params.N: missing (or give i_s with lever)"),
        ("S2_", drop("params.w_eps"), "params.w_eps: missing (friction smooth"),
        ("S2_", put("params.J_L", 0), "params.J_L: must be a finite number, above 0 kg m^2, this is 0"),
        ("S2_", put("params.J_L", float("inf")), "params.J_L: must be a finite number"),
        (
            "S2_",
            put("params.R", "0.25"),
            'params.R: must be a finite number, above 0 ohm, this is a text: "0.25"',
        ),
        (
            "S2_",
            put("params.R", True),
            "params.R: must be a finite number, above 0 ohm, this is a truth value",
        ),
        ("S2_", put("params.V_oc", 10**400), "params.V_oc: must be a finite number"),
        ("S2_", put("params.duty", 1.5), "params.duty: must be a finite number, at least -1 and at most 1"),
        ("S2_", put("params.duty", [[1, 0.5], [0, 0.1]]), "params.duty[1]: must not come before"),
        ("S2_", put("params.duty", [[0.5]]), "params.duty[0]: must be a pair"),
        ("S2_", put("params.duty", []), "params.duty: must be a list"),
        ("S2_", put("params.body", BODY), "give one of J_L, S_xi and S_eta, or body"),
        ("S2_", put("params.i_s", 1.0), "give either N or i_s"),
        ("S2_", put("t", []), "t: must be a list of sample times in s"),
        ("S2_", put("t", 5), "t: must be a list"),
        ("S2_", put("t", [0, -1]), "t[1]: must be a finite number, at least 0 s"),
        ("S2_", put("t", [0, 2, 1]), "t[2]: must not come before t[1] = 2 s, this is 1"),
        ("S2_", put("t", [0, 1e9]), "t[1]: must be a finite number, at least 0 s and at most 3600 s"),
        ("S2_", put("t", [0, "1"]), "t[1]: must be"),
        ("S2_", put("step_s", 0), "step_s: must be"),
        ("S2_", put("step_s", None), "step_s: must be"),
        ("S2_", put("id", 7), "id: must be a text"),
        ("S2_", drop("initial"), "initial: missing"),
        ("S2_", drop("initial.theta"), "initial.theta: missing"),
        ("S2_", put("initial.tehta", 1), "initial.tehta: unknown key, did you mean theta?"),
        ("S3_", put("initial.i", 1.0), "initial.i: must be 0 or absent, as motor open carries no current"),
        ("S3_", put("params.brake.side", "wheel"), "params.brake.side: must be one of motor, hinge"),
        ("S3_", drop("params.brake.side"), "params.brake.side: missing"),
        ("S3_", put("params.brake.T_stat", 1.0), "params.brake.T_stat: must be at least T_dyn = 2 N m"),
        ("S3_", put("params.pulse.t_off", 0.5), "must not come before"),
        ("S4_", put("params.stops.lo", 2.0), "params.stops.lo: must be below hi"),
        ("S4_", put("params.stops.stiff", 2.0), "params.stops.stiff: unknown key"),
        ("S5_", drop("params.lever"), "params.lever: missing (i_s needs it)"),
        ("S6_", put("params.controller.Ts_v", 0.00015), "whole multiple of Ts_i"),
        ("S6_", drop("params.scurve"), "params.scurve: missing (motor cascade)"),
        (
            "S6_",
            put("params.scurve.T_a", 0.4),
            "params.scurve.T_a: must be at least T_j = 0.5 s, not 0.4; take",
        ),
        ("S6_", put("params.scurve.T_v", 1.8), "params.scurve.T_v: must be at least T_a + T_j = 1.83333 s"),
        ("S7_", put("initial.omega", 1.0), "initial.omega: must be 0, as params.locked_until locks"),
        ("S7_", drop("params.arm_mass"), "params.arm_mass: missing"),
        ("S1_", put("body", {**BODY, "hole": "E"}), "body.hole: must be one of A, B, C, D"),
        (
            "S1_",
            put("body", {**BODY, "H": 17.5}),
            "body.H: must be a finite number, at least 1 m and at most 2.5 m",
        ),
        ("S1_", put("body", {**BODY, "m": 0}), "body.m: must be a finite number, at least 20 kg"),
        ("S1_", put("body", {**BODY, "H": 2.5, "m": 21}), "body.m over the square of body.H: must be"),
        ("S1_", put("body", {**BODY, "knees": 1.2}), "body.knees: must be a finite number, at least 0 rad"),
        ("S1_", put("params.damper", {"b_d": -1}), "params.damper.b_d: must be a finite number, at least 0"),
        ("S1_", put("params.gas_spring", {"F1": 300}), "params.gas_spring.Xb: missing"),
        ("S1_", put("params.pushes", [[1, 0, 5]]), "params.pushes[0][1]: must be a finite number, above 0 s"),
        ("S1_", put("params.pushes", [[1, 5]]), "params.pushes[0]: must be [t in s, duration in s"),
        ("S1_", put("initial.theta", 1e9), "initial.theta: must be a finite number, at least -100 rad"),
        ("S1_", put("body", {"sex": "male"}), "body.H: missing"),
    ],
)
def test_a_wrong_case_is_refused_and_the_key_named(name: str, spoil: Spoil, text: str) -> None:
    case = deepcopy(SCENARIOS[name])
    if "body" in text and name == "S1_":
        for key in ("J_L", "S_xi", "S_eta"):
            del case["params"][key]
    spoil(case)
    with pytest.raises(CaseError) as refused:
        read_case(case)
    assert text in str(refused.value)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("S1_", put("params.J_L", 1e-300)),
        ("S1_", put("params.S_xi", 1e300)),
        ("S2_", put("params.eta_b", -10.0)),
        ("S5_", put("initial.theta", 1.6)),
    ],
)
def test_a_table_that_cannot_be_followed_ends_in_words(name: str, spoil: Spoil) -> None:
    case = deepcopy(SCENARIOS[name])
    spoil(case)
    with pytest.raises(CaseError, match="this table cannot be followed: "):
        simulate(read_case(case))

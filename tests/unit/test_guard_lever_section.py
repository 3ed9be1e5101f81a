"""[lever] in the table file: what a builder measured with a ruler is used, or refused with its line."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from controller.cli import COMMANDS
from controller.command_tree import run
from firmware_bridge.drives.jrk.config import JrkConfig
from hil import demo_table
from safety.guard import table, toml_lines
from simulator.setup import ON_ROD

PIN = "[lever].length_at_horizontal_m"
PORTS = {name: Path(f"/dev/{name}") for name in ("drive", "inclinometer", "inputs")}


def text(drive: str = "jrk") -> str:
    return demo_table.text(drive, "b", PORTS)


def refused(wrong: str) -> str:
    with pytest.raises(toml_lines.TomlRefused) as found:
        table.parse(wrong.encode())
    return "\n".join(found.value.lines)


@pytest.mark.parametrize("drive", ON_ROD)
def test_every_drive_of_a_rod_gets_its_gain_at_horizontal(drive: str) -> None:
    config = table.parse(text(drive).encode()).devices.drive
    lever = getattr(config, "lever")  # noqa: B009
    assert (lever.low_cdeg, lever.high_cdeg) == (-7_600, 6_800)
    arm_m = 0.16052853878580559
    if drive == "jrk":
        assert isinstance(config, JrkConfig)
        assert config.counts_per_degree == pytest.approx(10_000 * arm_m * math.pi / 180)
    else:
        assert getattr(config, "gear_ratio") == pytest.approx(1_000 * arm_m * 2 * math.pi)  # noqa: B009


def test_without_one_nothing_has_changed() -> None:
    config = table.parse(demo_table.text("jrk", "a1", PORTS).encode()).devices.drive
    assert isinstance(config, JrkConfig)
    assert (config.counts_per_degree, config.lever) == (27.0, None)
    missing = demo_table.text("jrk", "a1", PORTS).replace("counts_per_degree = 27.0\n", "")
    assert "[drive].counts_per_degree: is missing" in refused(missing)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("base_x_m = 0.320\n", "", "[lever].base_x_m", "is missing: from the hinge"),
        (
            "base_x_m = 0.320",
            "base_x_m = 320.0",
            "[lever].base_x_m",
            "320.0 m is too high; allowed -3 to 3 m",
        ),
        ("base_x_m = 0.320", "base_x_m = nan", "[lever].base_x_m", "nan is not a number"),
        (
            "eye_x_m = -0.160\neye_z_m = -0.060",
            "eye_x_m = 0.160\neye_z_m = 0.060",
            PIN,
            "make 0.699 m, 39 mm",
        ),
        ("eye_x_m = -0.160", "eye_x_m = 0.160", "[lever].eye_x_m", "in line with the hinge (a dead point)"),
        ("eye_z_m = -0.060", "eye_z_m = 0.060", "[lever].eye_x_m", "a dead point"),
        ("0.738", "0.749", PIN, "the pivots make 0.738 m, 11 mm apart"),
        ("counts_per_metre = 10000.0\n", "", "[lever].counts_per_metre", "is missing: counts while the rod"),
        ("counts_per_metre", "turns_per_metre", "[lever].turns_per_metre", 'not of "jrk"'),
        ("= 10000.0", "= 7000.0", "[lever].counts_per_metre", "at 68 deg that is 4.44 counts/deg, allowed 5"),
        ("= 10000.0", "= 200000.0", "[lever].counts_per_metre", "at 0 deg that is 560 counts/deg"),
        (
            "zero_counts = 2398",
            "zero_counts = 2900",
            "[drive].zero_counts",
            "at the stop of 66 deg the feedback",
        ),
        (
            "zero_counts = 2398",
            "zero_counts = 2398\ncounts_per_degree = 27.0",
            "[drive].counts_per_degree",
            "with a [lever] this is [lever].counts_per_metre; take it away",
        ),
        ("down_deg = 66.0", "down_deg = 80.0", "[lever].eye_x_m", "the rod's arm about the hinge is"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, place: str, words: str) -> None:
    wrong = text().replace(old, new)
    assert wrong != text()
    told = refused(wrong)
    assert f": {place}: " in told
    assert words in told
    line = int(told.split(":")[1])
    assert 1 < line <= wrong.count("\n") + 1


@pytest.mark.parametrize("drive", ["node", "blvr", "roboclaw", "odrive", "linak"])
def test_a_drive_that_knows_one_gain_only_is_refused_on_a_rod(drive: str) -> None:
    known = demo_table.text(drive, "a1", PORTS) if drive != "linak" else text().replace('"jrk"', '"linak"')
    section = text()[text().index("[lever]") :]
    told = refused(known if "[lever]" in known else known + section)
    assert f'[lever]: a drive of type "{drive}" cannot be on one; allowed: ' in told or "zero_counts" in told


def test_check_tells_what_the_rod_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "table.toml"
    file.write_text(text())
    with pytest.raises(SystemExit) as leaving:
        run(COMMANDS, ["check", str(file), "--json"])
    assert leaving.value.code == 0
    rod = json.loads(capsys.readouterr().out)["facts"]["its rod"]
    assert rod == "0.544 m at -74 deg to 0.862 m at 66 deg, arm 41 to 171 mm; 2 deg/s are up to 6.0 mm/s"

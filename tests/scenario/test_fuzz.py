"""A running guard under rubbish, a few seconds of `keel fuzz`; and that the watch sees what it looks for."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from hil.fuzz.packets import packet
from hil.fuzz.run import FuzzRun
from hil.fuzz.watch import Watch
from safety import decision as d
from safety.guard import messages as m


@pytest.mark.serial
@pytest.mark.timeout(240)
def test_a_guard_under_fire_is_in_time_obeys_and_believes_nothing(tmp_path: Path) -> None:
    facts = FuzzRun(tmp_path, 3, "both").ride(4)
    assert facts["wrong"] == []
    assert facts["reports"] > 150
    assert facts["packets"] > 1_000
    assert facts["frames_spoilt"] > 5
    assert facts["asked"] > 5


def test_no_packet_is_empty_and_one_seed_is_one_row() -> None:
    one, other = random.Random(4), random.Random(4)
    packets = [packet(one) for _ in range(2_000)]
    assert packets == [packet(other) for _ in range(2_000)]
    assert all(packets)
    assert {len(one) for one in packets} >= {layout.size for layout in (m.HELLO_LAYOUT, m.ORDER_LAYOUT)}


FINE = {
    "tick": 1,
    "now_ms": 1_000,
    "boot_id": 1,
    "session": 0,
    "mode": d.INHIBITED,
    "command": d.HOLD,
    "setpoint_cdps": 0,
    "a_cdeg": -7_000,
    "b_cdeg": None,
    "trusted_cdeg": -7_000,
    "cost_us": 1,
}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"mode": d.ACTIVE}, "nobody may have begun one"),
        ({"session": 3}, "nobody may have begun one"),
        ({"command": d.MOVE, "setpoint_cdps": 1}, "a head-down command"),
        ({"a_cdeg": -6_960}, "a_cdeg is -6960"),
        ({"boot_id": 2}, "it has died"),
    ],
)
def test_the_watch_says_what_it_sees(tmp_path: Path, more: dict[str, Any], words: str) -> None:
    watch = Watch(tmp_path / "none")
    for tick, report in enumerate((FINE, {**FINE, **more})):
        watch.take({**report, "tick": tick, "now_ms": tick * 20})
    assert [words in one for one in watch.wrong] == [True]
    watch.take({**FINE, **more, "tick": 2, "now_ms": 141})
    assert watch.gaps == [(141, 121)]

"""The shutdown lock: taken once, gone with the process that holds it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from safety.guard.inhibit import Inhibitor


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Stands for systemd-inhibit: notes its words, then runs as long as its last word does."""
    path = tmp_path / "inhibit"
    path.write_text('#!/bin/sh\necho "$@" > "$0.words"\ncat\necho over > "$0.over"\n')
    path.chmod(0o755)
    return path


def test_it_is_taken_away_from_park_and_let_go_at_park(program: Path) -> None:
    inhibitor = Inhibitor(str(program))
    inhibitor.follow(False)
    assert inhibitor._pid == 0
    for _ in range(3):
        inhibitor.follow(True)
    child = inhibitor._pid
    os.close(inhibitor._pipe)  # as when this process dies
    assert os.waitpid(child, 0)[1] == 0
    assert "--what=shutdown:sleep" in program.with_name("inhibit.words").read_text()
    assert program.with_name("inhibit.over").exists()
    inhibitor._pipe = os.open(os.devnull, os.O_RDONLY)
    inhibitor.follow(False)
    assert not inhibitor.held


@pytest.mark.parametrize("name", ["/no/such/program", "no-such-program-at-all"])
def test_without_systemd_nothing_happens(name: str) -> None:
    inhibitor = Inhibitor(name)
    inhibitor.follow(True)
    assert not inhibitor.held
    inhibitor.close()

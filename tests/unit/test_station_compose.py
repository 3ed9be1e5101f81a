"""Putting the station together: what stops it before it listens, each with an exit code and a remedy."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from controller.exit_codes import CommandError, ExitCode
from controller.station.compose import claim, listen


def test_a_port_in_use_is_75() -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    with taken, pytest.raises(CommandError, match="choose another --port") as refused:
        listen("127.0.0.1", taken.getsockname()[1])
    assert refused.value.code == ExitCode.BUSY


def test_a_folder_that_cannot_be_made_is_77(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="--station-dir") as refused:
        claim(tmp_path / "file" / "folder")
    assert refused.value.code == ExitCode.PERMISSION


def test_any_free_port_is_0() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0

"""keel device as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEEL = Path(sys.executable).with_name("keel")


@contextmanager
def device(*words: str) -> Iterator[dict[str, str | int]]:
    """The running command; where it serves. Ended by Ctrl-C, which must leave it with 0."""
    command = [str(KEEL), "device", *words, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run([str(KEEL), "device", *words], capture_output=True, text=True, timeout=20)

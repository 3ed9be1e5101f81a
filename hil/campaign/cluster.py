"""The same runs over a Dask cluster: in order, a bounded number under way, lost ones begun again by Dask."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

import numpy as np

from controller.version import __version__
from hil.campaign.draw import Spec
from hil.campaign.pool import AHEAD, Outcome, Work

ANSWERS_WITHIN_S: Final = 10
MISSING: Final = "--scheduler needs the package distributed: use ./dev campaign, or install it"


class NoCluster(Exception):
    """It cannot be used; the text says why, and what to do."""


def versions() -> tuple[str, str]:
    """What must be the same everywhere, for the same bits."""
    return __version__, np.__version__


def run_on(address: str, specs: Iterator[Spec], work: Work) -> Iterator[Outcome]:
    """The outcome of each, in the order of `specs`. Raises NoCluster."""
    client = _client(address)
    try:
        ahead = AHEAD * _workers(client, address)
        waiting: deque[Any] = deque()
        for spec in specs:
            waiting.append(client.submit(work, spec, pure=False))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise NoCluster(MISSING) from error
    try:
        return distributed.Client(address, timeout=ANSWERS_WITHIN_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        what = f"--scheduler {address}: {error}; start one: dask scheduler --host 127.0.0.1"
        raise NoCluster(what) from error


def _workers(client: Any, address: str) -> int:
    """How many there are. Each must run one ride at a time and be of our version."""
    threads = client.nthreads()
    if not threads:
        how = f"dask worker {address} --nthreads 1"
        raise NoCluster(f"--scheduler {address}: it has no worker; start some: {how}")
    if any(count != 1 for count in threads.values()):
        raise NoCluster(
            f"--scheduler {address}: a worker must run one ride at a time: dask worker --nthreads 1"
        )
    theirs = client.run(versions)
    for name, found in theirs.items():
        if tuple(found) != versions():
            ours = " and numpy ".join(versions())
            there = " and numpy ".join(found)
            raise NoCluster(
                f"--scheduler {address}: worker {name} has Keel {there}, here is {ours}; use the same"
            )
    return len(threads)

"""The same runs over a Dask cluster: in order, a bounded number under way, lost ones begun again by Dask."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from concurrent import futures
from importlib import import_module
from typing import Any, Final

import numpy as np

from controller.version import __version__
from hil.campaign.draw import Spec
from hil.campaign.pool import AHEAD, Outcome, Work

ANSWERS_WITHIN_S: Final = 10
STARTS_WITHIN_S: Final = 30
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
    except (OSError, futures.CancelledError, asyncio.CancelledError) as error:
        what = f"--scheduler {address}: it is gone; what was done is kept, --resume goes on"
        raise NoCluster(what) from error
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise NoCluster(MISSING) from error
    try:
        kind = asyncio.run(asyncio.wait_for(_who(address), ANSWERS_WITHIN_S))
        if kind != "Scheduler":
            raise ValueError(f"this is a {kind}")
        return distributed.Client(address, timeout=ANSWERS_WITHIN_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        why = f"{error}" or f"no answer within {ANSWERS_WITHIN_S} s"
        what = f"--scheduler {address}: {why}; start one: dask scheduler --host 127.0.0.1"
        raise NoCluster(what) from error


async def _who(address: str) -> str:
    """What answers there; asked first, as a client that cannot begin is not left without noise."""
    comm = await import_module("distributed.comm").connect(address, timeout=ANSWERS_WITHIN_S)
    try:
        await comm.write({"op": "identity", "reply": True})
        said = await comm.read()
        return str(said["type"]) if isinstance(said, dict) and "type" in said else "stranger"
    finally:
        comm.abort()


def _workers(client: Any, address: str) -> int:
    """How many there are. Each must run one ride at a time and be of our version."""
    try:
        client.wait_for_workers(1, timeout=STARTS_WITHIN_S)
    except TimeoutError:
        how = f"start some: dask worker {address} --nthreads 1"
        what = f"--scheduler {address}: it has no worker after {STARTS_WITHIN_S} s; {how}"
        raise NoCluster(what) from None
    threads = client.nthreads()
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

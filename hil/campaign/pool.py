"""Runs a campaign's numbers over a few processes, in order, and survives the death of any of them.

Never more than a handful of runs are under way or waiting to be written, so 100 and 100,000 runs need the
same memory. A worker that dies takes only its own run with it, which another one begins again. Workers end
with whoever asks them: each holds the end of a pipe that nobody writes to and that closes with the other end.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from hil.campaign.draw import Spec

AHEAD: Final = 4  # runs under way for each worker
DEATHS_MAX: Final = 5  # of the same run: then it is the run that kills

Outcome = dict[str, Any]
Work = Callable[[Spec], Outcome]


class WorkerDied(Exception):
    """A run has killed its worker again and again."""


def run_all(
    specs: Iterator[Spec], work: Work, workers: int, packages: Path | None = None
) -> Iterator[Outcome]:
    """The outcome of each, in the order of `specs`. `packages`: the folder that workers import first from."""
    if workers == 1 and packages is None:
        yield from map(work, specs)
    else:
        yield from _Pool(work, workers, packages).run(specs)


class _Pool:
    def __init__(self, work: Work, workers: int, packages: Path | None) -> None:
        self._work, self._workers, self._packages = work, workers, packages
        self._deaths: dict[int, int] = {}
        self._pool, self._lifeline = self._fresh()

    def _fresh(self) -> tuple[ProcessPoolExecutor, Connection]:
        # Spawned, not forked: a worker has nothing of its parent's that could leak into a run.
        context = multiprocessing.get_context("spawn")
        theirs, ours = context.Pipe(duplex=False)
        pool = ProcessPoolExecutor(self._workers, context, initializer=end_with, initargs=(theirs,))
        return pool, ours

    def run(self, specs: Iterator[Spec]) -> Iterator[Outcome]:
        waiting: list[tuple[Spec, Future[Outcome]]] = []
        try:
            for spec in specs:
                waiting.append((spec, self._submit(spec, waiting)))
                if len(waiting) >= AHEAD * self._workers:
                    yield self._first(waiting)
            while waiting:
                yield self._first(waiting)
        except BaseException:
            self._lifeline.close()  # nobody waits for what is under way
            raise
        finally:
            self._pool.shutdown(cancel_futures=True)
            self._lifeline.close()

    def _submit(self, spec: Spec, waiting: list[tuple[Spec, Future[Outcome]]]) -> Future[Outcome]:
        try:
            return self._begin(spec)
        except BrokenProcessPool:
            self._renew(waiting)
            return self._begin(spec)

    def _begin(self, spec: Spec) -> Future[Outcome]:
        """Workers that start here have SIGINT blocked: Ctrl-C in a terminal is for the one that asks them."""
        resource_tracker.ensure_running()  # it would lift the block while it starts
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with _first_on_path(self._packages):
                return self._pool.submit(self._work, spec)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    def _first(self, waiting: list[tuple[Spec, Future[Outcome]]]) -> Outcome:
        while True:
            spec, future = waiting[0]
            try:
                outcome = future.result()
            except BrokenProcessPool:
                deaths = self._deaths[spec.number] = self._deaths.get(spec.number, 0) + 1
                if deaths >= DEATHS_MAX:
                    raise WorkerDied(f"run {spec.number} has ended its worker {deaths} times") from None
                self._renew(waiting)
            else:
                waiting.pop(0)
                return outcome

    def _renew(self, waiting: list[tuple[Spec, Future[Outcome]]]) -> None:
        """A new pool; whatever has no outcome yet begins again."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._lifeline.close()
        self._pool, self._lifeline = self._fresh()
        for place, (spec, future) in enumerate(waiting):
            if not (future.done() and not future.cancelled() and future.exception() is None):
                waiting[place] = (spec, self._begin(spec))


@contextmanager
def _first_on_path(folder: Path | None) -> Iterator[None]:
    """A process that is spawned inside gets our path, with the folder before everything else."""
    before = sys.path
    sys.path = before if folder is None else [str(folder), *before]
    try:
        yield
    finally:
        sys.path = before


def end_with(lifeline: Connection) -> None:
    """In a worker: end when the other end of the pipe is closed, by will or by death, never by Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        lifeline.poll(None)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()

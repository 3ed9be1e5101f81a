"""A process with pytest, the rules and their tests loaded: each mutant is born in it by a fork.

`python -m hil.verification.nursery` reads one question a line and writes one answer a line, both JSON:
{"do": "settle", "ridden"} prepares the mother, {"do": "map", "where", "later"} runs the unchanged rules and
answers how long each test took and which tests run which line, but for files that come later; {"do": "try",
"file", "number", "function", "tests"} whether one of these tests notices a mutant; without a function, all of
safety is loaded anew first, for tests that look modules up when they run. The mother runs no test: every
child is fresh.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType
from typing import Any, Final

import coverage
import pytest
from hypothesis import Phase, settings

from firmware_bridge import clock
from hil.verification.mutants import GUARD, ROOT, Mutant, compiled

Answer = dict[str, Any]
OPTIONS: Final = [
    "-q", "-s", "-n", "0", "-p", "no:cacheprovider", "-o", "timeout=0",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
]  # fmt: skip
NULL_S: Final = 1_800
WAIT_S: Final = 120


class Nursery:
    """A plugin of pytest that takes the place of its loop over the tests."""

    def __init__(self, questions: Any, answers: Any) -> None:
        self._questions, self._answers = questions, answers
        self._failed: list[str] = []
        self._items: dict[str, pytest.Item] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Whatever is not passed is remembered."""
        if report.failed:
            self._failed.append(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Answer until nobody asks any more."""
        self._items = {item.nodeid: item for item in session.items}
        tasks = {"map": self._map, "try": self._try}
        for line in self._questions:
            asked = json.loads(line)
            if asked["do"] == "settle":
                settled(asked["ridden"])
                print("{}", file=self._answers, flush=True)
                continue
            task = tasks[asked["do"]]
            seconds = asked.get("seconds", WAIT_S) if asked["do"] == "try" else NULL_S
            # The child has its values from now on; mypy knows no lambda with defaults.
            answer = born(lambda task=task, asked=asked: task(asked), seconds)  # type: ignore[misc]
            print(json.dumps(answer), file=self._answers, flush=True)
        return True

    def _run(self, nodeid: str) -> None:
        item = self._items[nodeid]
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)

    def _map(self, asked: Answer) -> Answer:
        """How long each test takes, and for each file and line of the rules the tests that run it."""
        where = str(ROOT / asked["where"] / "*.py")
        watch = coverage.Coverage(data_file=None, include=[where], config_file=False)
        watch.start()
        times = {}
        for nodeid in self._items:
            if any(word in nodeid for word in asked["later"]):
                continue
            watch.switch_context(nodeid)
            began_ms = clock.monotonic_ms()
            self._run(nodeid)
            times[nodeid] = (clock.monotonic_ms() - began_ms) / 1000
        watch.stop()
        data = watch.get_data()
        names = {path: os.path.relpath(path, ROOT) for path in data.measured_files()}
        return {
            "lines": {name: data.contexts_by_lineno(path) for path, name in names.items()},
            "seconds": times,
            "later": [nodeid for nodeid in self._items if nodeid not in times],
            "failed": self._failed,
        }

    def _try(self, asked: Answer) -> Answer:
        mutant = Mutant(asked["file"], asked["number"], 0, "", asked["function"])
        if mutant.number >= 0 and mutant.function:  # -1 is the null mutant
            replaced(mutant)
        elif mutant.number >= 0 and (said := loaded(mutant)):
            return {"verdict": "stillborn", "by": said}
        for nodeid in asked["tests"]:
            self._run(nodeid)
            if self._failed:
                return {"verdict": "killed", "by": nodeid}
        return {"verdict": "survived", "by": ""}


def settled(ridden: list[int]) -> None:
    """Rides that many tests begin from, ridden once by the mother on the unchanged rules.

    A mutant that shows only on the way there is noticed by the tests that ride all of it.
    """
    for cdeg in ridden:
        sys.modules["tests.safety_rig"].ridden(cdeg)
    gc.collect()
    gc.freeze()  # so that a child does not copy what it never changes


def born(work: Callable[[], Answer], seconds: float) -> Answer:
    """What the child answers; crash and timeout are verdicts of their own."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reads)
        os.setpgid(0, 0)
        status = 1
        try:
            with os.fdopen(writes, "w") as answers:
                json.dump(work(), answers)
            status = 0
        finally:
            os._exit(status)
    os.close(writes)
    text, ends_ms = b"", clock.monotonic_ms() + seconds * 1000
    while True:
        ready, _, _ = select.select([reads], [], [], max(ends_ms - clock.monotonic_ms(), 0) / 1000)
        piece = os.read(reads, 1 << 16) if ready else b""
        if not piece:
            break
        text += piece
    os.close(reads)
    if not ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not ready:
        return {"verdict": "timeout", "by": f"{seconds:g} s"}
    return json.loads(text) if status == 0 and text else {"verdict": "crash", "by": f"wait status {status}"}


def replaced(mutant: Mutant) -> None:
    """Give the living function the mutant's code; every table that holds the function holds the mutant."""
    module = importlib.import_module(mutant.file.removesuffix(".py").replace("/", "."))
    owner: Any = module
    for name in mutant.function.split("."):
        owner = getattr(owner, name)
    assert isinstance(owner, FunctionType), mutant
    codes = [code for code in _codes(compiled(mutant)) if code.co_qualname == mutant.function]
    assert len(codes) == 1, mutant
    owner.__code__ = codes[0]


def loaded(mutant: Mutant) -> str | None:
    """Load all of safety anew with this file changed; what is raised while it loads."""
    for name in [name for name in sys.modules if name.split(".")[0] == "safety"]:
        del sys.modules[name]
    if mutant.number >= 0:
        _in_place_of(str(ROOT / mutant.file), compiled(mutant))
    names = ["safety." + path.stem for path in sorted((ROOT / "safety").glob("*.py"))]
    if mutant.file.startswith(GUARD):
        names += ["safety.guard." + path.stem for path in sorted((ROOT / GUARD).glob("[a-z]*.py"))]
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:
            # Whatever it raises while it is loaded is its verdict: no test ever saw it.
            return f"{name}: {type(error).__name__}: {error}"
    return None


def _in_place_of(path: str, code: CodeType) -> None:
    usual = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return code if self.path == path else usual(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def quiet_settings() -> None:
    """The same examples each time, none remembered, none made smaller: that it fails is enough."""
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", database=None, derandomize=True, phases=phases)
    settings.load_profile("mutants")


def main(words: list[str]) -> int:
    """Pytest's exit code. Nothing but answers goes to the standard output."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    quiet_settings()
    return int(pytest.main([*OPTIONS, *words], plugins=[Nursery(sys.stdin, answers)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

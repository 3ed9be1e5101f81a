"""Are the tests that a table names there, run, and able to fail? Read from the text of tests/."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from hil.hazards import hollow
from hil.hazards.test_file import Function, TestFile

ROOT: Final = Path(__file__).resolve().parents[2]
_FUNCTION: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
# What may stand above a test, and in `pytestmark`. A list of what leaves tests out would never be whole.
_DECORATORS: Final = frozenset(
    {
        *(
            f"pytest.mark.{mark}"
            for mark in ("anyio", "parametrize", "peer", "serial", "timeout", "usefixtures")
        ),
        *(f"hypothesis.{name}" for name in ("example", "given", "settings")),
    }
)
# By whatever way they come: what ends a test, or keeps pytest from running it, without a failure.
_LEAVES_OUT: Final = frozenset(
    """
    SkipTest Skipped __test__ collect_ignore collect_ignore_glob deselect exit expectedFailure importorskip
    pytest_ignore_collect pytest_pyfunc_call pytest_runtest_call pytest_runtest_protocol skip skipIf skipTest
    skipUnless skipif xfail
    """.split()  # noqa: SIM905
)
_REACHES: Final = {
    "delattr",
    "eval",
    "exec",
    "globals",
    "setattr",
    "vars",
}  # the file's names behind its back
_TOP: Final = (*_FUNCTION, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)


def problems(tests: Iterable[str], root: Path = ROOT) -> Iterator[str]:
    """One sentence for each named test that pytest would not run, or that cannot fail."""
    for test in tests:
        path, _, name = test.partition("::")
        if why := _why_not(root, path, name):
            yield f"{test}: {why}"


def _why_not(root: Path, path: str, name: str) -> str | None:
    name, _, case = name.rstrip("]").partition("[")
    file = TestFile.read(root, path)
    if file is None:
        return "the file is not there"
    if not (path.startswith("tests/") and Path(path).name.startswith("test_") and name.startswith("test_")):
        return "pytest does not collect it: file and function begin with test_, below tests/"
    return _in_file(file, name, case) or _conftest_leaves_out(root, path)


@cache
def _in_file(file: TestFile, name: str, case: str) -> str | None:
    function = file.functions.get(name)
    if function is None:
        return "there is no such function; was it renamed or deleted?"
    return (
        _file_leaves_out(file)
        or _bound_again(file, name)
        or _decorated(file, function)
        or _leaves_itself_out(file, function)
        or (None if hollow.can_fail(function) else "it asserts nothing")
        or (f"its parameters have no case '{case}'" if case and case not in _cases(function, file) else None)
    )


@cache
def _file_leaves_out(file: TestFile) -> str | None:
    """What stands at the top of the file, outside of its functions."""
    for line in file.top():
        if not isinstance(line, _TOP):
            return f"line {line.lineno} of its file does what only a run can tell; move it into a function"
        if not isinstance(line, (*_FUNCTION, ast.ClassDef)) and _acts(file, line):
            return f"it is skipped, expected to fail or changed by line {line.lineno} of its file"
    mark = file.values.get("pytestmark")
    marks = mark.elts if isinstance(mark, ast.List | ast.Tuple) else [mark] if mark else []
    return next((why for one in marks if (why := _not_allowed(file, one))), None)


def _acts(file: TestFile, line: ast.stmt) -> bool:
    """Whether an assignment or an import does more than give a name."""
    if file.named(line) & _LEAVES_OUT:
        return True
    targets = (
        line.targets
        if isinstance(line, ast.Assign)
        else [line.target]
        if isinstance(line, ast.AnnAssign)
        else []
    )
    reaches = any(isinstance(one, ast.Name) and one.id in _REACHES for one in _at_once(line))
    return reaches or any(isinstance(one, ast.Attribute | ast.Subscript) for one in targets)


def _at_once(node: ast.AST) -> Iterator[ast.AST]:
    """What is in it, but for what a lambda does later."""
    yield node
    for one in ast.iter_child_nodes(node):
        if not isinstance(one, ast.Lambda):
            yield from _at_once(one)


def _conftest_leaves_out(root: Path, path: str) -> str | None:
    for folder in Path(path).parents:
        file = TestFile.read(root, str(folder / "conftest.py"))
        if file and file.path.startswith("tests/") and file.named(file.tree) & _LEAVES_OUT:
            return f"it may be skipped by {file.path}"
    return None


def _bound_again(file: TestFile, name: str) -> str | None:
    if file.bound.count(name) > 1:
        return "its name is bound again, or deleted, below"
    return None


def _decorated(file: TestFile, function: Function) -> str | None:
    return next((why for mark in function.decorator_list if (why := _not_allowed(file, mark))), None)


def _not_allowed(file: TestFile, mark: ast.expr) -> str | None:
    """A decorator that is not known, or whose cases are none."""
    mark = file.meant(mark)
    called = mark.func if isinstance(mark, ast.Call) else mark
    name = file.dotted(called)
    if name not in _DECORATORS:
        return f"it is skipped, expected to fail or no test: '{ast.unparse(called)}' is not known as harmless"
    if not isinstance(mark, ast.Call):
        return None
    values = [one.value for one in mark.keywords if one.arg in ("argvalues", "phases")]
    values += mark.args[1:2] if name == "pytest.mark.parametrize" else []
    if any(_is_empty(file, one) for one in values):
        return "its parameters have no case at all: pytest skips it"
    return None


def _is_empty(file: TestFile, node: ast.expr) -> bool:
    node = file.meant(node)
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[*_, _]):
            return (
                isinstance(node.args[-1], ast.Constant) and node.args[-1].value == 0 and len(node.args) == 1
            )
        case ast.Call(func=ast.Name(id="list" | "tuple" | "set" | "sorted" | "dict" | "frozenset" | "iter")):
            return not node.args or _is_empty(file, node.args[0])
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            never = any(hollow.truth(test) is False for one in node.generators for test in one.ifs)
            return never or any(_is_empty(file, one.iter) for one in node.generators)
        case ast.Subscript(slice=ast.Slice(upper=ast.Constant(value=0))):
            return True
        case ast.BinOp(op=ast.Mult(), right=ast.Constant(value=0)):
            return True
    return hollow.truth(node) is False


def _leaves_itself_out(file: TestFile, function: Function) -> str | None:
    """In its own lines, its cases, its fixtures, or whatever else of the file it uses."""
    if any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(function)):
        return "it yields: pytest does not run it"
    if any(file.named(one) & _LEAVES_OUT for one in file.used_by(function)):
        return "it is skipped, or expected to fail"
    return None


def _cases(function: Function, file: TestFile) -> set[str]:
    """Every text in its decorators, and in what they name."""
    nodes = [one for mark in function.decorator_list for one in file.with_values(mark)]
    return {
        one.value
        for node in nodes
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }

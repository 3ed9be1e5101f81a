"""Are the tests that a table names really there? Read from the text of tests/, so it takes no second."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
_NOT_RUN: Final = {"skip", "skipif", "xfail"}


class Module(NamedTuple):
    """One file of tests."""

    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]
    values: dict[str, ast.expr]  # names assigned at its top, for cases that stand there
    left_out: bool  # pytestmark or a call leaves the whole file out


def problems(tests: Iterable[str], root: Path = ROOT) -> Iterator[str]:
    """One sentence for each named test that pytest would not run."""
    modules: dict[str, Module | None] = {}
    for test in tests:
        path, _, name = test.partition("::")
        if path not in modules:
            file = root / path
            modules[path] = _module(file.read_text()) if file.is_file() else None
        if why := _why_not(modules[path], path, name):
            yield f"{test}: {why}"


@cache
def _module(text: str) -> Module:
    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    values: dict[str, ast.expr] = {}
    left_out = False
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            functions[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            values |= {target.id: node.value for target in targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.Expr):
            left_out = left_out or _leaves_out(node.value)
    left_out = left_out or ("pytestmark" in values and _leaves_out(values["pytestmark"]))
    return Module(functions, values, left_out)


def _why_not(module: Module | None, path: str, name: str) -> str | None:
    name, _, case = name.rstrip("]").partition("[")
    if module is None:
        return "the file is not there"
    if not (path.startswith("tests/") and Path(path).name.startswith("test_") and name.startswith("test_")):
        return "pytest does not collect it: file and function begin with test_, below tests/"
    function = module.functions.get(name)
    if function is None:
        return "there is no such function; was it renamed or deleted?"
    if module.left_out or any(_leaves_out(mark) for mark in function.decorator_list):
        return "it is skipped, or expected to fail"
    if not _can_fail(function):
        return "it asserts nothing"
    if case and case not in _cases(function, module):
        return f"its parameters have no case '{case}'"
    return None


def _leaves_out(node: ast.expr) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr in _NOT_RUN for one in ast.walk(node))


def _can_fail(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """It asserts, or hands over to something that may."""
    return any(isinstance(one, ast.Assert | ast.Call) for line in function.body for one in ast.walk(line))


def _cases(function: ast.FunctionDef | ast.AsyncFunctionDef, module: Module) -> set[str]:
    """Every text in its decorators, and in what they name."""
    nodes = list(function.decorator_list)
    for one in (one for mark in function.decorator_list for one in ast.walk(mark)):
        if isinstance(one, ast.Name) and one.id in module.values:
            nodes.append(module.values[one.id])
    return {
        one.value
        for node in nodes
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }

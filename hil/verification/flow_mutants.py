"""Mutants of what is done rather than of how much: a statement left out, a condition that is not asked, one
word in the place of another.

A condition of an `and` or `or` that is not asked, a branch never or always taken, an assignment, a call or an
early return that is not there, a keyword not given, two arguments in each other's place, and a name's twin:
what source A says where B is meant, the park switch in place of the rest switch.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, Final

Change = Callable[[], None]
# Names that mean the same of something else; each is tried in the place of the other.
_PAIRS: Final = (
    ("at_park", "past_rest"), ("rest_owed_ms", "mid_owed_ms"), ("rest_cdeg", "mid_cdeg"),
    ("up_cdps", "upright_cdps"), ("return_cdps", "upright_cdps"), ("creep_cdps", "emergency_cdps"),
    ("hard_cdps2", "hard_cdps3"), ("return_cdps2", "emergency_cdps2"), ("there_cdeg", "at_park_cdeg"),
    ("bout_ms", "used_ms"), ("used_ms", "allowance_ms"), ("refused_ms", "missing_ms"),
    ("pendant_press", "pendant_release"), ("home_press", "home_release"),
    ("stop_ms", "stops_ms"), ("one_open_ms", "both_open_ms"),
    ("first_cause", "latched_cause"), ("began_cdeg", "goal_cdeg"),
    ("plan_from", "seen_from"), ("mode", "stage"),
)  # fmt: skip
TWINS: Final = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_SYMMETRIC: Final = ("min", "max", "zip")


class Told:
    """A part of the source in words, made when somebody reads them."""

    def __init__(self, before: str, *parts: ast.AST, after: str = "") -> None:
        self._before, self._parts, self._after = before, parts, after

    def __str__(self) -> str:
        parts = (" ".join(ast.unparse(part).split())[:60] for part in self._parts)
        return f"{self._before}{', '.join(parts)}{self._after}"


Words = str | Told


def flow_sites(node: ast.AST) -> Iterator[tuple[ast.AST, Words, Change]]:
    """Node, words and change of each such mutant of this very node, or of a line right below it."""
    for what, change in _changes(node):
        yield node, what, change
    if isinstance(node, ast.FunctionDef | ast.If):
        yield from _left_out(node)


def _changes(node: ast.AST) -> Iterator[tuple[Words, Change]]:
    if isinstance(node, ast.BoolOp):
        for place, part in enumerate(node.values):
            asked = ast.Constant(isinstance(node.op, ast.And))
            yield Told("without ", part), _put(node.values, place, asked)
    elif isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            yield f"if x -> if {value}", _set(node, "test", ast.Constant(value))
    elif isinstance(node, ast.Call):
        yield from _called(node)
    elif isinstance(node, ast.Attribute) and (twin := _twin(node.attr)):
        yield f"{node.attr} -> {twin}", _set(node, "attr", twin)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and (twin := _lettered(node.id)):
        yield f"{node.id} -> {twin}", _set(node, "id", twin)


def _called(node: ast.Call) -> Iterator[tuple[Words, Change]]:
    for word in node.keywords:
        rest = [other for other in node.keywords if other is not word]
        yield Told("without ", word), _set(node, "keywords", rest)
    if isinstance(node.func, ast.Name) and node.func.id in _SYMMETRIC:
        return
    for place in range(len(node.args) - 1):
        one, other = node.args[place : place + 2]
        starred = isinstance(one, ast.Starred) or isinstance(other, ast.Starred)
        if not starred and not _are_same(one, other):
            swapped = [*node.args[:place], other, one, *node.args[place + 2 :]]
            yield Told("", one, other, after=" swapped"), _set(node, "args", swapped)


def _are_same(one: ast.expr, other: ast.expr) -> bool:
    """Written alike, or equal as 0 and False are."""
    if isinstance(one, ast.Constant) and isinstance(other, ast.Constant):
        return bool(one.value == other.value)
    return ast.dump(one) == ast.dump(other)


def _left_out(node: ast.FunctionDef | ast.If) -> Iterator[tuple[ast.AST, Words, Change]]:
    """Not the last line of a function, nor its docstring."""
    blocks = [node.body] if isinstance(node, ast.FunctionDef) else [node.body, node.orelse]
    for block in blocks:
        for place, line in enumerate(block):
            last = isinstance(node, ast.FunctionDef) and place == len(block) - 1
            if not last and _may_go(line):
                yield line, Told("without ", line), _put(block, place, ast.Pass())


def _may_go(line: ast.stmt) -> bool:
    if isinstance(line, ast.Expr):
        return not isinstance(line.value, ast.Constant)
    return isinstance(line, ast.Assign | ast.AugAssign | ast.Return)


def _twin(name: str) -> str | None:
    return TWINS.get(name) or _lettered(name)


def _lettered(name: str) -> str | None:
    """`a_cdeg` and `b_cdeg`, `ankle_a` and `ankle_b`."""
    for mine, yours in (("a_", "b_"), ("b_", "a_")):
        if name.startswith(mine):
            return yours + name[2:]
    for mine, yours in (("_a", "_b"), ("_b", "_a")):
        if name.endswith(mine):
            return name[:-2] + yours
    return {"a": "b", "b": "a"}.get(name)


def _set(node: Any, field: str, value: Any) -> Change:
    return lambda: setattr(node, field, value)


def _put(place: list[Any], number: int, value: Any) -> Change:
    return lambda: place.__setitem__(number, value)

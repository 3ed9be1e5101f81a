"""Mutants of the rules: every place where one small change gives another programme, by the syntax tree.

Each number one unit more and less, each comparison, `and` and `or`, `not`, each sum, `min` and `max`, True
and False. The order is that of the file, so a mutant's number means the same as long as the file does.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any, Final, NamedTuple

from hil.verification.flow_mutants import Words, flow_sites

ROOT: Final = Path(__file__).parents[2]
_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_SUMS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_CALLS: Final = {"min": "max", "max": "min"}

Change = Callable[[], None]


class Mutant(NamedTuple):
    """One change of one file."""

    file: str  # as from the root of the checkout
    number: int
    line: int
    what: str
    function: str = ""  # whose body it is in, "" = code that runs while the module is loaded

    @property
    def id(self) -> str:
        """As on the command line."""
        return f"{self.file}:{self.number}"


GUARD: Final = "safety/guard/"


def files() -> list[Path]:
    """The pure part of safety, then the guard's process but for its command line."""
    pure, guard = sorted((ROOT / "safety").glob("*.py")), sorted((ROOT / GUARD).glob("*.py"))
    return [path for path in (*pure, *guard) if not path.name.startswith("__")]


def of(path: Path) -> list[Mutant]:
    """All mutants of one file."""
    name = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_text())
    bodies, found, told = _bodies(tree), list[Mutant](), Counter[tuple[int, str]]()
    for number, (node, what, _) in enumerate(_sites(tree)):
        what = str(what)
        told[node.lineno, what] += 1
        nth = told[node.lineno, what]
        words = what if nth == 1 else f"{what} #{nth}"  # the second such change of the line
        found.append(Mutant(name, number, node.lineno, words, bodies.get(id(node), "")))
    return found


def _bodies(tree: ast.Module) -> dict[int, str]:
    """Of each node inside the body of a function: the name of the outermost one, defaults excepted."""
    found = {}
    for owner in tree.body:
        inner = owner.body if isinstance(owner, ast.ClassDef) else [owner]
        prefix = f"{owner.name}." if isinstance(owner, ast.ClassDef) else ""
        for function in inner:
            if isinstance(function, ast.FunctionDef):
                nodes = [node for line in function.body for node in ast.walk(line)]
                found.update({id(node): prefix + function.name for node in nodes})
    return found


def compiled(mutant: Mutant) -> CodeType:
    """The code of its file, changed. Raises IndexError where the file has no such mutant."""
    path = ROOT / mutant.file
    return compile(changed(path.read_text(), mutant.number), str(path), "exec", dont_inherit=True)


def changed(source: str, number: int) -> ast.Module:
    """The syntax tree with this change made."""
    tree = ast.parse(source)
    list(_sites(tree))[number][2]()
    return ast.fix_missing_locations(tree)


def _sites(tree: ast.Module) -> Iterator[tuple[Any, Words, Change]]:
    """Node, words and the change itself; none is made by asking."""
    for node in ast.walk(tree):
        for what, change in _changes(node):
            yield node, what, change
        yield from flow_sites(node)


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        for by in (1, -1):
            yield f"{node.value} -> {node.value + by}", _set(node, "value", node.value + by)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"{node.value} -> {not node.value}", _set(node, "value", not node.value)
    elif isinstance(node, ast.Compare):
        yield from _compared(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{type(node.op).__name__} -> {type(other).__name__}", _set(node, "op", other)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not x -> not not x", _set(node, "operand", ast.UnaryOp(ast.Not(), node.operand))
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _SUMS and not _is_type(node):
        new = _SUMS[type(node.op)]
        yield f"{type(node.op).__name__} -> {new.__name__}", _set(node, "op", new())
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        yield f"{node.func.id} -> {_CALLS[node.func.id]}", _set(node.func, "id", _CALLS[node.func.id])
    elif isinstance(node, ast.If | ast.IfExp):
        yield "if x -> if not x", _set(node, "test", ast.UnaryOp(ast.Not(), node.test))


def _compared(node: ast.Compare) -> Iterator[tuple[str, Change]]:
    for place, op in enumerate(node.ops):
        new = _COMPARISONS[type(op)]

        def change(place: int = place, new: type[ast.cmpop] = new) -> None:
            node.ops[place] = new()

        yield f"{type(op).__name__} -> {new.__name__}", change


def _set(node: Any, field: str, value: Any) -> Change:
    return lambda: setattr(node, field, value)


def _is_type(node: ast.BinOp | ast.AugAssign) -> bool:
    """`int | None`: an annotation, not a sum."""
    sides = (getattr(node, "left", None), getattr(node, "right", None))
    types = {"int", "bool", "str", "Terms", "Act", "Proposal", "Limits", "None", "State"}
    return any(isinstance(x, ast.Constant) and x.value is None for x in sides) or any(
        isinstance(x, ast.Name) and x.id in types for x in sides
    )

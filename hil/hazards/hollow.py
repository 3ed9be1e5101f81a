"""Can a test fail? Read from its text: it asserts, where it is reached, what depends on something."""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

Function = ast.FunctionDef | ast.AsyncFunctionDef

_BROAD: Final = {"Exception", "BaseException", "AssertionError"}
_EXPECTS: Final = {"raises", "warns"}  # of pytest
_ENDS: Final = (ast.Return, ast.Break, ast.Continue)
_COMPARE: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_SAME: Final = (ast.Eq, ast.Is, ast.LtE, ast.GtE)


def can_fail(function: Function) -> bool:
    """Whether it asserts something itself: what only its helpers assert may be something else."""
    return _Reader().fails(function)


class _Reader:
    """Follows what is reached, into functions within the test, each once."""

    def __init__(self) -> None:
        self._inner: dict[str, Function] = {}

    def fails(self, function: Function) -> bool:
        return self._any(function.body)

    def _any(self, body: Iterable[ast.stmt]) -> bool:
        """Whether one of the statements may fail, as far as they are reached."""
        for line in body:
            if self._one(line):
                return True
            if _ends(line):
                return False
        return False

    def _one(self, line: ast.stmt) -> bool:
        match line:
            case ast.Assert():
                return truth(line.test) is not True
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._inner[line.name] = line
                return False
            case ast.ClassDef():
                return False
            case ast.If() | ast.While():
                return self._expression(line.test) or any(self._any(part) for part in _branches(line))
            case ast.For() | ast.AsyncFor():
                body = [] if truth(line.iter) is False else line.body
                return self._expression(line.iter) or self._any(body) or self._any(line.orelse)
            case ast.With() | ast.AsyncWith():
                return self._with(line)
            case ast.Try() | ast.TryStar():
                return self._try(line)
            case ast.Match():
                return any(self._any(case.body) for case in line.cases)
        return isinstance(line, ast.Raise) or self._expression(line)

    def _with(self, line: ast.With | ast.AsyncWith) -> bool:
        names = {called(one.context_expr) for one in line.items}
        does = any(isinstance(one, ast.Call) for part in line.body for one in ast.walk(part))
        if names & _EXPECTS:
            return does
        if "suppress" in names and any(_broad(one.context_expr) for one in line.items):
            return False
        return any(self._expression(one.context_expr) for one in line.items) or self._any(line.body)

    def _try(self, line: ast.Try | ast.TryStar) -> bool:
        swallows = any(
            (one.type is None or _broad(one.type)) and not self._any(one.body) for one in line.handlers
        )
        parts = [*(one.body for one in line.handlers), line.orelse, line.finalbody]
        return (not swallows and self._any(line.body)) or any(self._any(part) for part in parts)

    def _expression(self, node: ast.AST) -> bool:
        """Whether it names a function of the test that may fail, or `pytest.fail`."""
        for one in ast.walk(node):
            if isinstance(one, ast.Call) and called(one) == "fail":
                return True
            if isinstance(one, ast.Name):
                inner = self._inner.pop(one.id, None)
                if inner is not None and self.fails(inner):
                    return True
        return False


def _ends(line: ast.stmt) -> bool:
    """Whether nothing behind this statement is reached."""
    if isinstance(line, ast.If):
        known = truth(line.test)
        taken = [line.body] if known else [line.orelse] if known is False else [line.body, line.orelse]
        return all(any(_ends(one) for one in part) for part in taken)
    if isinstance(line, ast.With | ast.AsyncWith):
        return any(_ends(one) for one in line.body)
    return isinstance(line, _ENDS)


def _branches(line: ast.If | ast.While) -> Iterator[list[ast.stmt]]:
    known = truth(line.test)
    if known is not False:
        yield line.body
    if known is not True:
        yield line.orelse


def called(node: ast.expr) -> str:
    """The last name of what is called: `raises` of `pytest.raises(ValueError)`."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _broad(node: ast.expr) -> bool:
    return any(isinstance(one, ast.Name) and one.id in _BROAD for one in ast.walk(node))


def truth(node: ast.expr) -> bool | None:
    """What an expression always is, None when it depends on anything."""
    match node:
        case ast.Constant():
            return bool(node.value)
        case ast.Tuple() | ast.List() | ast.Set():
            sure = any(not isinstance(one, ast.Starred) for one in node.elts)
            return True if sure else None if node.elts else False
        case ast.Dict():
            return True if any(node.keys) else None if node.keys else False
        case ast.Lambda() | ast.GeneratorExp():
            return True
        case ast.NamedExpr():
            return truth(node.value)
        case ast.UnaryOp(op=ast.Not()):
            known = truth(node.operand)
            return None if known is None else not known
        case ast.BoolOp():
            return _joined(node)
        case ast.Compare():
            return True if _is_same(node) else _compared(node)
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=0)]):
            return False
    return None if _depends(node) else True


def _joined(node: ast.BoolOp) -> bool | None:
    decides = isinstance(node.op, ast.Or)  # the value that alone makes it so
    parts = [truth(one) for one in node.values]
    if decides in parts:
        return decides
    return None if None in parts else not decides


def _is_same(node: ast.Compare) -> bool:
    """`x == x`; two calls may differ. Or a length that is not negative."""
    left, (right, *more), op = node.left, node.comparators, node.ops[0]
    if more:
        return False
    if called(left) == "len" and isinstance(op, ast.GtE):
        return isinstance(right, ast.Constant) and right.value == 0
    calls = any(isinstance(one, ast.Call) for one in ast.walk(node))
    return not calls and isinstance(op, _SAME) and ast.dump(left) == ast.dump(right)


def _compared(node: ast.Compare) -> bool | None:
    """What a comparison of numbers and texts only is."""
    try:
        values = [ast.literal_eval(one) for one in (node.left, *node.comparators)]
        pairs = zip(node.ops, values, values[1:], strict=False)
        return all(_COMPARE[type(op)](one, other) for op, one, other in pairs)
    except (ValueError, TypeError, KeyError):
        return None if _depends(node) else True


def _depends(node: ast.expr) -> bool:
    """Whether it names anything but built-in functions."""
    if isinstance(node, ast.Call) and called(node) == "isinstance" and len(node.args) > 1:
        return not (isinstance(node.args[1], ast.Name) and node.args[1].id == "object")
    return any(isinstance(one, ast.Name) and not hasattr(builtins, one.id) for one in ast.walk(node))

"""One file of tests, read as text: its functions, what its names mean, and what a function uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


class TestFile:
    """What is asked of one file."""

    __test__ = False  # for pytest, which would take the name for a class of tests

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.tree = ast.parse(text)
        self.functions: dict[str, Function] = {}
        self.values: dict[str, ast.expr] = {}  # names assigned at its top
        self.bound: list[str] = []  # every name that its top binds or deletes, as often as it does
        self._imports: dict[str, str] = {}  # local name -> dotted name
        self._named: dict[ast.AST, frozenset[str]] = {}
        for line in self.tree.body:
            self._take(line)
        self._always = [
            one for one in self.functions.values() if "autouse=True" in map(ast.unparse, _words(one))
        ]

    @staticmethod
    def read(root: Path, path: str) -> TestFile | None:
        """The file, None when there is none."""
        file = root / path
        return _parsed(path, file.read_text()) if file.is_file() else None

    def top(self) -> list[ast.stmt]:
        """Its statements, without its texts and what is for the type checker only."""
        return [
            line
            for line in self.tree.body
            if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            and not (isinstance(line, ast.If) and self.dotted(line.test).endswith("TYPE_CHECKING"))
        ]

    def dotted(self, node: ast.expr) -> str:
        """`pytest.mark.skip`, by whatever name it was imported; "" for what is no name."""
        node = self.meant(node)
        if isinstance(node, ast.Attribute):
            before = self.dotted(node.value)
            return f"{before}.{node.attr}" if before else ""
        return self._imports.get(node.id, node.id) if isinstance(node, ast.Name) else ""

    def meant(self, node: ast.expr) -> ast.expr:
        """What a name at the top of the file stands for."""
        for _ in self.values:
            if not (isinstance(node, ast.Name) and node.id in self.values):
                break
            node = self.values[node.id]
        return node

    def with_values(self, node: ast.AST) -> Iterator[ast.AST]:
        """It, and the values that it names, and so on."""
        waiting, seen = [node], set[str]()
        while waiting:
            node = waiting.pop()
            yield node
            for one in ast.walk(node):
                if isinstance(one, ast.Name) and one.id in self.values and one.id not in seen:
                    seen.add(one.id)
                    waiting.append(self.values[one.id])

    def used_by(self, function: Function) -> Iterator[ast.AST]:
        """A function, and of this file the values, functions and fixtures it uses; those used always, too."""
        waiting: list[ast.AST] = [function, *self._always]
        seen = {function.name}
        while waiting:
            for node in self.with_values(waiting.pop()):
                yield node
                for name in self.named(node) - seen:
                    seen.add(name)
                    if name in self.functions:
                        waiting.append(self.functions[name])

    def named(self, node: ast.AST) -> frozenset[str]:
        """Every name in it: as it stands, as it was imported, or asked for by getattr."""
        if node not in self._named:
            self._named[node] = frozenset(name for one in ast.walk(node) for name in self._names(one))
        return self._named[node]

    def _names(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Attribute():
                yield node.attr
            case ast.Name():
                yield node.id
                yield self.dotted(node).rpartition(".")[2]
            case ast.alias():
                yield node.name.rpartition(".")[2]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(word)), *_]):
                yield word

    def _take(self, line: ast.stmt) -> None:
        if isinstance(line, Function):
            self.functions[line.name] = line
            self.bound.append(line.name)
        elif isinstance(line, ast.ClassDef):
            self.bound.append(line.name)
        else:
            self._take_names(line)
            if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
                targets = line.targets if isinstance(line, ast.Assign) else [line.target]
                self.values |= {one.id: line.value for one in targets if isinstance(one, ast.Name)}

    def _take_names(self, line: ast.stmt) -> None:
        for one in ast.walk(line):
            if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
                self.bound.append(one.id)
            elif isinstance(one, ast.ImportFrom):
                self._imports |= {a.asname or a.name: f"{one.module}.{a.name}" for a in one.names}
            elif isinstance(one, ast.Import):
                self._imports |= {a.asname or a.name.partition(".")[0]: _imported(a) for a in one.names}
            elif isinstance(one, ast.alias):
                self.bound.append(one.asname or one.name)


@cache
def _parsed(path: str, text: str) -> TestFile:
    return TestFile(path, text)


def _imported(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _words(function: Function) -> Iterator[ast.keyword]:
    return (one for mark in function.decorator_list for one in ast.walk(mark) if isinstance(one, ast.keyword))

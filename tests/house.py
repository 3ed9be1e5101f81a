"""Reads the tree of the project for the house rules; looks at text only, imports nothing of the product."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("firmware_bridge", "safety", "controller", "simulator", "hil")
# Folders that hold products of work, not the project.
SKIPPED = {
    ".git",
    ".venv",
    "__pycache__",
    "runs",
    "node_modules",
    ".hypothesis",
    "hil-results",
    "dist",
    "build",
    "htmlcov",
    "test-results",
}


class Finding(NamedTuple):
    """One place that breaks a rule."""

    line: int
    what: str


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file below the named folders of the project."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "__pycache__" not in path.parts:
                yield path


def text_files() -> Iterator[Path]:
    """Every file of the project that holds text. In a linked work tree `.git` is a file."""
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = sorted(f for f in subfolders if f not in SKIPPED and not f.endswith("_cache"))
        for path in (Path(folder) / name for name in sorted(names)):
            if path.name not in SKIPPED and path.is_file() and b"\0" not in path.read_bytes()[:8192]:
                yield path


def imports(source: str) -> list[Finding]:
    """Every module an import statement names, wherever it stands; a relative one begins with a dot."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [Finding(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(Finding(node.lineno, "." * node.level + (node.module or "")))
    return found


def foreign_imports(source: str, own: tuple[str, ...]) -> list[Finding]:
    """The imports that are not below the own packages, and uses of `__import__`."""
    named = [
        Finding(node.lineno, node.id)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and node.id == "__import__"
    ]
    return named + [
        found
        for found in imports(source)
        if not any(found.what == package or found.what.startswith(package + ".") for package in own)
    ]


def long_functions(source: str, limit: int) -> list[Finding]:
    """Functions of more lines than the limit, from def to the last line."""
    return [
        Finding(node.lineno, f"{node.name}: {lines} lines")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > limit
    ]


def simulation_branches(source: str) -> list[Finding]:
    """Conditions that ask whether something is simulated."""
    found = []
    for branch in ast.walk(ast.parse(source)):
        if isinstance(branch, ast.If | ast.IfExp | ast.While):
            found += [
                Finding(branch.test.lineno, name)
                for name in names_in(branch.test)
                if "simulat" in name.lower()
            ]
    return found


def names_in(condition: ast.expr) -> Iterator[str]:
    """The names and attributes a condition reads."""
    for node in ast.walk(condition):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr

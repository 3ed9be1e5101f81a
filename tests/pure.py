"""What the pure rules may import and name. `python -m tests.pure` reads safety/; ./dev check runs it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Final

from tests import house

# Pure modules of the standard library: none of them opens a file, reads a clock or draws a random number.
PURE: Final = frozenset(
    "__future__ collections collections.abc dataclasses enum functools itertools math typing".split()  # noqa: SIM905
)
# Built-in names that reach a file, a screen, or a module that no import statement shows.
IMPURE_NAMES: Final = frozenset(
    """
    __builtins__ __import__ __loader__ __spec__ breakpoint compile delattr eval exec getattr globals help id
    input locals open print setattr vars
    """.split()  # noqa: SIM905
)
# Attributes by which a pure module, a function or a class leads to an impure one.
IMPURE_ATTRIBUTES: Final = frozenset(
    """
    __builtins__ __dict__ __getattribute__ __globals__ __import__ __loader__ __spec__ __subclasses__
    exec_module f_builtins f_globals import_module load_module modules
    """.split()  # noqa: SIM905
)


def in_rules(source: str) -> list[house.Finding]:
    """Every line by which something impure comes into the rules."""
    tree = ast.parse(source)
    found = house.foreign_imports(
        source, PURE, own=("safety",), not_own=("safety.guard",), hidden=IMPURE_NAMES
    )
    return sorted({*found, *_led_to(tree)})


def _led_to(tree: ast.Module) -> Iterator[house.Finding]:
    """Modules that a pure module has imported for itself (`enum.sys`), and ways to any module."""
    aliases = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    pure = {(alias.asname or alias.name).partition(".")[0] for alias in aliases}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of_module = isinstance(node.value, ast.Name) and node.value.id in pure
            if node.attr in IMPURE_ATTRIBUTES or (of_module and _is_module(node.attr)):
                yield house.Finding(node.lineno, f".{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module in PURE:
            yield from (
                house.Finding(node.lineno, f"{node.module}.{alias.name}")
                for alias in node.names
                if alias.name != "abc" and (alias.name in {*IMPURE_ATTRIBUTES, "*"} or _is_module(alias.name))
            )


def _is_module(name: str) -> bool:
    return name.lstrip("_") in sys.stdlib_module_names and name not in PURE


def main() -> int:
    """One line for each finding; 1 where there is one."""
    found = [
        f"{path.relative_to(house.ROOT)}:{line}: '{what}' is not pure; a clock, a file or chance belongs "
        "into safety/guard (allowed: tests/pure.py)"
        for path in house.python_files("safety")
        if "guard" not in path.relative_to(house.ROOT).parts[1:-1]
        for line, what in in_rules(path.read_text())
    ]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())

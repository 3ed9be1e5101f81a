"""What the pure rules may import and name. `python -m tests.pure` reads safety/; ./dev check runs it.

Lists of what is allowed: a list of what is not would never be whole.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests import house

# Names of the standard library, by module. None of them opens a file, reads a clock, draws a random number,
# evaluates a text or leads on to a module that does.
PURE: Final = {
    "__future__": frozenset({"annotations"}),
    "collections": frozenset({"Counter", "deque"}),
    "collections.abc": frozenset("Callable Iterable Iterator Mapping Sequence".split()),  # noqa: SIM905
    "dataclasses": frozenset({"dataclass", "field"}),
    "enum": frozenset("Enum Flag IntEnum IntFlag StrEnum unique".split()),  # noqa: SIM905
    "functools": frozenset({"partial", "reduce"}),
    "itertools": frozenset("accumulate chain count islice pairwise product repeat zip_longest".split()),  # noqa: SIM905
    "math": frozenset("ceil copysign floor gcd inf isfinite isqrt nan".split()),  # noqa: SIM905
    "typing": frozenset("Any ClassVar Final Literal NamedTuple Never Self TypeAlias assert_never".split()),  # noqa: SIM905
}
# Built-in functions and types; errors may all be named. `hash`, `id` and `repr` differ from run to run.
PURE_NAMES: Final = frozenset(
    """
    all any abs bool bytes classmethod dict divmod enumerate filter float frozenset int isinstance issubclass
    iter len list map max min next object pow property range reversed round set slice sorted staticmethod str
    sum super tuple zip
    """.split()  # noqa: SIM905
)
# Attributes that begin with an underscore; the others lead to functions, classes and from there anywhere.
PURE_ATTRIBUTES: Final = frozenset({"__doc__", "__name__", "_asdict", "_fields", "_replace"})
_FRAMES: Final = ("f_", "tb_", "gi_", "cr_", "ag_")  # how names of the interpreter's frames begin
OWN: Final = "safety"


def in_rules(source: str) -> list[house.Finding]:
    """Every line by which something impure may come into the rules."""
    tree = ast.parse(source)
    return sorted({found for node in ast.walk(tree) for found in _impure(node)})


def _impure(node: ast.AST) -> Iterator[house.Finding]:
    if isinstance(node, ast.Import):
        # A module as a whole leads on to what it has imported for itself.
        yield from (house.Finding(node.lineno, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from _imported(node)
    elif isinstance(node, ast.Name) and not _name_is_pure(node.id):
        yield house.Finding(node.lineno, node.id)
    elif isinstance(node, ast.Attribute) and not _attribute_is_pure(node.attr):
        yield house.Finding(node.lineno, f".{node.attr}")
    elif isinstance(node, ast.MatchClass):
        names = [name for name in node.kwd_attrs if not _attribute_is_pure(name)]
        yield from (house.Finding(node.lineno, f".{name}") for name in names)


def _imported(node: ast.ImportFrom) -> Iterator[house.Finding]:
    module = node.module or ""
    parts = module.split(".")
    for alias in node.names:
        if node.level == 0 and parts[0] == OWN:
            pure = "guard" not in {*parts[1:2], alias.name} and not alias.name.startswith(("_", "*"))
        else:
            pure = node.level == 0 and alias.name in PURE.get(module, ())
        if not pure:
            yield house.Finding(node.lineno, f"{'.' * node.level}{module}.{alias.name}")


def _name_is_pure(name: str) -> bool:
    if name.startswith("__"):
        return name == "__all__"
    found = getattr(builtins, name, None)
    error = isinstance(found, type) and issubclass(found, BaseException)
    return name in PURE_NAMES or error or not hasattr(builtins, name)


def _attribute_is_pure(name: str) -> bool:
    return name in PURE_ATTRIBUTES or not name.startswith(("_", *_FRAMES))


def is_guard(path: Path) -> bool:
    """Whether a file below safety/ belongs to the process, which may do more."""
    return path.relative_to(house.ROOT).parts[1:-1][:1] == ("guard",)


def main() -> int:
    """One line for each finding; 1 where there is one."""
    found = [
        f"{path.relative_to(house.ROOT)}:{line}: '{what}' is not pure; a clock, a file or chance belongs "
        "into safety/guard (allowed: tests/pure.py)"
        for path in house.python_files("safety")
        if not is_guard(path)
        for line, what in in_rules(path.read_text())
    ]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())

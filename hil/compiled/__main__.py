"""`./dev compile`: build it, or say that it is built."""

from __future__ import annotations

import sys
from pathlib import Path

from hil.compiled.build import build, is_fresh


def main() -> int:
    """Exit 0: built and the same ride, bit for bit; 69: it cannot be had here."""
    root, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    check_only = sys.argv[3:] == ["--check"]
    if is_fresh(root, folder):
        return 0
    if check_only:
        return 1
    print("compiling the rules, the node, the codecs and the plant: some minutes", file=sys.stderr)
    try:
        build(root, folder)
    except (RuntimeError, OSError, ImportError) as error:
        print(f"not compiled: {error}", file=sys.stderr)
        return 69
    print("compiled; four rides by both are the same, bit for bit", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`./dev compile`: build it, or say that it is built."""

from __future__ import annotations

import sys

from hil.compiled.packages import FOLDER, NotCompiled, compile_to


def main() -> int:
    """Exit 0: built and the same ride, bit for bit; 69: it cannot be had here."""
    try:
        compile_to(FOLDER, lambda text: print(text, file=sys.stderr))
    except NotCompiled as error:
        print(f"not compiled: {error}", file=sys.stderr)
        return 69
    return 0


if __name__ == "__main__":
    sys.exit(main())

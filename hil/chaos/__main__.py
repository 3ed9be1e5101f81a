"""`python -m hil.chaos` is `keel chaos`."""

from __future__ import annotations

from controller.cli import main

if __name__ == "__main__":
    import sys

    main(["chaos", *sys.argv[1:]])

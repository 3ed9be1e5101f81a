"""`python -m controller --table FILE` is `keel controller`; with a command's name in front it is `keel`."""

from __future__ import annotations

import sys

from controller.cli import COMMANDS, main

if __name__ == "__main__":
    words = sys.argv[1:]
    main(words if words[:1] and words[0] in COMMANDS else ["controller", *words])

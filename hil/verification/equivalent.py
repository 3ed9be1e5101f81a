"""Mutants that no test can tell from the rules, reviewed one by one, each with its reason.

File: {(function, the line's text, the change): why nothing that anybody sees changes}.
"""

from __future__ import annotations

from typing import Final

EQUIVALENT: Final[dict[str, dict[tuple[str, str, str], str]]] = {
    "safety/angles.py": {
        (
            "_contradicted",
            "return False",
            "False -> True",
        ): "silent switches then contradict both sources alike, which decides nothing",
    },
}

"""Mutants that no test can tell from the rules, reviewed one by one, each with its reason.

File: {(the line's text, the change): why nothing that anybody sees changes}.
"""

from __future__ import annotations

from typing import Final

EQUIVALENT: Final[dict[str, dict[tuple[str, str], str]]] = {}

"""Times of the ledger in words."""

from __future__ import annotations


def hours(ms: int) -> str:
    """Hours and minutes, rounded up."""
    minutes = -(-ms // 60_000)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"

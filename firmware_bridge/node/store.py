"""What outlives a reset: a few numbers by key."""

BOOT_COUNT = "boot_count"
SESSION_MARK = "session_mark"


class MemoryStore:
    """Keeps them as long as the object lives; the board has a file, see main.py."""

    def __init__(self) -> None:
        self._values: dict[str, int] = {}

    def read(self, key: str, default: int) -> int:
        """The number kept under this key."""
        return self._values.get(key, default)

    def write(self, key: str, value: int) -> None:
        """Keep it; called only when it has changed."""
        self._values[key] = value

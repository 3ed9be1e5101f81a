"""What outlives a reset: a few numbers by key."""

from os import rename

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


class FileStore(MemoryStore):
    """A line `key number` each in a file on the board's flash; written whole, then renamed."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        try:
            with open(path) as file:
                for line in file:
                    key, number = line.split()
                    self._values[key] = int(number)
        except (OSError, ValueError):
            self._values = {}  # a new board, or a flash gone bad: defaults, and no session mark

    def write(self, key: str, value: int) -> None:
        """Keep it over a reset."""
        super().write(key, value)
        with open(self._path + ".new", "w") as file:
            for name in self._values:
                file.write(f"{name} {self._values[name]}\n")
        rename(self._path + ".new", self._path)

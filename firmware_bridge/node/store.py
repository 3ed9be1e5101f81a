"""What outlives a reset: a few numbers by key."""

from os import rename

from firmware_bridge.node.wire import crc16

BOOT_COUNT = "boot_count"
SESSION_MARK = "session_mark"
_CRC = "crc"


class MemoryStore:
    """Keeps them as long as the object lives; the board has a file, see main.py."""

    def __init__(self) -> None:
        self._values: dict[str, int] = {}
        self.failed = False  # the last `save` was in vain

    def read(self, key: str, default: int) -> int:
        """The number kept under this key."""
        return self._values.get(key, default)

    def put(self, key: str, value: int) -> None:
        """Remember it; `save` makes it last."""
        self._values[key] = value

    def save(self) -> bool:
        """Make all of them last; whether they do."""
        return True


class FileStore(MemoryStore):
    """A line `key number` each in a file on the board's flash, then a CRC; written whole, then renamed."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        try:
            with open(path) as file:
                self._values = _parsed(file.read())
        except (OSError, ValueError):
            self._values = {}  # a new board, or a flash gone bad: defaults, and no session mark

    def save(self) -> bool:
        """Write the file anew."""
        lines = "".join([f"{name} {self._values[name]}\n" for name in self._values])
        try:
            with open(self._path + ".new", "w") as file:
                file.write(f"{lines}{_CRC} {_crc(lines)}\n")
            rename(self._path + ".new", self._path)
            self.failed = False
        except OSError:
            self.failed = True
        return not self.failed


def _crc(lines: str) -> int:
    data = bytearray(lines.encode())
    return crc16(data, len(data))


def _parsed(text: str) -> "dict[str, int]":
    """Raises ValueError unless every line is whole and the CRC right."""
    lines, mark, crc = text.rpartition(_CRC + " ")
    if not mark or crc != f"{_crc(lines)}\n":
        raise ValueError
    values = {}
    for line in lines.split("\n"):
        if line:
            key, number = line.split()
            values[key] = int(number)
    return values

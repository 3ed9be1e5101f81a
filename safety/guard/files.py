"""Small files that must survive: replaced whole, forced to the disk only when the table is parked."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def replace(path: Path, content: dict[str, Any], durable: bool) -> None:
    """Write a JSON file so that either the old or the new one is there. Raises OSError; then the old one is.

    `durable` waits for the disk, which may take long on a memory card: at park only.
    """
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    try:
        write_all(descriptor, (json.dumps(content, separators=(",", ":")) + "\n").encode())
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(fresh, path)
    if durable:
        sync_folder(path.parent)


def remove(path: Path, durable: bool) -> None:
    """Take a file away; it is no error when there is none."""
    path.unlink(missing_ok=True)
    if durable:
        sync_folder(path.parent)


def read(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file, None when there is no file or it cannot be understood."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def seal(path: Path, content: dict[str, Any], durable: bool) -> None:
    """As `replace`, with a checksum: a file that was cut short or changed is known by it. Raises OSError."""
    replace(path, {**content, "sum": _sum(content)}, durable)


def read_sealed(path: Path) -> dict[str, Any] | None:
    """What was sealed, None when there is none or it is not what was written."""
    found = read(path)
    seal_of = found.pop("sum", None) if found else None
    return found if found is not None and seal_of == _sum(found) else None


def _sum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, separators=(",", ":"), sort_keys=True).encode()).hexdigest()


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it. Raises OSError, also when the disk took a part only."""
    while data:
        data = data[os.write(descriptor, data) :]

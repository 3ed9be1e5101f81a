"""A disk in trouble, for one process and a moment: no file can grow, or nothing can be written at all."""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

CAPABILITY_VERSION: Final = 0x20080522  # linux/capability.h, version 3
OVERRIDE: Final = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
NO_WRITE: Final = 0o222
_libc: Final = ctypes.CDLL(None, use_errno=True)


@contextmanager
def full() -> Iterator[None]:
    """Inside, writes that make a file longer fail (EFBIG here, ENOSPC on a real one: both are OSError)."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Inside, nothing in the folder can be made, changed, taken away or made longer, not even by root."""
    places = [folder, *folder.iterdir()]
    before = {place: place.stat().st_mode for place in places if not place.is_socket()}
    for place, mode in before.items():
        place.chmod(mode & ~NO_WRITE)
    try:
        with full(), _no_override():
            yield
    finally:
        for place, mode in before.items():
            place.chmod(mode)


@contextmanager
def _no_override() -> Iterator[None]:
    """Root without its right to pass over permissions; for anybody else this changes nothing."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    data = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    if _libc.capget(header, data):
        raise OSError(ctypes.get_errno(), "capget")
    effective = data[0]
    data[0] = effective & ~OVERRIDE
    _set(data)
    try:
        yield
    finally:
        data[0] = effective
        _set(data)


def _set(data: ctypes.Array[ctypes.c_uint32]) -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    if _libc.capset(header, data):
        raise OSError(ctypes.get_errno(), "capset")


def refuses(folder: Path) -> bool:
    """Whether a new file in the folder cannot be written at this moment."""
    probe = folder / "probe"
    try:
        probe.write_bytes(b"x")
    except OSError:
        return True
    finally:
        if os.access(folder, os.W_OK):
            probe.unlink(missing_ok=True)
    return False

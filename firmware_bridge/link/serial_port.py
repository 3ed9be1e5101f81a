"""Serial ports through pyserial: never waiting, held by one process only. The one file that imports it."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import termios

import serial

from firmware_bridge.config import Parity
from firmware_bridge.errors import LinkLost, PortBusy, PortMissing

_PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
_PTY_MAJORS = range(136, 144)  # Linux, Documentation/admin-guide/devices.txt
_BUSY = (errno.EBUSY, errno.EAGAIN)
_CHUNK = 4_096


class SerialLink:
    """An open serial port; satisfies ByteLink."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._fd: int = port.fileno()

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return str(self._port.name)

    def read(self) -> bytes:
        """What has arrived. Straight from the descriptor: pyserial asks the kernel twice per read."""
        try:
            return os.read(self._fd, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        """Queue one whole frame. Raises LinkLost when the port is gone or its queue is full."""
        try:
            sent = os.write(self._fd, data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise self._lost(error) from error
        if sent != len(data):
            raise LinkLost(f"{self.name}: took {sent} of {len(data)} bytes; the other end does not read")

    def close(self) -> None:
        """Give the port back."""
        self._port.close()
        self._fd = -1

    def _lost(self, error: Exception) -> LinkLost:
        return LinkLost(f"{self.name}: gone ({error}); plug it in again")


def open_serial(port: str, baud: int, parity: Parity = "none") -> SerialLink:
    """Open `port` for this process alone, eight data bits, one stop bit.

    pyserial takes the flock, which only stops those who ask for it; TIOCEXCL stops everybody but root.
    A pseudo-terminal refuses parity (the kernel answers EINVAL), and whoever made it holds it open, so that
    TIOCEXCL would outlive us there: both are left out.
    """
    pty = is_pty(port)
    try:
        opened = serial.Serial(
            port,
            baud,
            parity=serial.PARITY_NONE if pty else _PARITIES[parity],
            timeout=0,
            write_timeout=0,
            exclusive=True,
        )
    except (serial.SerialException, OSError) as error:
        raise _refusal(port, error) from error
    if not pty:
        fcntl.ioctl(opened.fileno(), termios.TIOCEXCL)
    return SerialLink(opened)


def is_pty(port: str) -> bool:
    """Whether the port is a pseudo-terminal."""
    try:
        status = os.stat(port)
    except OSError:
        return False
    return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) in _PTY_MAJORS


def _refusal(port: str, error: Exception) -> Exception:
    number = getattr(error, "errno", None)
    if number in _BUSY or "exclusively lock" in str(error):
        return PortBusy(f"{port}: another process holds it; stop that one (fuser {port} names it)")
    if number in (errno.EACCES, errno.EPERM):
        return PortMissing(f"{port}: no permission; add this user to the group dialout and log in again")
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR):
        return PortMissing(f"{port}: there is no such port; see `ls -l /dev/serial/by-id`")
    return PortMissing(f"{port}: not a serial port ({error}); see `ls -l /dev/serial/by-id`")

"""Which serial ports there are, by the names that stay, and who holds them. Opens none and sends nothing:
a status request for one drive is a motion command for another.

Read from the kernel's folders alone: /sys/class/tty (Documentation/ABI/stable/sysfs-class-tty),
/dev/serial/by-id (made by udev) and /proc/PID/fd.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Port(NamedTuple):
    """One serial port. What is not known is empty."""

    device: str  # /dev/ttyUSB0; may change with the next plugging in
    by_id: str  # the name that stays; for a table file
    usb: str  # VID:PID, lower case hexadecimal
    product: str  # what its maker calls it
    driver: str  # of the kernel
    holders: tuple[str, ...]  # "name (pid)"


def ports(root: Path = Path("/")) -> list[Port]:
    """All ports with hardware behind them, in the order of their names."""
    names = {link.resolve().name: str(link) for link in _links(root / "dev/serial/by-id")}
    found = [_port(entry, names, root) for entry in sorted(_links(root / "sys/class/tty")) if _is_real(entry)]
    holders = _holders({port.device for port in found}, root)
    return [port._replace(holders=tuple(holders.get(port.device, ()))) for port in found]


def _port(entry: Path, names: dict[str, str], root: Path) -> Port:
    device = (entry / "device").resolve()
    usb = next((above for above in (device, *device.parents) if (above / "idVendor").is_file()), None)
    numbers = "" if usb is None else f"{_text(usb / 'idVendor')}:{_text(usb / 'idProduct')}"
    product = "" if usb is None else f"{_text(usb / 'manufacturer')} {_text(usb / 'product')}".strip()
    driver = device / "driver"
    by_id = names.get(entry.name, "")
    return Port(
        f"/dev/{entry.name}",
        "/" + str(Path(by_id).relative_to(root)) if by_id else "",
        numbers,
        product,
        driver.resolve().name if driver.exists() else "",
        (),
    )


def _is_real(entry: Path) -> bool:
    """Consoles and pseudo terminals have no device; an 8250 port that is not there has type 0."""
    return (entry / "device").exists() and _text(entry / "type") != "0"


def _holders(devices: set[str], root: Path) -> dict[str, list[str]]:
    """Who has them open, as far as this user may see it."""
    found: dict[str, list[str]] = {}
    for process in _links(root / "proc"):
        if not process.name.isdigit():
            continue
        opened = {_target(fd) for fd in _links(process / "fd")}
        for device in devices & opened:
            found.setdefault(device, []).append(f"{_text(process / 'comm')} ({process.name})")
    return found


def _links(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""

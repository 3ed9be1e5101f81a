"""What is known of drives that cannot be driven yet, and what is missing. One row each; all are refused.

Whoever has the manual, or the drive on a bench, fills the gap with a driver: docs/how-to/add-a-drive.md.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Facts(NamedTuple):
    """One drive."""

    title: str
    protocol: str
    known: str
    missing: str  # UNVERIFIED, and essential
    dead_host: str  # what it does when the host is gone
    watchdog_setting: str
    source: str


FACTS: Final[dict[str, Facts]] = {
    "linak": Facts(
        "LINAK LA35, LA36, LA37 with Modbus",
        "Modbus RTU, 19200",
        "holding registers 1 to 3 are target (0.1 mm), command and speed; 1 = run to target; what its length "
        "is in degrees is built (the section `[lever]`), for when the registers are known",
        "the address of register 1 on the wire, the commands for out, in, stop and clear, the status bits",
        "unknown",
        "heartbeat register (number unknown)",
        "LINAK installation guide, Modbus option",
    ),
    "leadshine": Facts(
        "Leadshine iEM-RS, CS2RS, iCS-RS",
        "Modbus RTU, 38400",
        "path 0 at 6200h, trigger 6002h (40h stops), position 1014h, status 1003h",
        "a communication timeout: none is in the manuals, so a dead host leaves it moving",
        "moves on to its target",
        "no such register",
        "Leadshine iEM-RS and CS2RS manuals",
    ),
    "simplefoc": Facts(
        "SimpleFOC Commander",
        "ASCII without check sums",
        "targets and monitoring by single letters",
        "a watchdog and any acknowledgement",
        "keeps the last target",
        "no such command",
        "docs.simplefoc.com, Commander",
    ),
    "oriental-az": Facts(
        "Oriental Motor AZ",
        "Modbus RTU, 8E1",
        "the direct data block 0058h to 0069h and the driver input 007Ch of the BLV-R",
        "the scale of position and speed, and alarm 85h on a timeout",
        "as the BLV-R, not confirmed",
        "register 138Ah (communication timeout), not confirmed for AZ",
        "HM-60262E, github asukiaaa/arduino-OrientalAZ",
    ),
    "gs2": Facts(
        "AutomationDirect GS2",
        "Modbus RTU, 38400 8O1",
        "speed 091Ah (0.1 Hz), run 091Bh, direction 091Ch, status block 2100h",
        "the parameter of its communication timeout and the reaction, a brake logic",
        "by a parameter that is not known",
        "serial timeout parameter (number unknown)",
        "LinuxCNC gs2_vfd.c",
    ),
    "lexium": Facts(
        "Schneider Lexium LXM28, LXM32",
        "Modbus TCP, Modbus RTU",
        "LXM32: 32-bit parameters at even addresses, upper word first",
        "the registers of control and status word, target and position, the timeout",
        "unknown",
        "unknown",
        "LXM32M Modbus TCP manual p. 21",
    ),
    "asda-b3": Facts(
        "Delta ASDA-B3",
        "Modbus RTU",
        "P3.001 baud rate, P3.002 format, P3.003 fault handling, P3.004 timeout",
        "the registers of enabling, target and feedback, the word order, the reaction to P3.004",
        "unknown",
        "parameter P3.004 (communication timeout), register unknown",
        "ASDA-B3 manual p. 590",
    ),
    "huanyang": Facts(
        "Huanyang VFD",
        "serial, like Modbus but not Modbus",
        "nothing that a driver could be written from",
        "everything",
        "unknown",
        "unknown",
        "none read",
    ),
}

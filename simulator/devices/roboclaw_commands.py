"""The commands of a RoboClaw as BasicMicro's user manual lists them, for the twin; typed from the manual.

Big-endian. A write carries its data and a CRC-16/XMODEM; a read is two bytes, its answer ends in the CRC over
address, command and data.
"""

from __future__ import annotations

from typing import Final

# Number -> struct of the data of a write.
WRITES: Final = {
    14: ">B",  # serial timeout, 100 ms
    20: ">",  # reset encoders
    22: ">I",  # M1 encoder
    28: ">IIII",  # velocity D, P, I, QPPS of M1, gains times 65536
    32: ">h",  # M1 duty
    35: ">i",  # M1 speed, counts/s
    38: ">Ii",  # M1 acceleration, speed
    52: ">hI",  # M1 duty, acceleration
    61: ">IIIIIii",  # position D, P, I of M1, gains times 1024, most I, dead zone, least and most position
    65: ">IIIiB",  # M1 acceleration, speed, deceleration, position, execute now
    68: ">I",  # M1 default acceleration
    74: ">BBB",  # modes of S3, S4, S5
    94: ">I",  # save, with its key
    133: ">II",  # M1 most and least current, 10 mA
    200: ">",  # e-stop reset
    201: ">B",  # e-stop lock
}
# 75, 135 and 202 read what 74, 133 and 201 set; 63 what 61 set, its gains as P, I, D.
READS: Final = frozenset({15, 16, 18, 21, 24, 25, 30, 48, 49, 55, 63, 75, 78, 82, 83, 90, 135, 202})
SAVE_KEY: Final = 0xE22EAB7A
SOFTWARE_LOCK, AUTO_LOCK = 0xAA, 0x55
# What the further settings are at first (UNVERIFIED), by the command that sets them.
SETTINGS: Final[dict[int, tuple[int, ...]]] = {
    61: (0, 0, 0, 0, 0, 0, 0),
    68: (0,),
    74: (0, 0, 0),
    133: (3_000, 0),
    201: (AUTO_LOCK,),
}

# What a fresh one answers; after commissioning the gains and QPPS are the motor's.
VERSION: Final = b"USB Roboclaw 2x30a v4.1.34\n\x00"
TIMEOUT_US: Final = 100_000
GAP_US: Final = 10_000
REPLY_US: Final = 500  # UNVERIFIED
FULL_DUTY: Final = 32_767
BATTERY_DV, LOGIC_DV = 250, 50
TEMPERATURE_DEGC: Final = 31.1
TUNED: Final = (0x10000, 0x8000, 0x4000, 44_000)  # P 1.0, I 0.5, D 0.25, QPPS
FACTORY: Final = (0, 0, 0, 0)  # UNVERIFIED: no motor is tuned in a factory
ESTOP: Final = 1
BACKWARD: Final = 2

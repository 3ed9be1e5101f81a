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
    65: ">IIIiB",  # M1 acceleration, speed, deceleration, position, execute now
}
READS: Final = frozenset({15, 16, 18, 21, 24, 25, 30, 48, 49, 55, 78, 82, 83, 90})

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

"""The registers of a Schneider ATV320 as its parameter list and Modbus notes give them, for the twin.

Typed from the document on its own: nothing here comes from the driver. 16 bits each, addresses decimal as
printed. Values at the factory that the material does not name are marked UNVERIFIED.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """One register: its value at the factory and what may be written to it (None: read only)."""

    default: int
    least: int | None
    most: int
    when_stopped: bool = False  # a parameter that a running motor keeps as it is


def read_only(default: int = 0) -> Entry:
    """A monitor."""
    return Entry(default, None, 0)


def choice(default: int, most: int) -> Entry:
    """A parameter of the configuration."""
    return Entry(default, 0, most, True)


ENTRIES: Final[dict[int, Entry]] = {
    # Speed limits, 0.1 Hz
    3103: Entry(600, 100, 5_990, True),  # TFR
    3104: Entry(500, 0, 5_990),  # HSP
    3105: Entry(0, 0, 5_990),  # LSP
    3108: choice(0, 1),  # RIN
    # Monitors
    3201: read_only(),  # ETA
    3202: read_only(),  # RFR, 0.1 Hz
    3203: read_only(),  # FRH, 0.1 Hz
    3204: read_only(),  # LCR, 0.1 A
    3205: read_only(),  # OTR, %
    3206: read_only(),  # ETI
    3207: read_only(2_300),  # ULN, 0.1 V
    3208: read_only(),  # UOP
    3209: read_only(35),  # THD, %
    3240: read_only(2),  # HMIS
    5202: read_only(),  # IL1R
    # Modbus: address (off at the factory; the twin has been given one), baud, format, time-out in 0.1 s
    6001: Entry(1, 0, 247, True),  # ADD
    6003: Entry(32, 28, 36, True),  # TBR: 19200 baud
    6004: Entry(3, 2, 5, True),  # TFO: 8E1
    6005: Entry(100, 1, 300),  # ttO: 10 s UNVERIFIED
    # Faults
    7010: Entry(1, 0, 8),  # SLL: freewheel UNVERIFIED
    7015: Entry(1, 0, 8),  # CLL
    7080: Entry(0, 0, 5_990),  # LFF
    7121: read_only(),  # LFT
    7122: choice(0, 1),  # ATR
    7200: read_only(),  # DP0
    # Channels
    8401: choice(1, 3),  # CHCF: SIM
    8413: Entry(1, 0, 255, True),  # FR1: AI1
    8423: choice(1, 30),  # CD1: terminals
    8441: read_only(),  # CRC
    8442: read_only(),  # CCC
    # Command and reference
    8501: Entry(0, 0, 0xFFFF),  # CMD
    8502: Entry(0, 0, 0xFFFF),  # LFR, 0.1 Hz
    8602: Entry(0, 0, 0xFFFF),  # LFRD, r/min
    8603: read_only(),  # ETAD
    8604: read_only(),  # RFRD, r/min
    8605: read_only(),  # FRHD, r/min
    8606: read_only(),  # ERRD
    8651: choice(6, 7),  # QSTD
    8652: choice(1, 1),  # DOTD: ramp
    # Ramps
    9001: Entry(30, 0, 9_999),  # ACC
    9002: Entry(30, 0, 9_999),  # DEC
    9020: choice(1, 2),  # INR: 0.1 s
    9602: Entry(500, 100, 8_000, True),  # FRS, 0.1 Hz
    9604: Entry(1_420, 0, 65_535, True),  # NSP, r/min
    9618: read_only(2),  # PPN, pole pairs
    9630: read_only(20),  # THR, %
    # Brake logic
    10001: choice(0, 64),  # BLC: none
    10003: Entry(0, 0, 100),  # BEN
    10004: Entry(10, 0, 500),  # BRT, 0.01 s UNVERIFIED
    10005: Entry(10, 0, 500),  # BET, 0.01 s UNVERIFIED
    # Stops
    11201: choice(0, 3),  # STT: ramp
    11230: Entry(4, 0, 10),  # DCF
}

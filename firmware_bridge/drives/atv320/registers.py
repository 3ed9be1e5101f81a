"""Registers of the Schneider ATV320 (also sold as ACOPOSinverter P76), 16 bits each.

An address is 3000 + 100 * (index - 2000h) + (subindex - 1) of the maker's parameter list and goes on the wire
as printed. Pages are index and subindex in that list (hilch/ac_invlib P76_registers.h, commit c7492e8).
"""

from __future__ import annotations

from typing import Final

from firmware_bridge.drives.register16 import Register, Setting

R: Final = Register
PAGE: Final = "parameter list "

# Command and status (DRIVECOM).
CMD: Final = R("CMD control word", 8501, "", 1, PAGE + "2037h/2")
LFRD: Final = R("LFRD speed reference", 8602, "r/min", 1, PAGE + "2038h/3")
ETAD: Final = R("ETAD status word", 8603, "", 1, PAGE + "2038h/4")
RFRD: Final = R("RFRD output speed", 8604, "r/min", 1, PAGE + "2038h/5")
ERRD: Final = R("ERRD fault code", 8606, "", 1, PAGE + "2038h/7")
ETA: Final = R("ETA status word", 3201, "", 1, PAGE + "2002h/2")
LCR: Final = R("LCR motor current", 3204, "A", 0.1, PAGE + "2002h/5")
# UNVERIFIED: at how many per cent it raises OHF or OLF stands in no document read.
THD: Final = R("THD drive thermal state", 3209, "%", 1, PAGE + "2002h/0Ah")
THR: Final = R("THR motor thermal state", 9630, "%", 1, PAGE + "2042h/1Fh")
LFT: Final = R("LFT last fault", 7121, "", 1, PAGE + "2029h/16h")

# Line.
ADD: Final = R("ADD Modbus address", 6001, "", 1, PAGE + "201Eh/2")
TBR: Final = R("TBR Modbus baud rate", 6003, "", 1, PAGE + "201Eh/4")
# UNVERIFIED: the unit of 0.1 s. In any shorter one the drive would fault at once, in no case stay silent.
TTO: Final = R("ttO Modbus time-out", 6005, "s", 0.1, PAGE + "201Eh/6")
BAUD_CODES: Final = {9_600: 28, 19_200: 32, 38_400: 36}

# Parameters.
SLL: Final = R("SLL reaction to the Modbus time-out", 7010, "", 1, PAGE + "2028h/0Bh")
CHCF: Final = R("CHCF channel mode", 8401, "", 1, PAGE + "2036h/2")
FR1: Final = R("FR1 reference channel", 8413, "", 1, PAGE + "2036h/0Eh")
STT: Final = R("STT stop type", 11201, "", 1, PAGE + "2052h/2")
INR: Final = R("INR ramp increment", 9020, "", 1, PAGE + "203Ch/15h")
ACC: Final = R("ACC acceleration", 9001, "s", 0.1, PAGE + "203Ch/2")
DEC: Final = R("DEC deceleration", 9002, "s", 0.1, PAGE + "203Ch/3")
LSP: Final = R("LSP low speed", 3105, "Hz", 0.1, PAGE + "2001h/6")
RIN: Final = R("RIN reverse inhibition", 3108, "", 1, PAGE + "2001h/9")
BLC: Final = R("BLC brake logic", 10001, "", 1, PAGE + "2046h/2")

# Control word.
DISABLE_VOLTAGE: Final = 0x0000
SHUTDOWN: Final = 0x0006
SWITCH_ON: Final = 0x0007  # out of operation: the ramp, then the brake
ENABLE_OPERATION: Final = 0x000F
FAULT_RESET: Final = 0x0080  # acts on its edge

# Status word: value under the mask.
STATE_MASK: Final = 0x006F
FAULT_MASK: Final = 0x004F
FAULT: Final = 0x0008
FAULT_REACTION: Final = 0x000F
SWITCH_ON_DISABLED: Final = 0x0040
READY: Final = 0x0021
SWITCHED_ON: Final = 0x0023
OPERATION_ENABLED: Final = 0x0027

FAULT_COMM: Final = 5  # LFT: SLF1
FAULT_NAMES: Final = {
    5: "SLF1, Modbus communication lost",
    9: "OCF, overcurrent",
    16: "OHF, overheat",
    17: "OLF, motor overload",
    18: "ObF, overbraking: fit a brake resistor",
    19: "OSF, mains overvoltage",
    21: "PHF, mains phase lost",
    22: "USF, undervoltage",
    23: "SCF1, motor short circuit",
    24: "SOF, overspeed",
    35: "bLF, brake",
}

WATCHDOG_MS: Final = 200
MODBUS_CHANNEL: Final = 164  # of FR1; CD1 has other numbers
SETTINGS: Final = (
    Setting(TTO, 2, 1, 2, "a dead host would not stop it in time"),
    Setting(SLL, 6, 6, 7, "only 6 (ramp stop) and 7 (fast stop) end in a stop under control"),
    Setting(CHCF, 1, 1, 1, "with another value the commands may come from somewhere else"),
    Setting(FR1, MODBUS_CHANNEL, MODBUS_CHANNEL, MODBUS_CHANNEL, "writes would be confirmed and do nothing"),
    Setting(STT, 0, 0, 0, "a stop must be a ramp, 2 is a freewheel"),
    Setting(RIN, 0, 0, 0, "the table needs both directions"),
    Setting(LSP, 0, 0, 0, "it would not stand at a reference of 0"),
    Setting(INR, 1, 1, 1, "it is the unit of both ramps"),
    Setting(ACC, 2, 1, 10, "the bridge shapes the motion, the drive must follow it"),
    Setting(DEC, 2, 1, 3, "it must stand within 300 ms"),
)
BRAKE_LOGIC: Final = Setting(BLC, None, 1, 0xFFFF, "nobody closes the brake when the motor lets go")

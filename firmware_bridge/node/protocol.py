"""The node's protocol, version 1.1: the numbers both ends share.

Frame: version u8, type u8, seq u8, flags u8 (0), len u8, payload, CRC-16/CCITT-FALSE u16; little-endian; then
COBS with a zero byte in front and behind. The payloads' fields are in firmware_bridge/codec/node_frames.py.
"""

VERSION = 1
MINOR = 1
DEVICE = 0x4B4C  # "LK" on the wire: this device, not something else that speaks COBS
FIRMWARE = 0x0001_0001

# Types, host to node
HELLO = 1
COMMAND = 2
CONFIG = 3
HEAD = 4
# Types, node to host
HELLO_REPLY = 17
STATUS = 18
CONFIG_REPLY = 19
HEAD_REPLY = 20

ROLE_TABLE = 0  # motor, brake, angles, inputs, outputs
ROLE_IO = 1  # inputs and outputs only
ROLES = ("table", "io")

# COMMAND.mode
NONE = 0  # feeds the watchdog, moves nothing, disturbs nothing
MOVE = 1  # be at this angle now, moving at this rate
STOP = 2  # decelerate to standstill and hold there, powered
CUT = 3  # torque off, brake closed, at once

# COMMAND.request bits
SESSION_OPEN = 1  # a rider's session is open: keep the mark, it decides what a dead host means
ARM = 2  # 0 = disarm: stop, close the brake
TAKEOVER = 4  # with MOVE or STOP: take over from the node's own return

# COMMAND.outputs and STATUS.outputs bits
SOUNDER = 1
LAMP = 2
ENABLE = 4
BRAKE_CLOSED = 8  # STATUS only, as the next three
BRIDGE_ON = 16
SESSION_MARK = 32
CONFIGURED = 64

# STATUS.valid bits: which readings are known
ANGLE = 1
INCLINATION = 2
CURRENT = 4

# STATUS.state; as in firmware_bridge.readings
DISARMED = 1
ARMED = 3
OWN_RETURN = 4
UNPOWERED = 5
FAULT = 6

# STATUS.stage of the own return
STAGE_NONE = 0
TO_REST = 1
REST_PAUSE = 2
TO_MID = 3
MID_PAUSE = 4
TO_PARK = 5
PARKED = 6
BY_HAND = 7  # a RETURN button is held, no host or the e-stop chain open

# STATUS.fault
NO_FAULT = 0
NO_ANGLE = 1  # neither encoder nor inclinometer says anything
OVER_SPEED = 2  # faster than 10 deg/s, or driven back at its current limit
ENCODER_FROZEN = 3  # moves by the inclinometer, not by the encoder; goes on slowly by the inclinometer
STORE_FAILED = 4  # the flash does not take what should outlive a reset
ENCODER_JUMPED = 5  # further in one sample than a table can; goes on by the inclinometer, as with the next
ENCODER_OFF = 6  # it and the inclinometer are 3 deg apart
WRONG_WAY = 7  # went head-down against the command, or would; or its encoder counts the other way; cut
CURRENT_OFF = 8  # the current sense says what cannot be

# HELLO_REPLY.reset_cause
RESET_POWER = 0
RESET_WATCHDOG = 1
RESET_OTHER = 2

# Input bits, in the order of InputsReading from pendant on
PENDANT = 1
STOP_BUTTON = 2
RETURN_A = 4
RETURN_B = 8
ESTOP_OK = 16
ANKLE_A = 32
ANKLE_B = 64
AT_PARK = 128
PAST_REST = 256
OVER_ANGLE = 512
LOAD = 1024
SUPPLY_OK = 2048
ENABLED = 4096
ALL_INPUTS = 8191  # of a board with a two-position pendant
PANIC = 8192  # a three-position pendant squeezed through

# CONFIG.op, HEAD.op and the replies' result
READ = 0
WRITE = 1
TAKEN = 0
REFUSED = 1  # a value is out of range: CONFIG_REPLY.field says which, counted from 0
NOT_NOW = 2  # limits change only while disarmed, the ledger's head only while nothing moves
NOT_KEPT = 3  # in force, but the flash does not take it

# The newest hash of the host's dose ledger, in words of 16 bits; all zero = none was ever kept
HEAD_KEYS = tuple([f"head_{index}" for index in range(16)])

# name, struct letter, unit, lowest, highest, default
LIMITS: "tuple[tuple[str, str, str, int, int, int], ...]" = (
    ("watchdog_ms", "H", "ms", 40, 200, 100),
    ("checkpoint_mask", "H", "bits", 0, 65535, 0),
    ("angle_min_cdeg", "h", "0.01 deg", -9000, 0, -7300),
    ("angle_max_cdeg", "h", "0.01 deg", 0, 9000, 6300),
    ("rate_max_cdps", "H", "0.01 deg/s", 1, 800, 800),
    ("accel_max_cdps2", "H", "0.01 deg/s2", 100, 6000, 3000),
    ("current_max_ma", "H", "mA", 500, 30000, 20000),
    ("rest_cdeg", "h", "0.01 deg", -200, 200, 0),
    ("mid_cdeg", "h", "0.01 deg", -4000, -500, -1500),
    ("park_cdeg", "h", "0.01 deg", -8000, -6000, -7000),
    ("rest_rate_cdps", "H", "0.01 deg/s", 20, 200, 200),
    ("park_rate_cdps", "H", "0.01 deg/s", 20, 200, 150),
    ("rest_pause_s", "H", "s", 0, 300, 60),
    ("mid_pause_s", "H", "s", 0, 300, 20),
)


def answer(nonce: int, tick: int, checkpoints: int) -> int:
    """The answer to the node's challenge: only who ran this tick's checks knows all three numbers."""
    return _stirred(_stirred(_stirred(0x4B65, nonce), tick), checkpoints)


def _stirred(value: int, part: int) -> int:
    value = (value ^ part) & 0xFFFF
    value = ((value << 5 | value >> 11) + (part & 0xFF) * 257 + 0x3C6F) & 0xFFFF
    return value ^ value >> 7

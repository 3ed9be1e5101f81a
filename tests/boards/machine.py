"""MicroPython's `machine` for a board that is not there: writes down what is done to it, answers as told.

Only what the node uses, and as strict as the chips: an ESP32 refuses a watchdog below a second, its ADC
without attenuation ends at 950 mV.
"""

PWRON_RESET = 1
WDT_RESET = 3

log: "list[str]" = []
low: "set[int]" = set()  # inputs whose contact is closed
beats: "list[object]" = []  # callbacks of timers
arrived = bytearray()  # at the UART
counts = 0  # of the AS5600 on the bus
millivolts = 0
is_esp32 = False
quiet = False  # nothing is written down, so nothing is allocated
fed = 0


def note(words: str) -> None:
    """One line."""
    log.append(words)


def reset_cause() -> int:
    """Its watchdog has bitten."""
    return WDT_RESET


class Pin:
    """Pulled up where it is read."""

    IN = 0
    OUT = 1
    PULL_UP = 2

    def __init__(self, number: int, mode: int = -1, pull: int = -1, value: int = 0) -> None:
        self.number = number
        self._level = value
        if mode == self.OUT:
            note(f"pin {number} out {value}")
        elif mode == self.IN:
            note(f"pin {number} in {pull}")

    def value(self, level: "int | None" = None) -> int:
        """Read, or set."""
        if level is None:
            return 0 if self.number in low else 1
        if level != self._level and not quiet:
            note(f"pin {self.number} {level}")
        self._level = level
        return level


class PWM:
    """Its duty."""

    def __init__(self, pin: Pin, freq: int, duty_u16: int) -> None:
        self._duty = duty_u16
        note(f"pwm {pin.number} at {freq} Hz {duty_u16}")

    def duty_u16(self, duty: int) -> None:
        """Set it."""
        if duty != self._duty and not quiet:
            note(f"pwm {duty}")
        self._duty = duty


class UART:
    """What has arrived, what is sent."""

    def __init__(
        self,
        number: int,
        baudrate: int,
        bits: int,
        parity: "int | None",
        stop: int,
        tx: Pin,
        rx: Pin,
        rxbuf: int,
        txbuf: int,
    ) -> None:
        note(f"uart {number} {baudrate} {bits} {parity} {stop} tx {tx.number} rx {rx.number}")

    def any(self) -> int:
        """How many bytes wait."""
        return len(arrived)

    def readinto(self, into: bytearray) -> int:
        """As many as fit."""
        global arrived
        size = min(len(into), len(arrived))
        into[:size] = arrived[:size]
        arrived = arrived[size:]
        return size

    def write(self, data: bytearray, size: int) -> None:
        """So many of them."""
        if not quiet:
            note("sent " + "".join([f"{byte:02x}" for byte in data[:size]]))


class ADC:
    """The current's pin."""

    ATTN_11DB = 3

    def __init__(self, pin: Pin, atten: int = 0) -> None:
        self._most_mv = 3_300 if not is_esp32 or atten == self.ATTN_11DB else 950
        note(f"adc {pin.number} {atten}")

    def read_u16(self) -> int:
        """As RP2040 does."""
        return (min(millivolts, self._most_mv) * 65_536 + 3_299) // 3_300

    def read_uv(self) -> int:
        """As ESP32 does."""
        return min(millivolts, self._most_mv) * 1_000


class I2C:
    """One AS5600 with a good magnet."""

    def __init__(self, number: int, scl: Pin, sda: Pin, freq: int) -> None:
        note(f"i2c {number} scl {scl.number} sda {sda.number} at {freq} Hz")

    def readfrom_mem_into(self, address: int, register: int, into: bytearray) -> None:
        """Status and raw angle."""
        into[0], into[1], into[2] = 0x20, counts >> 8, counts & 0xFF


class Timer:
    """Called by whoever rides."""

    PERIODIC = 1

    def __init__(self, number: int = -1) -> None:
        self._number = number

    def init(self, period: int, mode: int, callback: object) -> None:
        """From now on."""
        note(f"timer {self._number} every {period} ms")
        beats.append(callback)


class WDT:
    """The watchdog."""

    def __init__(self, timeout: int) -> None:
        if is_esp32 and timeout < 1_000:
            raise ValueError("WDT timeout too short")
        note(f"watchdog {timeout} ms")

    def feed(self) -> None:
        """Once a tick."""
        global fed
        fed += 1

"""A board with an ESP32-S3: its pins, and what this chip does in its own way. NEVER RUN ON A BOARD.

An original ESP32 has too few pins for a table's node: beside its flash, its strapping pins and those that
only read it keeps eleven for seven outputs and thirteen inputs. Calls after MicroPython's documentation and
sources (ports/esp32), pins after Espressif's data sheet.
"""

import machine

NAME = "ESP32-S3"
UART = 1  # 0 is the prompt
PINS = {
    "tx": 17,
    "rx": 18,
    "sda": 8,
    "scl": 9,
    "pwm": 4,
    "direction": 5,
    "bridge": 6,
    "brake": 7,  # energised = open
    "sounder": 15,
    "lamp": 16,
    "enable": 10,
    "current": 1,  # ADC1; ADC2 is the radio's, too
}
# In the order of the protocol's bits; closed contacts pull to ground.
INPUTS = (2, 11, 12, 13, 14, 21, 38, 39, 40, 41, 42, 47, 48)
I2C = 0
# None of them: strapping, USB, flash, PSRAM of eight lines, the prompt's UART.
NEVER = (0, 3, 45, 46, 19, 20, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 43, 44)
# A shorter one was refused by MicroPython's port for long. The loop's own look (board.Beat) takes the bridge
# off after 100 ms; one that hangs in a driver's code keeps it for up to a second.
WATCHDOG_MS = 1_000
SAVING_MS = 1_000


def watchdog(timeout_ms: int) -> "object":
    """Of the task that runs Python."""
    return machine.WDT(timeout=timeout_ms)


def timer() -> "object":
    """A hardware timer, of four."""
    return machine.Timer(0)


def millivolts(pin: int) -> "object":
    """A function that reads this pin: with 11 dB of attenuation, else it ends near 1 V."""
    adc = machine.ADC(machine.Pin(pin), atten=machine.ADC.ATTN_11DB)
    return lambda: adc.read_uv() // 1_000

"""A board with an RP2040 (Raspberry Pi Pico): its pins, and what this chip does in its own way.

NEVER RUN ON A BOARD. Calls after MicroPython's documentation and sources (ports/rp2), pins after the Pico's.
"""

import machine

NAME = "RP2040"
UART = 0
PINS = {
    "tx": 0,
    "rx": 1,
    "sda": 4,
    "scl": 5,
    "pwm": 18,
    "direction": 19,
    "bridge": 20,
    "brake": 21,  # energised = open
    "sounder": 22,
    "lamp": 26,
    "enable": 27,
    "current": 28,
}
# In the order of the protocol's bits; closed contacts pull to ground.
INPUTS = (2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
I2C = 0
WATCHDOG_MS = 100  # up to 8,388 here
# Erasing a sector of flash stops both cores, by the makers of flash for up to 400 ms. It is written at a
# standstill at park only, and for so long the watchdog may wait.
SAVING_MS = 2_000


def watchdog(timeout_ms: int) -> "object":
    """On again with another time-out: the chip takes that (machine_wdt.c), only off it is never again."""
    return machine.WDT(timeout=timeout_ms)


def timer() -> "object":
    """A software timer; there are as many as wanted."""
    return machine.Timer()


def millivolts(pin: int) -> "object":
    """A function that reads this pin, 0 to 3,300."""
    adc = machine.ADC(machine.Pin(pin))
    return lambda: adc.read_u16() * 3_300 >> 16

"""A board that is not there: `machine` as MicroPython has it, and a ride on it, for MicroPython too."""

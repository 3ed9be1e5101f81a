"""WitMotion 16-bit Modbus inclinometers."""

"""Byte links: serial port, memory, TCP for the bench; and the wire log."""

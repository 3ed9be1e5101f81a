"""Pololu Jrk G2 over its serial protocol."""

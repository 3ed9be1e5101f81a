"""Chaos: real processes in running sessions are killed and stopped at random; the plant's truth judges."""

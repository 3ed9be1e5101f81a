"""Fuzzing a running guard: its socket by many clients, its wire by a line that lies. Loopback only."""

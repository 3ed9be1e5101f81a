"""Rigs: whole systems that tests can ride."""

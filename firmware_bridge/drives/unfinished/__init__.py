"""Drives of which something essential stands in no document read so far: known by name, never armed."""

"""Codecs: bytes in, facts out, no input or output of their own."""

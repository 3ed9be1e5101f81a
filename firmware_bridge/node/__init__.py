"""The reference firmware of our node, for MicroPython and CPython alike: integers, no typing at run time."""

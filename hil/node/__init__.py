"""The node's firmware from outside: traces, the Pythons that play them, and `keel node`."""

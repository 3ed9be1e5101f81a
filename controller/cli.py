"""The command line; grows in a later commit."""


def main() -> None:
    """Entry point of keel."""
    raise SystemExit("keel: no commands yet")

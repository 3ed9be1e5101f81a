"""Virtual twins: bytes in, bytes out, typed from the makers' documents."""

"""What is built in at a node of inputs and outputs; goes onto its board as built.py. NEVER RUN ON A BOARD."""

ROLE = "io"  # nothing here ever powers a motor
GEAR = "a1"  # not used
# An encoder at the hinge for a drive that has none (ATV320); as in built.py, or None.
ENCODER: "tuple[str, int, int, int] | None" = None
CURRENT: "tuple[int, int] | None" = None

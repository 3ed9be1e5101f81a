"""What is built in at this node: the one file that whoever builds a table edits. NEVER RUN ON A BOARD.

A node of inputs and outputs only has built_io.py in its place (`keel node flash --role io`).
"""

ROLE = "table"  # motor, brake, angles, inputs and outputs
GEAR = "a1"  # loop gains: config.py; a1 = self-locking worm, a2 = back-drivable planetary
# The angle at the hinge, on I2C: kind ("as5600", "as5048b", "ads1115"), then sign, scale in permille and zero
# in millidegrees as in docs/reference/sensors.md. None: there is none, and the node does not arm.
ENCODER: "tuple[str, int, int, int] | None" = None
# The motor's current at the pin "current": millivolts at 0 A, milliamperes for one millivolt. None: none.
CURRENT: "tuple[int, int] | None" = None

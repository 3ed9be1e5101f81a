"""The table's physics alone: a hinge with one degree of freedom, a rider, a drive, a brake, two stops.

Angles are radians in here and nowhere else (0 = horizontal, positive = head down). Torques are at the hinge,
positive turns head down.
"""

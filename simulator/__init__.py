"""A table, a rider and devices at the other end of the wire. The product cannot tell."""

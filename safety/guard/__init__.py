"""The guard process: the only one that opens motor, sensor, input and output ports."""

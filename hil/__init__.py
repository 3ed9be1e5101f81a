"""Whole systems on a rig: lockstep, bench, hardware, campaigns and the demo."""

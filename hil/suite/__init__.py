"""The in-the-loop suite: measured tests on a rig, with limits, and what they leave behind."""

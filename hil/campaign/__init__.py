"""Campaigns: many lockstep rides, each with something that goes wrong, judged on the truth of the plant."""

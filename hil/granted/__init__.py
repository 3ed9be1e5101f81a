"""The granted clock: on the bench, at any speed but 1, every process gets its ticks from the bench."""

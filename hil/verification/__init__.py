"""Safety shown to be complete: search, mutants, planted bugs, flipped bits."""

"""Coverage-guided fuzzing of everything that reads bytes from a wire: `./dev fuzz [SECONDS]`."""

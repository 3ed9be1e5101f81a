"""The benchmarks behind `./dev bench`: Keel beside its peers in one run, as ratios. All timing is here."""

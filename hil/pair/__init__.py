"""Guard and node searched together: a line that loses, doubles and holds back, and restarts of either."""

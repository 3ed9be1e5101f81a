"""States, programmes and the station. It can only propose; it never touches a port."""

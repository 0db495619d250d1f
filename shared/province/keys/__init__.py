"""Keys on both ends: how messages are signed, and when a key counts."""

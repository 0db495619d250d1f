"""The campaign of N3.6, on a database of its own: one campaign runs at a time."""

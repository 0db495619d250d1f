"""The provincial counterpart, over the in-process bus and over a real broker."""

"""A day's acts held against the other side's, down to the single act, and mended."""

"""Signed files that carry messages where there is no line."""

"""The province without a line."""

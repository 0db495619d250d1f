"""The servers really start, keep what they were given, and never outlive or disturb anybody."""

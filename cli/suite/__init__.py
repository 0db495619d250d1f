"""The suite on one machine: its database, its keys, its processes."""

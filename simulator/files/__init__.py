"""The province without a line: files that a person brings, and files that a person takes away."""

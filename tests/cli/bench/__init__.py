"""The benches, in small."""

"""The bench `subsidy`: a million certificates to decisions that explain themselves, beside those who only do the sums."""

from cli.bench.subsidy.contest import FULL, SMALL, Sizes, subsidy

__all__ = ["FULL", "SMALL", "Sizes", "subsidy"]

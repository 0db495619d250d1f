"""The bench `exchange`: certificates verified and kept, what piled up drained, the claim of what is due."""

from cli.bench.exchange.contest import FULL, SMALL, Sizes, exchange

__all__ = ["FULL", "SMALL", "Sizes", "exchange"]

"""How much an uploaded file may hold."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds that keep examining a file cheap; a page scanned at 600 dpi is 35 million pixels.

    What is packed inside may come to `most_unpacked_bytes` together; `most_part_bytes` of it are in memory at once.
    """

    most_bytes: int = 20 * 1_048_576
    most_pixels: int = 120_000_000
    most_unpacked_bytes: int = 100 * 1_048_576
    most_part_bytes: int = 24 * 1_048_576

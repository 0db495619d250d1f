"""New identifiers that sort by the time they were made."""

import secrets
from datetime import datetime
from uuid import UUID

_RANDOM_BITS = 74


def uuid7(at: datetime) -> UUID:
    """A UUID version 7 (RFC 9562 §5.7): 48 bits of milliseconds, then random."""
    milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    noise = secrets.randbits(_RANDOM_BITS)
    high, low = noise >> 62, noise & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (7 << 76) | (high << 64) | (2 << 62) | low)

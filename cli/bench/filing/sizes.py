"""How much the bench of filing does."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many callers at once and for how long; rows in the small and the large register; items of each errand."""

    hands: tuple[int, ...] = (8, 32)
    seconds: float = 4.0
    warm: float = 1.0
    few: int = 10_000
    many: int = 1_000_000
    leaves: int = 300
    short_campaign: int = 1_000
    campaign: int = 10_000
    rows: int = 20_000


FULL = Sizes()
SMALL = Sizes(
    hands=(4,),
    seconds=0.2,
    warm=0.1,
    few=300,
    many=1_000,
    leaves=4,
    short_campaign=20,
    campaign=40,
    rows=16,
)

"""双随机抽查: which institutions are drawn, so that anybody who has the seed can draw them again (N3.3).

Only the institutions are drawn here, not the supervisors. The weights are this product's assumptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from math import log
from uuid import UUID

from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.refusals import SampleTooSmall

_NEW_FOR = timedelta(days=365)
_NEW_WEIGHT = 2
_PAID_STEP_FEN = 100_000_00
_PAID_WEIGHT_AT_MOST = 4
_WHOLE = 100
_RANGE = 2**64


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One institution of a sample, and how heavily it weighed."""

    institution: SupervisedInstitution
    weight: int


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What was drawn: from how many, which share, with which seed."""

    seed: str
    percent: int
    population: int
    drawn: tuple[Drawn, ...]


def weight(institution: SupervisedInstitution, *, on: date) -> int:
    """How much likelier than others it is drawn.

    1 for everybody, 2 more in the first year on record, 1 more for each full 100 000 yuan paid on its certificates,
    up to 4.
    """
    new = _NEW_WEIGHT if on - institution.valid_from < _NEW_FOR else 0
    return 1 + new + min(institution.paid_fen // _PAID_STEP_FEN, _PAID_WEIGHT_AT_MOST)


def draw(
    institutions: Sequence[SupervisedInstitution], *, percent: int, at_least: int, seed: str, on: date
) -> Sample:
    """Draw a share without replacement, rounded up; raises SampleTooSmall below `at_least` percent.

    The same seed and institutions give the same sample in whatever order they come: each institution's lot is
    log(u) / weight with u from SHA-256 over seed and id, and the highest lots win (Efraimidis and Spirakis, 2006).
    """
    if percent < at_least:
        raise SampleTooSmall(
            f"不低于 {at_least}% · at least {at_least} %", basis=("N3.3",), extra={"at_least": at_least}
        )
    weighed = [Drawn(institution=each, weight=weight(each, on=on)) for each in institutions]
    ranked = sorted(weighed, key=lambda each: (-_lot(seed, each), each.institution.id))
    wanted = -(-len(ranked) * percent // _WHOLE)
    return Sample(seed=seed, percent=percent, population=len(ranked), drawn=tuple(ranked[:wanted]))


def _lot(seed: str, candidate: Drawn) -> float:
    return log(_uniform(seed, candidate.institution.id)) / candidate.weight


def _uniform(seed: str, key: UUID) -> float:
    """Between 0, exclusive, and 1, from the first 64 bits of a digest."""
    number = int.from_bytes(sha256(f"{seed}:{key}".encode()).digest()[:8])
    return (number + 1) / (_RANGE + 1)

"""What subsidy knows of an institution on record: its own copy, fed by announcements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.refusals import InstitutionSuspended
from services.subsidy.domain.terms import Evaluator
from shared.contracts.scope import ScopeItem
from shared.policy import Audience
from shared.values import CertificateNumber, StationCode, Uscc

# 表2 of the numbering rule: Y evaluates its own people, S the public. Under which letter a school evaluates its own
# students is not published, so either is taken.
_AUDIENCES = {
    "Y": (Audience.OWN_STAFF, Audience.OWN_STUDENTS),
    "S": (Audience.PUBLIC, Audience.OWN_STUDENTS),
}


class Standing(StrEnum):
    """Whether it may claim just now."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(eq=False, kw_only=True)
class ClaimingInstitution:
    """An institution on record, whoever filed it. Only what the province filed has station codes here."""

    id: UUID
    name: str
    uscc: Uscc
    organ: str
    audience: Audience
    scope: tuple[ScopeItem, ...]
    valid_from: date
    valid_until: date
    station_codes: tuple[StationCode, ...] = ()
    standing: Standing = Standing.ACTIVE
    version: int = 0

    @property
    def evaluator(self) -> Evaluator:
        return Evaluator(
            institution_id=self.id,
            audience=self.audience,
            scope=self.scope,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )

    def check_may_claim(self) -> None:
        """Raises InstitutionSuspended: nothing is taken in, approved or paid until it is resumed (N3.3)."""
        if self.standing is Standing.SUSPENDED:
            raise InstitutionSuspended(basis=("N3.3",))

    def issues(self, number: CertificateNumber) -> bool:
        """Whether a certificate with this number can be its own."""
        right_class = self.audience in _AUDIENCES[number.evaluator_class]
        return right_class and (not self.station_codes or number.station_code in self.station_codes)


def evaluator_of(
    number: CertificateNumber, institutions: Iterable[ClaimingInstitution]
) -> ClaimingInstitution | None:
    """Which of one body's institutions issued a certificate: a body may be on record for several audiences."""
    candidates = [each for each in institutions if each.issues(number)]
    order = _AUDIENCES[number.evaluator_class]
    return min(candidates, key=lambda each: order.index(each.audience), default=None)


class ClaimingInstitutions(Protocol):
    """The local copy of the register; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> ClaimingInstitution: ...

    def add(self, aggregate: ClaimingInstitution) -> None: ...

    async def of_body(self, uscc: Uscc) -> Sequence[ClaimingInstitution]: ...

"""What subsidy knows of an institution on record: its own copy, fed by announcements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.refusals import InstitutionRevoked, InstitutionSuspended
from services.subsidy.domain.terms import AUDIENCES, Evaluator
from shared.contracts.scope import DatedScope, DatedStanding, ScopeItem, scope_on, standing_on
from shared.policy import Audience
from shared.values import CertificateNumber, StationCode, Uscc


class Standing(StrEnum):
    """How it stands by the register; the last four are final, and only a revocation stops its claims."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    REVOKED = "revoked"


@dataclass(eq=False, kw_only=True)
class ClaimingInstitution:
    """An institution on record, whoever filed it. Only what has station codes of the province has any here.

    `scope` and `standing` are the latest announced; `versions` and `standings` tell what held on which day,
    and are empty until something changes.
    """

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
    versions: tuple[DatedScope, ...] = ()
    standings: tuple[DatedStanding, ...] = ()
    version: int = 0

    def scope_on(self, day: date) -> tuple[ScopeItem, ...]:
        """What it was on record for on a day, in force then or not."""
        return scope_on(self.versions, day) if self.versions else self.scope

    def standing_on(self, day: date) -> Standing:
        """How it stood on a day; a change counts for the whole day it was made on."""
        return Standing(standing_on(self.standings, day))

    def rescope(self, scope: tuple[ScopeItem, ...], *, since: date) -> None:
        """It may evaluate this from a day on; what it evaluated before is judged by what held before."""
        before = self.versions or (DatedScope(valid_from=self.valid_from, items=self.scope),)
        self.versions = (*before, DatedScope(valid_from=since, items=scope))
        self.scope = scope

    def renew(self, *, until: date, since: date | None) -> None:
        """Valid until a later day; valid again from `since` on, it had no scope after its validity had run out."""
        if since is not None:
            held = DatedScope(valid_from=since, items=self.scope_on(since))
            later = [each for each in self.versions if each.valid_from > since]
            self.rescope((), since=self.valid_until + timedelta(days=1))
            for each in (held, *later):
                self.rescope(each.items, since=each.valid_from)
        self.valid_until = until

    def stand(self, standing: Standing, *, since: date, reason: str = "") -> None:
        """It stands so from a day on."""
        self.standings = (
            *self.standings,
            DatedStanding(valid_from=since, standing=standing.value, reason=reason),
        )
        self.standing = standing

    def rename(self, name: str, *, station_codes: tuple[StationCode, ...]) -> None:
        """It is called so now, and has these station codes."""
        self.name, self.station_codes = name, station_codes

    def evaluator_on(self, day: date) -> Evaluator:
        """As what it evaluated on a day: with the scope that held and the standing it had then."""
        return Evaluator(
            institution_id=self.id,
            audience=self.audience,
            scope=self.scope_on(day),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            standing=self.standing_on(day).value,
            station_codes=self.station_codes,
        )

    def check_may_claim(self) -> None:
        """Raises InstitutionSuspended until it is resumed, InstitutionRevoked for good (N3.3).

        Whoever went off the record in any other way may still claim for what it evaluated before.
        """
        if self.standing is Standing.SUSPENDED:
            raise InstitutionSuspended(basis=("N3.3",))
        if self.standing is Standing.REVOKED:
            raise InstitutionRevoked(basis=("N3.3",))

    @property
    def may_claim(self) -> bool:
        return self.standing not in (Standing.SUSPENDED, Standing.REVOKED)

    def issues(self, number: CertificateNumber) -> bool:
        """Whether a certificate with this number can be its own."""
        right_class = self.audience in AUDIENCES[number.evaluator_class]
        return right_class and (not self.station_codes or number.station_code in self.station_codes)


def evaluator_of(
    number: CertificateNumber, institutions: Iterable[ClaimingInstitution]
) -> ClaimingInstitution | None:
    """Which of one body's institutions issued a certificate: a body may be on record for several audiences."""
    candidates = [each for each in institutions if each.issues(number)]
    order = AUDIENCES[number.evaluator_class]
    return min(candidates, key=lambda each: order.index(each.audience), default=None)


class ClaimingInstitutions(Protocol):
    """The local copy of the register; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> ClaimingInstitution: ...

    def add(self, aggregate: ClaimingInstitution) -> None: ...

    async def of_body(self, uscc: Uscc) -> Sequence[ClaimingInstitution]: ...

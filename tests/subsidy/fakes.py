"""Subsidy's repositories in memory, and a desk at which its handlers are asked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import UNPAID, Claim, ClaimState, ClaimSummary
from services.subsidy.domain.entitlement import Entitlement
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.refusals import UnknownCertificate, UnknownClaim, UnknownInstitution
from services.subsidy.domain.terms import History
from services.subsidy.handlers import Work
from shared.contracts.event import Event
from shared.errors import NotFound, Stale
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.policy import Policy
from shared.privacy import FieldCipher
from shared.values import CertificateNumber, Uscc
from tests.subsidy.builders import NOON


class Versioned(Protocol):
    """What every aggregate has."""

    id: UUID
    version: int


A = TypeVar("A", bound=Versioned)


class Kept(Generic[A]):
    """Aggregates by id."""

    missing: type[NotFound] = NotFound

    def __init__(self) -> None:
        self.all: dict[UUID, A] = {}

    def add(self, aggregate: A) -> None:
        aggregate.version = 1
        self.all[aggregate.id] = aggregate

    async def get(self, key: UUID, *, seen: int | None = None) -> A:
        if key not in self.all:
            raise self.missing(str(key))
        if seen is not None and self.all[key].version != seen:
            raise Stale
        return self.all[key]


class FakeInstitutions(Kept[ClaimingInstitution]):
    """The copy of the register."""

    missing = UnknownInstitution

    async def of_body(self, uscc: Uscc) -> Sequence[ClaimingInstitution]:
        return [each for each in self.all.values() if each.uscc == uscc]


class FakeCertificates(Kept[Certificate]):
    """Certificates by number."""

    async def numbered(self, number: CertificateNumber) -> Certificate:
        found = await self.all_numbered([number])
        if not found:
            raise UnknownCertificate
        return found[0]

    async def all_numbered(self, numbers: Iterable[CertificateNumber]) -> Sequence[Certificate]:
        wanted = set(numbers)
        return [each for each in self.all.values() if each.number in wanted]


class FakeEntitlements(Kept[Entitlement]):
    """Live grants by holder."""

    async def histories(self, holders: Collection[bytes]) -> Mapping[bytes, History]:
        return {holder: self.of_holder(holder) for holder in holders}

    def of_holder(self, holder: bytes) -> History:
        mine = (each for each in self.all.values() if each.live and each.holder_index == holder)
        return History(tuple(each.grant for each in mine))

    async def of_claim(self, claim_id: UUID) -> Sequence[Entitlement]:
        return [each for each in self.all.values() if each.claim_id == claim_id]


class FakeClaims(Kept[Claim]):
    """Claims by id."""

    missing = UnknownClaim

    async def unpaid_of(self, institution_id: UUID) -> Sequence[Claim]:
        return self._in(institution_id, UNPAID)

    async def frozen_of(self, institution_id: UUID) -> Sequence[Claim]:
        return self._in(institution_id, (ClaimState.FROZEN,))

    def _in(self, institution_id: UUID, states: Collection[ClaimState]) -> list[Claim]:
        own = (each for each in self.all.values() if each.institution_id == institution_id)
        return [each for each in own if each.state in states]

    async def page(self, *, state: ClaimState | None, cursor: str | None, size: int) -> Page[ClaimSummary]:
        shown = [_summary(each) for each in self.all.values() if state in (None, each.state)]
        begin = UUID(int=0) if cursor is None else uuid_in(*decode_cursor(cursor, parts=1))
        later = [each for each in shown if each.id > begin]
        return page_of(later, size=size, position=lambda each: (each.id,))


def _summary(claim: Claim) -> ClaimSummary:
    return ClaimSummary(
        id=claim.id,
        version=claim.version,
        organ=claim.organ,
        institution_id=claim.institution_id,
        uscc=claim.uscc,
        state=claim.state,
        total_fen=claim.total,
        submitted_at=claim.submitted_at,
    )


class FakeOutbox:
    """What was announced."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        self.events.append(event)


class Desk:
    """The same memory for every work it gives out."""

    def __init__(self, policy: Policy) -> None:
        self.institutions = FakeInstitutions()
        self.certificates = FakeCertificates()
        self.entitlements = FakeEntitlements()
        self.claims = FakeClaims()
        self.outbox = FakeOutbox()
        self._policy = policy
        self._ids = count(1000)
        self._cipher = FieldCipher(keys={"k1": bytes(32)}, current="k1", index_key=bytes(32))

    def work(self, at: datetime = NOON) -> Work:
        return Work(
            at=at,
            new_id=lambda: UUID(int=next(self._ids)),
            policy=self._policy,
            cipher=self._cipher,
            institutions=self.institutions,
            certificates=self.certificates,
            entitlements=self.entitlements,
            claims=self.claims,
            outbox=self.outbox,
        )

"""Every query of subsidy; rows are mapped by hand, named constraints become refusals."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.subsidy import stored, tables
from services.subsidy.domain.certificate import Certificate, SealedHolder
from services.subsidy.domain.claim import UNPAID, Claim, ClaimState, ClaimSummary, Payment, Review
from services.subsidy.domain.entitlement import Entitlement
from services.subsidy.domain.institution import ClaimingInstitution, Standing
from services.subsidy.domain.refusals import (
    AlreadyClaimed,
    CertificateKnown,
    UnknownCertificate,
    UnknownClaim,
    UnknownInstitution,
)
from services.subsidy.domain.terms import LINE, Grant, History
from services.subsidy.handlers import Work
from shared.contracts.scope import ScopeItem, scope_in, scope_out
from shared.errors import NotFound
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.unit_of_work import Transaction
from shared.policy import Audience, Policy
from shared.privacy import FieldCipher
from shared.values import CertificateNumber, Edition, Fen, Level, OccupationCode, StationCode, Uscc


def bind(transaction: Transaction, policy: Policy, cipher: FieldCipher) -> Work:
    """A unit of work of subsidy on a transaction."""
    kept = transaction.connection, transaction.ledger
    institutions = SqlClaimingInstitutions(*kept)
    certificates = SqlCertificates(*kept)
    entitlements = SqlEntitlements(*kept)
    claims = SqlClaims(*kept)
    for aggregates in (institutions, certificates, entitlements, claims):
        transaction.keep(aggregates)
    return Work(
        at=transaction.at,
        new_id=transaction.new_id,
        policy=policy,
        cipher=cipher,
        institutions=institutions,
        certificates=certificates,
        entitlements=entitlements,
        claims=claims,
        outbox=transaction.outbox,
    )


class SqlClaimingInstitutions(SqlAggregates[ClaimingInstitution]):
    """The copy of the register in PostgreSQL."""

    table = tables.institution
    missing = UnknownInstitution

    def to_row(self, aggregate: ClaimingInstitution) -> dict[str, Any]:
        institution = aggregate
        return {
            "id": institution.id,
            "organ": institution.organ,
            "uscc": str(institution.uscc),
            "name": institution.name,
            "audience": institution.audience.value,
            "scope": scope_out(institution.scope),
            "station_codes": [str(code) for code in institution.station_codes],
            "valid_from": institution.valid_from,
            "valid_until": institution.valid_until,
            "standing": institution.standing.value,
            "versions": stored.VERSIONS.dump_python(institution.versions, mode="json"),
            "standings": stored.STANDINGS.dump_python(institution.standings, mode="json"),
        }

    def to_aggregate(self, row: RowMapping) -> ClaimingInstitution:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "audience": Audience(row["audience"]),
            "scope": scope_in(row["scope"]),
            "station_codes": tuple(StationCode(code) for code in row["station_codes"]),
            "standing": Standing(row["standing"]),
            "versions": stored.VERSIONS.validate_python(row["versions"]),
            "standings": stored.STANDINGS.validate_python(row["standings"]),
        }
        return ClaimingInstitution(**{**row, **typed})

    async def of_body(self, uscc: Uscc) -> Sequence[ClaimingInstitution]:
        return await self._fetch(select(self.table).where(self.table.c.uscc == str(uscc)))


class SqlCertificates(SqlAggregates[Certificate]):
    """Certificates in PostgreSQL."""

    table = tables.certificate
    missing = UnknownCertificate
    refusals = {"uq_certificate_number": CertificateKnown}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Certificate) -> dict[str, Any]:
        certificate = aggregate
        return {
            "id": certificate.id,
            "organ": certificate.organ,
            "uscc": str(certificate.uscc),
            "institution_id": certificate.institution_id,
            "number": str(certificate.number),
            "holder_name": certificate.holder.name,
            "holder_id": certificate.holder.id,
            "holder_index": certificate.holder.index,
            "edition": certificate.item.edition.value,
            "occupation": str(certificate.item.occupation),
            "work_type": certificate.item.work_type,
            "level": int(certificate.item.level),
            "issued_on": certificate.issued_on,
            "evaluated_on": certificate.evaluated_on,
            "batch": certificate.batch,
        }

    def to_aggregate(self, row: RowMapping) -> Certificate:
        return Certificate(
            id=row["id"],
            version=row["version"],
            organ=row["organ"],
            uscc=Uscc(row["uscc"]),
            institution_id=row["institution_id"],
            number=CertificateNumber(row["number"]),
            holder=SealedHolder(name=row["holder_name"], id=row["holder_id"], index=row["holder_index"]),
            item=ScopeItem(
                edition=Edition(row["edition"]),
                occupation=OccupationCode(row["occupation"]),
                work_type=row["work_type"],
                level=Level(row["level"]),
            ),
            issued_on=row["issued_on"],
            evaluated_on=row["evaluated_on"],
            batch=row["batch"],
        )

    async def numbered(self, number: CertificateNumber) -> Certificate:
        """Raises UnknownCertificate, which names no number."""
        found = await self._first(self.table.c.number == str(number))
        if found is None:
            raise UnknownCertificate
        return found

    async def all_numbered(self, numbers: Iterable[CertificateNumber]) -> Sequence[Certificate]:
        wanted = [str(number) for number in numbers]
        return await self._fetch(select(self.table).where(self.table.c.number.in_(wanted)))


class SqlEntitlements(SqlAggregates[Entitlement]):
    """Grants in PostgreSQL; its unique indexes are what makes a certificate paid once."""

    table = tables.entitlement
    missing = NotFound
    refusals = {  # noqa: RUF012 — ClassVar in the base class
        "uq_entitlement_certificate": AlreadyClaimed,
        "uq_entitlement_holder": AlreadyClaimed,
        "uq_entitlement_place": AlreadyClaimed,
    }

    def to_row(self, aggregate: Entitlement) -> dict[str, Any]:
        entitlement, grant = aggregate, aggregate.grant
        return {
            "id": entitlement.id,
            "claim_id": entitlement.claim_id,
            "holder_index": entitlement.holder_index,
            "certificate_number": str(grant.certificate_number),
            "occupation": grant.occupation,
            "level": int(grant.level),
            "line": LINE.value,
            "year": grant.year,
            "place": grant.place,
            "shortage": grant.shortage,
            "live": entitlement.live,
        }

    def to_aggregate(self, row: RowMapping) -> Entitlement:
        return Entitlement(
            id=row["id"],
            version=row["version"],
            claim_id=row["claim_id"],
            holder_index=row["holder_index"],
            grant=_grant(row),
            live=row["live"],
        )

    async def histories(self, holders: Collection[bytes]) -> Mapping[bytes, History]:
        columns = self.table.c
        held = (columns.holder_index.in_(list(holders)), columns.line == LINE.value, columns.live)
        rows = await self._connection.execute(select(self.table).where(*held))
        grants: dict[bytes, list[Grant]] = {holder: [] for holder in holders}
        for row in rows.mappings():
            grants[row["holder_index"]].append(_grant(row))
        return {holder: History(tuple(found)) for holder, found in grants.items()}

    async def of_claim(self, claim_id: UUID) -> Sequence[Entitlement]:
        return await self._fetch(select(self.table).where(self.table.c.claim_id == claim_id))


class SqlClaims(SqlAggregates[Claim]):
    """Claims in PostgreSQL."""

    table = tables.claim
    missing = UnknownClaim

    def to_row(self, aggregate: Claim) -> dict[str, Any]:
        claim, review, payment = aggregate, aggregate.review, aggregate.payment
        return {
            "id": claim.id,
            "organ": claim.organ,
            "uscc": str(claim.uscc),
            "institution_id": claim.institution_id,
            "items": [stored.item_out(item) for item in claim.items],
            "total_fen": int(claim.total),
            "state": claim.state.value,
            "resumes_as": claim.resumes_as.value if claim.resumes_as else None,
            "frozen_for": claim.frozen_for,
            "submitted_at": claim.submitted_at,
            "reviewed_by": review.by if review else None,
            "reviewed_at": review.at if review else None,
            "review_reason": review.reason if review else None,
            "paid_by": payment.by if payment else None,
            "paid_at": payment.at if payment else None,
        }

    def to_aggregate(self, row: RowMapping) -> Claim:
        reviewed = Review(by=row["reviewed_by"], at=row["reviewed_at"], reason=row["review_reason"])
        return Claim(
            id=row["id"],
            version=row["version"],
            organ=row["organ"],
            uscc=Uscc(row["uscc"]),
            institution_id=row["institution_id"],
            items=tuple(stored.item_in(item) for item in row["items"]),
            state=ClaimState(row["state"]),
            resumes_as=ClaimState(row["resumes_as"]) if row["resumes_as"] else None,
            frozen_for=row["frozen_for"],
            submitted_at=row["submitted_at"],
            review=reviewed if row["reviewed_at"] else None,
            payment=Payment(by=row["paid_by"], at=row["paid_at"]) if row["paid_at"] else None,
        )

    async def unpaid_of(self, institution_id: UUID) -> Sequence[Claim]:
        return await self._in_states(institution_id, UNPAID)

    async def frozen_of(self, institution_id: UUID) -> Sequence[Claim]:
        return await self._in_states(institution_id, (ClaimState.FROZEN,))

    async def _in_states(self, institution_id: UUID, states: Iterable[ClaimState]) -> Sequence[Claim]:
        columns = self.table.c
        wanted = columns.state.in_([state.value for state in states])
        return await self._fetch(
            select(self.table).where(columns.institution_id == institution_id, wanted).order_by(columns.id)
        )

    async def page(self, *, state: ClaimState | None, cursor: str | None, size: int) -> Page[ClaimSummary]:
        """Claims without their items, in the order of their ids: that in which they came in."""
        columns = self.table.c
        statement = select(*(columns[name] for name in _SUMMARY)).order_by(columns.id)
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            statement = statement.where(columns.id > uuid_in(*decode_cursor(cursor, parts=1)))
        rows = await self._connection.execute(statement.limit(size + 1))
        found = [_summary(row) for row in rows.mappings()]
        return page_of(found, size=size, position=lambda each: (each.id,))


_SUMMARY = ("id", "version", "organ", "institution_id", "uscc", "state", "total_fen", "submitted_at")


def _summary(row: RowMapping) -> ClaimSummary:
    return ClaimSummary(
        id=row["id"],
        version=row["version"],
        organ=row["organ"],
        institution_id=row["institution_id"],
        uscc=Uscc(row["uscc"]),
        state=ClaimState(row["state"]),
        total_fen=Fen(row["total_fen"]),
        submitted_at=row["submitted_at"],
    )


def _grant(row: RowMapping) -> Grant:
    return Grant(
        certificate_number=CertificateNumber(row["certificate_number"]),
        occupation=row["occupation"],
        level=Level(row["level"]),
        year=row["year"],
        place=row["place"],
        shortage=row["shortage"],
    )

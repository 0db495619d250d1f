"""Certificates in PostgreSQL, their series of serial numbers among them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, RowMapping, Select, Text, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.subsidy import tables
from services.subsidy.domain.certificate import (
    Certificate,
    CertificateState,
    Mark,
    Origin,
    SealedHolder,
)
from services.subsidy.domain.refusals import CertificateKnown, UnknownCertificate
from services.subsidy.domain.serials import MOST_GAPS, Gap, Series
from services.subsidy.domain.terms import AnyNumber
from shared.contracts.scope import ScopeItem
from shared.persistence.aggregates import SqlAggregates
from shared.values import (
    CertificateNumber,
    Edition,
    Level,
    OccupationCode,
    StationCode,
    Uscc,
    parse_certificate_number,
)

_ASKED = (CertificateState.UNVERIFIED.value, CertificateState.UNKNOWN.value)


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
            "edition": str(certificate.item.edition),
            "occupation": str(certificate.item.occupation),
            "work_type": certificate.item.work_type,
            "level": int(certificate.item.level),
            "issued_on": certificate.issued_on,
            "evaluated_on": certificate.evaluated_on,
            "batch": certificate.batch,
            "origin": str(certificate.origin),
            "state": str(certificate.state),
            "marks": [str(mark) for mark in certificate.marks],
            "differs": list(certificate.differs),
            "clashes": certificate.clashes,
            "asked_at": certificate.asked_at,
            "revoked_on": certificate.revoked_on,
            **_serial(certificate.number),
        }

    def to_aggregate(self, row: RowMapping) -> Certificate:
        return Certificate(
            id=row["id"],
            version=row["version"],
            organ=row["organ"],
            uscc=Uscc(row["uscc"]),
            institution_id=row["institution_id"],
            number=parse_certificate_number(row["number"]),
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
            origin=Origin(row["origin"]),
            state=CertificateState(row["state"]),
            marks=tuple(Mark(each) for each in row["marks"]),
            differs=tuple(row["differs"]),
            clashes=row["clashes"],
            asked_at=row["asked_at"],
            revoked_on=row["revoked_on"],
        )

    async def numbered(self, number: AnyNumber) -> Certificate:
        """Raises UnknownCertificate, which names no number."""
        found = await self._first(self.table.c.number == str(number))
        if found is None:
            raise UnknownCertificate
        return found

    async def all_numbered(self, numbers: Iterable[AnyNumber]) -> Sequence[Certificate]:
        wanted = [str(number) for number in numbers]
        return await self._fetch(
            select(self.table).where(self.table.c.number == any_(literal(wanted, ARRAY(Text))))
        )

    async def to_ask(self, *, asked_before: datetime, most: int) -> Sequence[Certificate]:
        """What the province did not confirm yet and was not asked about since, the longest unasked first."""
        columns = self.table.c
        statement = self._unconfirmed(select(self.table), asked_before)
        return await self._fetch(
            statement.order_by(columns.asked_at.asc().nulls_first(), columns.id).limit(most)
        )

    async def count_to_ask(self, *, asked_before: datetime) -> int:
        statement = self._unconfirmed(select(func.count()).select_from(self.table), asked_before)
        return int((await self._connection.execute(statement)).scalar_one())

    async def series(self, station: StationCode, year: int) -> Sequence[Series]:
        """The series of a station and year, the highest level first."""
        columns = self.table.c
        before = func.lag(columns.serial, 1, 0).over(partition_by=columns.level, order_by=columns.serial)
        here = (columns.station == str(station), columns.number_year == year)
        numbered = select(columns.level, columns.serial, columns.clashes, before.label("before"))
        row = numbered.where(*here).subquery()
        missing = row.c.serial - row.c.before - 1
        gaps = func.array_agg(
            aggregate_order_by(func.int4range(row.c.before + 1, row.c.serial), row.c.serial)
        )
        doubled = func.array_agg(aggregate_order_by(row.c.serial, row.c.serial))
        statement = (
            select(
                row.c.level,
                func.count().label("on_record"),
                func.max(row.c.serial).label("last"),
                func.sum(missing).label("missing"),
                gaps.filter(missing > 0).label("gaps"),
                doubled.filter(row.c.clashes > 0).label("duplicated"),
            )
            .group_by(row.c.level)
            .order_by(row.c.level)
        )
        return [_series(each) for each in (await self._connection.execute(statement)).mappings()]

    def _unconfirmed(self, statement: Select[Any], asked_before: datetime) -> Select[Any]:
        columns = self.table.c
        unasked = or_(columns.asked_at.is_(None), columns.asked_at < asked_before)
        return statement.where(columns.state.in_(_ASKED), unasked)


def _serial(number: AnyNumber) -> dict[str, Any]:
    if not isinstance(number, CertificateNumber):
        return {"station": None, "number_year": None, "serial": None}
    return {"station": str(number.station_code), "number_year": number.year, "serial": number.serial}


def _series(row: RowMapping) -> Series:
    gaps = (row["gaps"] or ())[:MOST_GAPS]
    return Series(
        level=Level(row["level"]),
        on_record=row["on_record"],
        last=row["last"],
        missing=int(row["missing"]),
        gaps=tuple(Gap(each.lower, each.upper - 1) for each in gaps),
        duplicated=tuple(row["duplicated"] or ()),
    )

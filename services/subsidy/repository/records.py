"""What is on record, as detectors of signals need it: whole people, sittings, series and accounts, each by an index."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    LargeBinary,
    RowMapping,
    Select,
    any_,
    func,
    literal,
    null,
    select,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.detection.records import AccountUser
from services.subsidy.domain.evaluation import Sitting
from services.subsidy.domain.fact import Fact, Tie
from services.subsidy.domain.signal import Whose, digest_of
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.repository.certificates import SqlCertificates
from services.subsidy.repository.knowledge import SqlFacts
from shared.values import Level, StationCode, Uscc, parse_certificate_number

_certificate = tables.certificate.c
_claim = tables.claim.c
_item = tables.claim_item.c
_payee = tables.payee.c
_order = tables.payment_order.c


class SqlRecords:
    """What is on record, in PostgreSQL; copies that nobody watches for changes."""

    def __init__(self, connection: AsyncConnection, certificates: SqlCertificates, facts: SqlFacts) -> None:
        self._connection = connection
        self._certificates = certificates
        self._facts = facts

    async def certificates_of(self, holders: Collection[bytes]) -> Mapping[bytes, Sequence[Certificate]]:
        statement = select(tables.certificate).where(_among(_certificate.holder_index, holders))
        found: defaultdict[bytes, list[Certificate]] = defaultdict(list)
        for row in await self._rows(statement.order_by(_certificate.id)):
            found[row["holder_index"]].append(self._certificates.to_aggregate(row))
        return found

    async def facts_of(self, holders: Collection[bytes]) -> Mapping[bytes, Sequence[Fact]]:
        """All that is known of each, towards whichever employer."""
        columns = tables.fact.c
        statement = select(tables.fact).where(_among(columns.holder_index, holders))
        found: defaultdict[bytes, list[Fact]] = defaultdict(list)
        for row in await self._rows(statement.order_by(columns.obtained_at, columns.id)):
            found[row["holder_index"]].append(self._facts.to_aggregate(row).fact)
        return found

    async def declared(self, holders: Collection[bytes], tie: Tie) -> Collection[AnyNumber]:
        """Certificates of these people that somebody claimed for and declared them so tied."""
        statement = (
            select(_item.certificate_number)
            .join(tables.certificate, _certificate.number == _item.certificate_number)
            .where(_among(_certificate.holder_index, holders), _item.employment == tie.value)
        )
        return {parse_certificate_number(row["certificate_number"]) for row in await self._rows(statement)}

    async def certified_at(self, sitting: Sitting) -> int:
        """How many certificates of an institution, occupation, level and day are on record."""
        found = await self._connection.execute(select(func.count()).where(*of_sitting(sitting)))
        return int(found.scalar_one())

    async def holders_issued_before(self, sitting: Sitting, *, evaluated_from: date) -> Collection[bytes]:
        """Whose certificates of this kind name an earlier day and were issued before the sitting was held."""
        statement = select(_certificate.holder_index).where(
            _certificate.evaluated_on >= evaluated_from,
            _certificate.evaluated_on < sitting.day,
            _certificate.issued_on < sitting.day,
            *_of_kind(sitting),
        )
        return {row["holder_index"] for row in await self._rows(statement)}

    async def highest_serials(
        self, station: StationCode, year: int, *, issued_by: date
    ) -> Mapping[Level, int]:
        """The highest serial of each level that was issued by a day."""
        statement = (
            select(_certificate.level, func.max(_certificate.serial).label("highest"))
            .where(
                _certificate.station == str(station),
                _certificate.number_year == year,
                _certificate.issued_on <= issued_by,
            )
            .group_by(_certificate.level)
        )
        return {Level(row["level"]): row["highest"] for row in await self._rows(statement)}

    async def users_of(self, account: bytes) -> Sequence[AccountUser]:
        """Who is to be paid, or ever was, on an account; people with the certificates they claimed for."""
        users = union(
            select(
                _payee.organ, _payee.id.label("institution_id"), _payee.uscc, null().label("holder_index")
            ).where(_payee.account_index == account, _payee.uscc.is_not(None)),
            _claimants().join(tables.payee, _payee.id == _claim.id).where(_payee.account_index == account),
            _claimants()
            .join(tables.payment_order, _order.claim_id == _claim.id)
            .where(_order.account_index == account),
        ).subquery()
        rows = await self._rows(
            select(users).order_by(users.c.organ, users.c.institution_id, users.c.holder_index)
        )
        claimed = await self._claimed([row["holder_index"] for row in rows if row["holder_index"]])
        return [_user(row, claimed) for row in rows]

    async def _claimed(self, holders: Collection[bytes]) -> Mapping[bytes, Sequence[Certificate]]:
        """What people claimed for themselves."""
        statement = (
            select(tables.certificate)
            .join(tables.claim_item, _item.certificate_id == _certificate.id)
            .join(tables.claim, _claim.id == _item.claim_id)
            .where(_among(_claim.holder_index, holders))
            .distinct()
            .order_by(_certificate.id)
        )
        found: defaultdict[bytes, list[Certificate]] = defaultdict(list)
        for row in await self._rows(statement):
            found[row["holder_index"]].append(self._certificates.to_aggregate(row))
        return found

    async def _rows(self, statement: Select[Any]) -> Sequence[RowMapping]:
        return list((await self._connection.execute(statement)).mappings())


def of_sitting(sitting: Sitting) -> list[ColumnElement[bool]]:
    """The certificates of one sitting."""
    return [_certificate.evaluated_on == sitting.day, *_of_kind(sitting)]


def _of_kind(sitting: Sitting) -> list[ColumnElement[bool]]:
    return [
        _certificate.institution_id == sitting.institution_id,
        _certificate.edition == sitting.edition,
        _certificate.occupation == sitting.occupation,
        _certificate.level == sitting.level,
    ]


def _among(column: ColumnElement[bytes], holders: Collection[bytes]) -> ColumnElement[bool]:
    return column == any_(literal(list(holders), ARRAY(LargeBinary)))


def _claimants() -> Select[Any]:
    return select(_claim.organ, _claim.institution_id, _claim.uscc, _claim.holder_index).select_from(
        tables.claim
    )


def _user(row: RowMapping, claimed: Mapping[bytes, Sequence[Certificate]]) -> AccountUser:
    index = row["holder_index"]
    uscc = Uscc(row["uscc"]) if row["uscc"] else None
    return AccountUser(
        whose=Whose(row["institution_id"], uscc, row["organ"]),
        person=digest_of(index) if index else "",
        certificates=claimed.get(index, ()) if index else (),
    )

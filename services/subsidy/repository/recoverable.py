"""What may have to come back, in PostgreSQL: read across claims, certificates, orders and the register."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.certificate import CertificateState
from services.subsidy.domain.institution import Standing
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.payment import BatchState, OrderState
from services.subsidy.domain.recoverable import Evaluated, Sanctioned, Touched
from services.subsidy.domain.recovery_item import SoFar
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.repository.items import ITEMS, SqlItems
from services.subsidy.repository.recovery_parts import SqlRecoveryItems
from shared.values import Fen, Uscc

_item = tables.claim_item.c
_claim = tables.claim.c
_certificate = tables.certificate.c
_order = tables.payment_order.c
_batch = tables.payment_batch.c
_under = tables.recovery_item.c
_NOTHING = SoFar()

_evaluator = tables.institution.alias("evaluator")
_claimant = tables.institution.alias("claimant")
_REVOKED = Standing.REVOKED.value

_at_bank = (
    select(_order.id)
    .join(tables.payment_batch, _batch.id == _order.batch_id)
    .where(
        _order.claim_id == _item.claim_id,
        _order.state == OrderState.ORDERED.value,
        _batch.state == BatchState.RELEASED.value,
    )
    .exists()
)
_FOUND = (
    ITEMS.add_columns(
        _claim.institution_id.label("claimant_id"),
        _claim.uscc.label("claimant_uscc"),
        _certificate.state.label("certificate_state"),
        _evaluator.c.standing.label("evaluator_standing"),
        _claimant.c.standing.label("claimant_standing"),
        _at_bank.label("at_bank"),
    )
    .join(tables.claim, _claim.id == _item.claim_id)
    .outerjoin(tables.certificate, _certificate.number == _item.certificate_number)
    .outerjoin(_evaluator, _evaluator.c.id == _certificate.institution_id)
    .outerjoin(_claimant, _claimant.c.id == _claim.institution_id)
)


class SqlRecoverable:
    """Reads what may have to come back, of what the caller reaches; the items are loose copies."""

    def __init__(self, connection: AsyncConnection, items: SqlItems, under: SqlRecoveryItems) -> None:
        self._connection = connection
        self._items = items
        self._under = under

    async def named(self, item_ids: Sequence[UUID]) -> list[Touched]:
        """These items in the order of their claims and places; what does not exist for the caller is left out."""
        return await self._touched(_FOUND.where(_item.id.in_(item_ids)))

    async def of_certificate(self, number: AnyNumber) -> list[Touched]:
        return await self._touched(_FOUND.where(_item.certificate_number == str(number)))

    async def of_institution(self, asked: Evaluated, *, most: int) -> list[Touched]:
        """Items it claimed, or for certificates it evaluated, that are or may be paid."""
        own = or_(
            _certificate.institution_id == asked.institution_id, _claim.institution_id == asked.institution_id
        )
        wanted: list[ColumnElement[bool]] = [own, _item.state.not_in(_PAST)]
        if asked.since is not None:
            wanted.append(_certificate.evaluated_on >= asked.since)
        if asked.until is not None:
            wanted.append(_certificate.evaluated_on <= asked.until)
        return await self._touched(_FOUND.where(*wanted).limit(most))

    async def revoked_of(self, claim_id: UUID) -> list[Touched]:
        """The items of a claim whose certificates were revoked."""
        revoked = _certificate.state == CertificateState.REVOKED.value
        return await self._touched(
            _FOUND.where(_item.claim_id == claim_id, revoked, _item.state.not_in(_PAST))
        )

    async def sanctioned(self, *, most: int) -> list[Sanctioned]:
        """Institutions whose filing was revoked, with what was paid and nobody asks back yet; the largest sum first."""
        institution = tables.institution.c
        concerns = or_(_certificate.institution_id == institution.id, _claim.institution_id == institution.id)
        done = or_(_under.live, _under.recovered_fen + _under.written_off_fen > 0)
        asked = select(_under.id).where(_under.item_id == _item.id, done).exists()
        joined = (
            tables.claim_item.join(tables.claim, _claim.id == _item.claim_id)
            .join(tables.certificate, _certificate.number == _item.certificate_number)
            .join(tables.institution, and_(concerns, institution.standing == _REVOKED))
        )
        amount = func.sum(_item.amount_fen)
        statement = (
            select(
                institution.id,
                institution.name,
                institution.uscc,
                institution.organ,
                func.count().label("certificates"),
                amount.label("amount"),
            )
            .select_from(joined)
            .where(_item.state == ItemState.PAID.value, ~asked)
            .group_by(institution.id)
            .order_by(amount.desc(), institution.id)
            .limit(most)
        )
        return [
            Sanctioned(
                institution_id=row.id,
                name=row.name,
                uscc=Uscc(row.uscc),
                organ=row.organ,
                certificates=row.certificates,
                amount=Fen(int(row.amount)),
            )
            for row in await self._connection.execute(statement)
        ]

    async def mark_recovered(self, item_ids: Sequence[UUID]) -> None:
        """All that was paid for these items has come back."""
        if item_ids:
            await self._connection.execute(
                update(tables.claim_item)
                .where(_item.id.in_(item_ids), _item.state == ItemState.PAID.value)
                .values(state=ItemState.RECOVERED.value, version=_item.version + 1)
            )

    async def _touched(self, statement: Select[tuple[object, ...]]) -> list[Touched]:
        rows = (await self._connection.execute(statement.order_by(_item.claim_id, _item.place))).mappings()
        found = list(rows)
        so_far = await self._under.so_far([row["id"] for row in found])
        return [
            Touched(
                item=self._items.to_aggregate(row),
                institution_id=row["claimant_id"],
                uscc=Uscc(row["claimant_uscc"]) if row["claimant_uscc"] else None,
                at_bank=row["at_bank"],
                certificate=CertificateState(row["certificate_state"] or CertificateState.UNVERIFIED.value),
                evaluator=_worse(row),
                so_far=so_far.get(row["id"], _NOTHING),
            )
            for row in found
        ]


_PAST = tuple(state.value for state in (ItemState.REFUSED, ItemState.VOID, ItemState.RECOVERED))


def _worse(row: RowMapping) -> Standing:
    """How whoever evaluated the certificate stands, or whoever claimed for it if that one was revoked.

    A certificate of another district is out of the caller's reach: nothing is held against it.
    """
    known = (row["claimant_standing"], row["evaluator_standing"])
    if _REVOKED in known:
        return Standing.REVOKED
    return Standing(row["evaluator_standing"] or Standing.ACTIVE.value)

"""Campaigns in PostgreSQL, with those on record at their opening who have no review yet."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Text, func, insert, literal, select, tuple_, union_all

from services.filing import tables
from services.filing.domain.campaign import (
    Campaign,
    CampaignRunning,
    CampaignState,
    Count,
    Outcome,
    ReviewState,
    UnknownCampaign,
)
from services.filing.domain.institution import ON_RECORD
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates


class SqlCampaigns(SqlAggregates[Campaign]):
    """Campaigns in PostgreSQL."""

    table = tables.campaign
    missing = UnknownCampaign
    refusals = {"uq_campaign_running": CampaignRunning}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Campaign) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        return {**values, "state": aggregate.state.value, "basis": list(aggregate.basis)}

    def to_aggregate(self, row: RowMapping) -> Campaign:
        typed = {"state": CampaignState(row["state"]), "basis": tuple(row["basis"])}
        return Campaign(**{**row, **typed})

    async def held(self, key: UUID) -> Campaign:
        """The campaign, which nobody closes before this unit of work ends; raises UnknownCampaign."""
        await self._connection.execute(_lock(key, read=True))
        return await self.get(key)

    async def claimed(self, key: UUID, *, seen: int) -> Campaign:
        """The campaign, on whose reviews nobody else decides before this unit of work ends; raises as `get`."""
        await self._connection.execute(_lock(key, read=False))
        return await self.get(key, seen=seen)

    async def page(self, *, cursor: str | None, size: int) -> Page[Campaign]:
        """Campaigns, the latest first."""
        columns = self.table.c
        order = tuple_(columns.opened_at, columns.id)
        statement = select(self.table).order_by(columns.opened_at.desc(), columns.id.desc())
        if cursor is not None:
            opened, key = decode_cursor(cursor, parts=2)
            statement = statement.where(order < tuple_(literal(moment_in(opened)), literal(uuid_in(key))))
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.opened_at.isoformat(), each.id))

    async def line_up(self, key: UUID, *, apart_from: str) -> tuple[int, int]:
        """Note who is on record at this moment and is to be reviewed; returns how many, and how many are left out."""
        institution = tables.institution.c
        on_record = institution.standing.in_(sorted(each.value for each in ON_RECORD))
        taken = select(literal(key), institution.id).where(on_record, institution.filed_by != apart_from)
        lined_up = await self._connection.execute(
            insert(tables.campaign_intake).from_select(["campaign_id", "institution_id"], taken)
        )
        left_out = select(func.count()).where(on_record, institution.filed_by == apart_from)
        return lined_up.rowcount, (await self._connection.execute(left_out)).scalar_one()

    async def waiting(self) -> dict[UUID, int]:
        """Campaigns that are being opened, and how many reviews each still has to hand out."""
        columns, intake = self.table.c, tables.campaign_intake
        statement = (
            select(columns.id, func.count(intake.c.institution_id).label("number"))
            .select_from(self.table.outerjoin(intake, intake.c.campaign_id == columns.id))
            .where(columns.state == CampaignState.OPENING.value)
            .group_by(columns.id)
        )
        found = (await self._connection.execute(statement)).mappings()
        return {each["id"]: each["number"] for each in found}

    async def counts(self, key: UUID) -> list[Count]:
        """How the reviews within the caller's reach stand, and how many are not handed out; one look, one moment."""
        review, intake = tables.review.c, tables.campaign_intake.c
        number = func.count().label("number")
        kept = select(review.organ, review.state, review.outcome, number).where(review.campaign_id == key)
        none = literal(None, Text)
        waiting = select(none, literal(ReviewState.OPEN.value), none, number).where(intake.campaign_id == key)
        by_standing = kept.group_by(review.organ, review.state, review.outcome)
        rows = (await self._connection.execute(union_all(by_standing, waiting))).mappings()
        return [
            Count(
                organ=row["organ"],
                state=ReviewState(row["state"]),
                outcome=Outcome(row["outcome"]) if row["outcome"] else None,
                number=row["number"],
            )
            for row in rows
        ]


def _lock(key: UUID, *, read: bool) -> Select[Any]:
    columns = tables.campaign.c
    return select(columns.id).where(columns.id == key).with_for_update(read=read)

"""Reviews in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text

from services.filing import tables
from services.filing.domain.campaign import BASIS, CampaignState, Outcome, ReviewState
from services.filing.domain.institution import ON_RECORD
from services.filing.domain.review import Review, UnknownReview
from services.filing.repository import stored
from shared.contracts.scope import scope_in, scope_out
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.values import Uscc

_LAPSED_AT_ONCE = 200

# One statement a chunk: whoever is taken off the list has its review, or neither happened.
_HAND_OUT = text("""
    WITH next AS MATERIALIZED (
        SELECT institution_id FROM campaign_intake WHERE campaign_id = :campaign
        ORDER BY institution_id LIMIT :size FOR UPDATE SKIP LOCKED
    ), taken AS (
        DELETE FROM campaign_intake AS intake USING next
        WHERE intake.campaign_id = :campaign AND intake.institution_id = next.institution_id
        RETURNING intake.institution_id
    ), named AS (
        SELECT institution_id, (CAST(:ids AS uuid[]))[row_number() OVER (ORDER BY institution_id)] AS id FROM taken
    )
    INSERT INTO review (id, version, campaign_id, institution_id, organ, uscc, name, number, items, state, outcome,
                        withdrawn, added, opinion, opinion_at, decided_by, decided_at, basis)
    SELECT named.id, 1, :campaign, institution.id, organ, uscc, name, number, versions -> -1 -> 'items', 'open', NULL,
           '[]', '[]', '', NULL, '', NULL, CAST(:basis AS text[])
    FROM named JOIN institution ON institution.id = named.institution_id
    RETURNING *
""").columns(*tables.review.c)


class SqlReviews(SqlAggregates[Review]):
    """Reviews in PostgreSQL."""

    table = tables.review
    missing = UnknownReview

    def to_row(self, aggregate: Review) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        plain = {
            "uscc": str(aggregate.uscc),
            "items": scope_out(aggregate.items),
            "state": aggregate.state.value,
            "outcome": aggregate.outcome.value if aggregate.outcome else None,
            "withdrawn": stored.out(stored.judged, aggregate.withdrawn),
            "added": stored.out(stored.judged, aggregate.added),
            "basis": list(aggregate.basis),
        }
        return {**values, **plain}

    def to_aggregate(self, row: RowMapping) -> Review:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "items": scope_in(row["items"]),
            "state": ReviewState(row["state"]),
            "outcome": Outcome(row["outcome"]) if row["outcome"] else None,
            "withdrawn": stored.judged.validate_python(row["withdrawn"]),
            "added": stored.judged.validate_python(row["added"]),
            "basis": tuple(row["basis"]),
        }
        return Review(**{**row, **typed})

    async def claimed(self, keys: Sequence[UUID]) -> dict[UUID, Review]:
        """Those of them that exist for the caller, as they stand when nobody else is deciding on them."""
        statement = select(self.table).where(self.table.c.id.in_(keys)).order_by(self.table.c.id)
        return {each.id: each for each in await self._fetch(statement.with_for_update())}

    async def hand_out(self, campaign_id: UUID, ids: Sequence[UUID]) -> int:
        """Give as many institutions that are lined up their review, with these ids; returns how many there were."""
        asked = {"campaign": campaign_id, "ids": list(ids), "size": len(ids), "basis": list(BASIS)}
        rows = (await self._connection.execute(_HAND_OUT, asked)).mappings().all()
        for row in rows:
            kept = {name: value for name, value in row.items() if name != "version"}
            self._ledger.changed(self.table.name, row["id"], after=kept)
        return len(rows)

    async def page(
        self,
        campaign_id: UUID,
        *,
        organ: str | None,
        state: ReviewState | None,
        cursor: str | None,
        size: int,
    ) -> Page[Review]:
        """Reviews of a campaign by organ and name."""
        columns = self.table.c
        order = [columns.organ, columns.name, columns.id]
        statement = select(self.table).where(columns.campaign_id == campaign_id).order_by(*order)
        if organ is not None:
            statement = statement.where(columns.organ == organ)
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            of, name, key = decode_cursor(cursor, parts=3)
            statement = statement.where(after(order, [of, name, uuid_in(key)]))
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.organ, each.name, each.id))

    async def open_of(self, campaign_id: UUID) -> int:
        columns = self.table.c
        statement = select(func.count()).where(
            columns.campaign_id == campaign_id, columns.state == ReviewState.OPEN.value
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def of_ended(self) -> list[UUID]:
        """Open reviews, in a campaign not closed, of institutions that are on record no more."""
        review, institution, campaign = self.table, tables.institution, tables.campaign
        joined = review.join(institution, institution.c.id == review.c.institution_id).join(
            campaign, campaign.c.id == review.c.campaign_id
        )
        statement = (
            select(review.c.id)
            .select_from(joined)
            .where(
                campaign.c.state != CampaignState.CLOSED.value,
                review.c.state == ReviewState.OPEN.value,
                institution.c.standing.not_in(sorted(each.value for each in ON_RECORD)),
            )
        )
        found = await self._connection.execute(statement.order_by(review.c.id).limit(_LAPSED_AT_ONCE))
        return list(found.scalars())

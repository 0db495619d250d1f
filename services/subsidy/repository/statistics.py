"""Statistics in PostgreSQL: read from what was counted, and counted anew."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    SmallInteger,
    Text,
    func,
    literal,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.chains import NO_CHAIN, ChainList
from services.subsidy.domain.statistic import (
    BITS,
    Answer,
    Counted,
    Dimension,
    Kind,
    Line,
    NotCountedYet,
    Place,
    Question,
    Slice,
    Tally,
    TooManyLines,
)
from services.subsidy.repository import counting
from shared.values import Occupation

_group = tables.statistic_group.c
_cell = tables.statistic_cell.c
_count = tables.statistic_count
_link = tables.metadata.tables["ledger_link"].c


class SqlStatistics:
    """Statistics in PostgreSQL; nothing of them is an aggregate."""

    def __init__(self, connection: AsyncConnection, *, at: datetime) -> None:
        self._connection = connection
        self._at = at

    async def read(self, question: Question, *, most: int) -> Answer:
        """Lines and totals of one and the same count; raises NotCountedYet or TooManyLines."""
        limit = most * len(Kind)
        found = union_all(
            _sums(question.lines, total=False).limit(limit + 1), _sums(question.totals, total=True)
        ).subquery()
        statement = select(_count, found).select_from(_count.outerjoin(found, true()))
        rows = (await self._connection.execute(statement)).mappings().all()
        if not rows:
            raise NotCountedYet
        told = [row for row in rows if row["kind"] is not None]
        lines = list(question.spread(_lines(row for row in told if not row["total"])))
        if len(lines) > most or len(told) > limit:
            raise TooManyLines(f"上限 {most:,} 行 · The limit is {most:,} lines")
        totals = list(question.spread(_lines(row for row in told if row["total"]), totals=True))
        return Answer(
            counted=_counted(rows[0]),
            lines=sorted(lines, key=lambda line: _order(question, line.place)),
            totals=totals[0] if totals else Line(place=Place(), tallies={}),
        )

    async def counted(self) -> Counted | None:
        """The last count, if there was one."""
        row = (await self._connection.execute(select(_count))).mappings().first()
        return _counted(row) if row else None

    async def position(self) -> int:
        """How far the record of acts is; whatever is done moves it on a little later."""
        statement = select(func.coalesce(func.max(_link.position), 0))
        return int((await self._connection.execute(statement)).scalar_one())

    async def count(
        self,
        families: Mapping[Occupation, str],
        *,
        reach: Sequence[tuple[str, str]],
        lists: Sequence[ChainList],
        policy_version: str,
    ) -> int:
        """Count everything anew, and write what is different now; whoever reads meanwhile reads the last count.

        Returns by how many fen the items paid differ from what the accounts say was paid.
        """
        await self._do(counting.ONE_AT_A_TIME)
        position = await self.position()
        for statement in (counting.MEMORY, *counting.TABLES):
            await self._do(statement)
        for statement in (counting.BACK, counting.ITEMS):
            await self._do(statement)
        await self._do(counting.HELD, families=_known(families))
        await self._look_at("counting_held", "counting_item", "counting_back")
        await self._do(counting.SORTS)
        await self._do(counting.MEMBERS, **_reached(reach), **_listed(lists))
        await self._look_at("counting_sort", "counting_member")
        await self._do(counting.SORTED)
        await self._look_at("counting_sorted")
        await self._do(counting.GROUPS)
        for statement in counting.ENTRIES:
            await self._do(statement)
        await self._look_at("counting_entry")
        await self._put()
        await self._do(counting.NOTED, at=self._at, policy_version=policy_version, position=position)
        return int((await self._connection.execute(text(counting.DIFFERS))).scalar_one())

    async def _put(self) -> None:
        """From entries to figures, so many groups at a time."""
        entries = (await self._connection.execute(text(counting.HOW_MANY))).scalar_one()
        parts = 1 + entries // counting.OF_A_PART
        await self._do(counting.BELONGS, parts=parts)
        for statement in (counting.FINE, counting.SEVERAL):
            await self._do(statement)
        await self._look_at("counting_belongs", "counting_fine", "counting_again")
        for part in range(parts):
            for statement in (counting.ALL, counting.REPEATED):
                await self._do(statement, part=part)
            await self._look_at("counting_cell")
            await self._do(counting.GONE, part=part, parts=parts)
            await self._do(counting.CHANGED)
            await self._do(counting.NEXT)
        await self._do(counting.EMPTY)

    async def _do(self, statement: str, **values: Any) -> None:
        await self._connection.execute(text(statement), values)

    async def _look_at(self, *names: str) -> None:
        """Otherwise nothing is known of tables that were made just now, and the wrong way is taken through them."""
        for name in names:
            await self._do(f"ANALYZE {name}")


def _sums(part: Slice, *, total: bool) -> Select[Any]:
    """Entries, those that repeat one of the stretch, and money, for each place and kind."""
    by_month = Dimension.MONTH in part.by
    since: ColumnElement[int] = _cell.month if by_month else literal(part.months[0], Integer)
    told = [_group[each.value] for each in BITS if each in part.by]
    months = [_cell.month] if by_month else []
    only = {"organ": part.territory, **{each.value: value for each, value in part.only.items()}}
    if Dimension.ORGAN in part.by and Dimension.ORGAN not in part.only:
        del only["organ"]
    return (
        select(
            literal(total).label("total"),
            *(
                (_group[each.value] if each in part.by else literal(None, _type(each))).label(each.value)
                for each in BITS
            ),
            (_cell.month if by_month else literal(None, Integer)).label("month"),
            _cell.kind,
            func.coalesce(func.sum(_cell.entries).filter(_cell.previous == 0), 0).label("entries"),
            func.coalesce(func.sum(_cell.entries).filter(_cell.previous >= since), 0).label("repeated"),
            func.sum(_cell.fen).label("fen"),
        )
        .join_from(tables.statistic_group, tables.statistic_cell, _cell.group_id == _group.id)
        .where(
            _group.shape == part.shape,
            *(_group[name] == value for name, value in only.items()),
            _cell.month.between(*part.months),
        )
        .group_by(*told, *months, _cell.kind)
    )


def _type(dimension: Dimension) -> Any:
    return SmallInteger if dimension is Dimension.LEVEL else Text


def _lines(rows: Iterable[RowMapping]) -> list[Line]:
    found: defaultdict[Place, dict[Kind, Tally]] = defaultdict(dict)
    for row in rows:
        chain = row["chain"]
        place = Place(
            **{each.value: row[each.value] for each in Dimension if each is not Dimension.CHAIN},
            chain=chain.partition("/")[2] if chain else None,
        )
        entries = int(row["entries"])
        found[place][Kind(row["kind"])] = Tally(
            entries=entries, people=entries - int(row["repeated"]), fen=int(row["fen"])
        )
    return [Line(place=place, tallies=tallies) for place, tallies in found.items()]


def _order(question: Question, place: Place) -> list[Any]:
    return [getattr(place, each.value) for each in question.by]


def _counted(row: RowMapping) -> Counted:
    return Counted(
        at=row["counted_at"],
        seconds=row["seconds"],
        policy_version=row["policy_version"],
        position=row["position"],
    )


def _known(families: Mapping[Occupation, str]) -> str:
    return json.dumps({f"{each.edition.value}:{each.code}": family for each, family in families.items()})


def _reached(reach: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {"below": [below for below, _ in reach], "above": [above for _, above in reach]}


def _listed(lists: Sequence[ChainList]) -> dict[str, Any]:
    on = [
        (each.key, family, chain)
        for each in lists
        for family, chains in each.members.items()
        for chain in sorted(chains)
    ]
    return {
        "lists": [key for key, _, _ in on],
        "listed": [family for _, family, _ in on],
        "chains": [chain for _, _, chain in on],
        "every_list": [each.key for each in lists],
        "no_chain": NO_CHAIN,
    }

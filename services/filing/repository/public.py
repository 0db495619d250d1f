"""What is public of the register, city-wide: read without territory, written with each institution."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.filing import tables
from services.filing.domain.institution import Standing
from services.filing.domain.register import PublicEntry
from services.filing.repository import stored
from services.filing.repository.search import begins
from shared.contracts.scope import scope_on
from shared.policy import Audience, Category
from shared.values import Edition, Occupation, OccupationCode, Uscc

_COLUMNS = tables.public_register.c
_MOST = 20
_ENTRIES = select(tables.public_register).order_by(_COLUMNS.name, _COLUMNS.institution_id).limit(_MOST)

# Asked with every draft, so made once.
_OF_BODY = _ENTRIES.where(_COLUMNS.uscc == bindparam("uscc"))
_REMOVED_ON = (
    select(_COLUMNS.ended_on)
    .where(_COLUMNS.uscc == bindparam("uscc"), _COLUMNS.standing == Standing.REMOVED.value)
    .order_by(_COLUMNS.ended_on.desc())
    .limit(1)
)


class SqlPublicRegister:
    """The public register in PostgreSQL; `today` is the day whose scope is shown."""

    def __init__(self, connection: AsyncConnection, *, today: date) -> None:
        self._connection = connection
        self._today = today

    async def verified(self, code: str) -> PublicEntry | None:
        """By the code in the QR of plaque and certificate."""
        found = await self._entries(_COLUMNS.verification == code)
        return found[0] if found else None

    async def numbered(self, number: str) -> Sequence[PublicEntry]:
        """By the exact number of the filing, the plaque or the certificate."""
        return await self._entries(
            or_(
                _COLUMNS.number == number,
                _COLUMNS.plaque_number == number,
                _COLUMNS.certificate_number == number,
            )
        )

    async def of_body(self, uscc: Uscc) -> Sequence[PublicEntry]:
        return await self._read(_OF_BODY, {"uscc": str(uscc)})

    async def named(self, beginning: str) -> Sequence[PublicEntry]:
        return await self._entries(*begins(_COLUMNS.name, beginning))

    async def removed_on(self, uscc: Uscc) -> date | None:
        """When one of this body's institutions was last removed for idleness."""
        day: date | None = (
            await self._connection.execute(_REMOVED_ON, {"uscc": str(uscc)})
        ).scalar_one_or_none()
        return day

    async def covered(self) -> Collection[Occupation]:
        """The families of occupations that somebody in the city covers today."""
        columns = tables.coverage.c
        statement = select(columns.edition, columns.occupation).where(columns.valid_until >= self._today)
        rows = await self._connection.execute(statement.distinct())
        return {Occupation(Edition(edition), OccupationCode(code)) for edition, code in rows}

    async def _entries(self, *conditions: ColumnElement[bool]) -> list[PublicEntry]:
        return await self._read(_ENTRIES.where(*conditions), {})

    async def _read(self, statement: Select[Any], values: Mapping[str, Any]) -> list[PublicEntry]:
        rows: Iterable[RowMapping] = (await self._connection.execute(statement, values)).mappings()
        return [self._entry(row) for row in rows]

    def _entry(self, row: RowMapping) -> PublicEntry:
        same = ("name", "organ", "number", "plaque_number", "certificate_number", "standing")
        days = ("valid_from", "valid_until", "ended_on")
        return PublicEntry(
            **{name: row[name] for name in (*same, *days)},
            uscc=Uscc(row["uscc"]),
            category=Category(row["category"]),
            audience=Audience(row["audience"]),
            scope=scope_on(stored.dated_scopes.validate_python(row["versions"]), self._today),
        )

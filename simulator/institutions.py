"""The province's own register of institutions: what it filed, how each stands now, and which message told it last."""

from datetime import UTC, datetime, time
from sqlite3 import Row

from shared.contracts.province import FilingChange, InstitutionFiled, ProvinceEnvelope
from shared.contracts.queries import (
    ProvincialStanding,
    RegisterAnswered,
    RegisteredInstitution,
    RegisterQuery,
    scope_digest,
)
from simulator.store import Store

_STANDS = {
    FilingChange.FILED: ProvincialStanding.ACTIVE,
    FilingChange.RESUMED: ProvincialStanding.ACTIVE,
    FilingChange.SUSPENDED: ProvincialStanding.SUSPENDED,
    FilingChange.REVOKED: ProvincialStanding.REVOKED,
}
"""What a change makes of its standing; any other leaves it as it was."""
_KEEP = """
INSERT INTO institution AS known VALUES (:number, :record, :standing, :told_at, :lane, :sequence)
ON CONFLICT (number) DO UPDATE SET record = excluded.record, standing = coalesce(:change, known.standing),
    told_at = excluded.told_at, lane = excluded.lane, sequence = excluded.sequence
"""


class Institutions:
    """What the province filed, by its numbers."""

    def __init__(self, store: Store) -> None:
        self._db = store.db

    def learn(self, filed: InstitutionFiled, *, told: ProvinceEnvelope | None = None) -> None:
        """Take it on record as `told` tells it; without a message, as known since its first day and never told."""
        since = datetime.combine(filed.valid_from, time(), tzinfo=UTC)
        change = _STANDS.get(filed.change)
        self._db.execute(
            _KEEP,
            {
                "number": filed.provincial_number,
                "record": filed.model_dump_json(),
                "standing": change or ProvincialStanding.ACTIVE,
                "change": change,
                "told_at": (told.issued_at if told else since).isoformat(),
                "lane": told.lane if told else "",
                "sequence": told.sequence if told else 0,
            },
        )

    def forget(self, number: str) -> None:
        """It is not on record any more, as if it had never been."""
        self._db.execute("DELETE FROM institution WHERE number = ?", (number,))

    def answer(self, query: RegisterQuery) -> RegisterAnswered:
        rows = self._db.execute(
            "SELECT * FROM institution WHERE number > ? ORDER BY number LIMIT ?",
            (query.after, query.size + 1),
        ).fetchall()
        page = tuple(map(_entry, rows[: query.size]))
        more = page[-1].provincial_number if len(rows) > query.size else None
        return RegisterAnswered(query_id=query.query_id, institutions=page, next=more)


def _entry(row: Row) -> RegisteredInstitution:
    filed = InstitutionFiled.model_validate_json(row["record"])
    return RegisteredInstitution(
        provincial_number=filed.provincial_number,
        name=filed.name,
        uscc=filed.uscc,
        category=filed.category,
        audience=filed.audience,
        organ=filed.organ,
        standing=ProvincialStanding(row["standing"]),
        valid_from=filed.valid_from,
        valid_until=filed.valid_until,
        station_codes=filed.station_codes,
        scope_digest=scope_digest(filed.scope),
        told_at=datetime.fromisoformat(row["told_at"]),
        lane=row["lane"],
        sequence=row["sequence"],
    )

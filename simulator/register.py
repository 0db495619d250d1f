"""The province's register: what the city told it, each act once."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any
from uuid import UUID

from shared.contracts.exchange import Fate, KnownMessage
from shared.contracts.province import FilingReport, MessageCode, ProvinceEnvelope, Receipt, Stage, Wire
from simulator.reading import FROM_CITY, NotAccepted
from simulator.store import Store
from simulator.wire import columns_of, payload_digest

Match = str | Callable[[Any], bool] | None
"""A business key, a predicate on the payload, or anything at all."""

_CARRIED_OUT = f"ok AND code <> '{MessageCode.VOID}'"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A message of the city whose business was carried out, and the trace it came in."""

    envelope: ProvinceEnvelope
    payload: Wire
    traceparent: str | None

    def is_about(self, code: str, match: Match) -> bool:
        if self.envelope.code != code:
            return False
        if isinstance(match, str):
            return self.envelope.business_key == match
        return match is None or match(self.payload)


class Register(Mapping[tuple[str, str], Accepted]):
    """What was carried out, by message code and business key.

    `filings` is how each institution that the city filed stands now, by filing number: reports of one institution come
    in order, but one that was sent again may come late, so the highest revision counts.
    """

    def __init__(self, store: Store) -> None:
        self._db = store.db
        self._awaited: list[tuple[str, Match, asyncio.Future[Accepted]]] = []

    def __getitem__(self, act: tuple[str, str]) -> Accepted:
        row = self._db.execute(
            f"SELECT * FROM act WHERE (code, business_key) = (?, ?) AND {_CARRIED_OUT}",  # noqa: S608 — a condition of our own
            act,
        ).fetchone()
        if row is None:
            raise KeyError(act)
        return _accepted(row)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        query = f"SELECT code, business_key FROM act WHERE {_CARRIED_OUT} ORDER BY rowid"  # noqa: S608 — a condition of our own
        return iter([(row["code"], row["business_key"]) for row in self._db.execute(query).fetchall()])

    def __len__(self) -> int:
        query = f"SELECT COUNT(*) FROM act WHERE {_CARRIED_OUT}"  # noqa: S608 — a condition of our own
        return int(self._db.execute(query).fetchone()[0])

    @property
    def filings(self) -> dict[str, FilingReport]:
        rows = self._db.execute("SELECT number, report FROM filing").fetchall()
        return {row["number"]: FilingReport.model_validate_json(row["report"]) for row in rows}

    def known(self, envelope: ProvinceEnvelope) -> Receipt | None:
        """The result of the same act told before; raises NotAccepted CONFLICT when it was told otherwise."""
        row = self._known(str(envelope.message_id), envelope.code, envelope.business_key)
        if row is None:
            return None
        told = (envelope.code, envelope.business_key, payload_digest(envelope.payload))
        if (row["code"], row["business_key"], row["digest"]) != told:
            raise NotAccepted("CONFLICT", "同一业务号对应不同内容 · The same business key with other content")
        return _result(row)

    def enter(self, service: str, message: Accepted, result: Receipt) -> None:
        """Remember a new act with its result; only a good one is carried out, and told to who waits for it."""
        columns = columns_of(message.envelope) | {
            "service": service,
            "traceparent": message.traceparent,
            "ok": result.ok,
            "reason_code": result.reason_code,
            "reason": result.reason,
        }
        names, places = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        self._db.execute(f"INSERT INTO act ({names}) VALUES ({places})", columns)  # noqa: S608 — names of our own
        if not result.ok:
            return
        if isinstance(message.payload, FilingReport):
            self._keep(message.payload)
        for code, match, found in self._awaited:
            if not found.done() and message.is_about(code, match):
                found.set_result(message)

    def refuse(self, envelope: ProvinceEnvelope, refusal: NotAccepted) -> None:
        """Remember that a message was not accepted, for when it is asked about."""
        self._db.execute(
            "INSERT OR REPLACE INTO refusal VALUES (?, ?, ?)",
            (str(envelope.message_id), refusal.reason_code, refusal.reason),
        )

    def fate(self, message_id: UUID, code: str, business_key: str) -> KnownMessage:
        """What became of a message: of itself if it was taken or refused, else of its act."""
        row = self._known(str(message_id), code, business_key)
        digest = row["digest"] if row else None
        refusal = self._db.execute(
            "SELECT * FROM refusal WHERE message_id = ?", (str(message_id),)
        ).fetchone()
        if refusal and (row is None or row["message_id"] != str(message_id)):
            said = {"reason_code": refusal["reason_code"], "reason": refusal["reason"]}
            return KnownMessage(message_id=message_id, fate=Fate.REFUSED, digest=digest, **said)
        if row is None:
            return KnownMessage(message_id=message_id, fate=Fate.UNKNOWN)
        fate = Fate.DONE if row["ok"] else Fate.REJECTED
        said = {"reason_code": row["reason_code"], "reason": row["reason"]}
        return KnownMessage(message_id=message_id, fate=fate, digest=digest, **said)

    async def heard(self, code: str, match: Match, *, seconds: float) -> Accepted:
        """The first accepted message that matches; raises TimeoutError."""
        query = f"SELECT * FROM act WHERE code = ? AND {_CARRIED_OUT} ORDER BY rowid"  # noqa: S608 — a condition of our own
        for row in self._db.execute(query, (code,)).fetchall():
            message = _accepted(row)
            if message.is_about(code, match):
                return message
        found: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        awaited = code, match, found
        self._awaited.append(awaited)
        try:
            async with asyncio.timeout(seconds):
                return await found
        finally:
            self._awaited.remove(awaited)

    def _known(self, message_id: str, code: str, business_key: str) -> Row | None:
        found: Row | None = self._db.execute(
            "SELECT * FROM act WHERE message_id = ? OR (code, business_key) = (?, ?)"
            " ORDER BY message_id = ? DESC LIMIT 1",
            (message_id, code, business_key, message_id),
        ).fetchone()
        return found

    def _keep(self, report: FilingReport) -> None:
        self._db.execute(
            "INSERT INTO filing VALUES (?, ?, ?) ON CONFLICT (number) DO UPDATE"
            " SET revision = excluded.revision, report = excluded.report WHERE revision <= excluded.revision",
            (report.filing_number, report.revision, report.model_dump_json()),
        )


def _accepted(row: Row) -> Accepted:
    envelope = ProvinceEnvelope.model_validate_json(row["envelope"])
    payload = FROM_CITY[envelope.code].model_validate(envelope.payload)
    return Accepted(envelope=envelope, payload=payload, traceparent=row["traceparent"])


def _result(row: Row) -> Receipt:
    return Receipt(
        stage=Stage.BUSINESS, ok=bool(row["ok"]), reason_code=row["reason_code"], reason=row["reason"]
    )

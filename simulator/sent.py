"""What the province sent, and how far each message is by the city's receipts."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row
from uuid import UUID

from shared.contracts.province import ProvinceEnvelope, Receipt, Stage
from simulator.lanes import Act, Lanes
from simulator.reading import NotAccepted
from simulator.store import Store
from simulator.wire import columns_of

_SPOILT_ON_THE_WAY = frozenset({"SIGNATURE", "KEY_EXPIRED", "KEY_NOT_YET", "VERSION", "CLOCK"})
"""Refusals that another copy of the same message may not meet."""


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """How a message ended, if it has."""

    receipt: Receipt | None

    def done(self) -> bool:
        return self.receipt is not None


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message and the receipts it got; the first of each kind counts."""

    envelope: ProvinceEnvelope
    act: Act
    traceparent: str | None
    attempts: int
    technical: Receipt | None
    business: Receipt | None
    conclusion: Conclusion

    @property
    def refused(self) -> bool:
        """Whether it ended without being accepted."""
        receipt = self.conclusion.receipt
        return receipt is not None and receipt.stage is Stage.TECHNICAL


class SentMessages(Mapping[UUID, Sent]):
    """Our messages by their ids, and the numbers they carry."""

    def __init__(self, store: Store) -> None:
        self.lanes = Lanes(store)
        self._db = store.db
        self._awaited: dict[UUID, asyncio.Future[Receipt]] = {}

    def __getitem__(self, message_id: UUID) -> Sent:
        row = self._db.execute("SELECT * FROM sent WHERE message_id = ?", (str(message_id),)).fetchone()
        if row is None:
            raise KeyError(message_id)
        return _sent(row)

    def __iter__(self) -> Iterator[UUID]:
        rows = self._db.execute("SELECT message_id FROM sent ORDER BY rowid").fetchall()
        return iter([UUID(row["message_id"]) for row in rows])

    def __len__(self) -> int:
        return int(self._db.execute("SELECT COUNT(*) FROM sent").fetchone()[0])

    def add(self, envelope: ProvinceEnvelope, act: Act, traceparent: str | None) -> None:
        columns = columns_of(envelope) | {"service": act.service, "traceparent": traceparent}
        names = ", ".join(columns)
        places = ", ".join(f":{name}" for name in columns)
        self._db.execute(f"INSERT INTO sent ({names}) VALUES ({places})", columns)  # noqa: S608 — names of our own

    def repeat(self, message_id: UUID, *, now: datetime) -> Sent:
        """Count another attempt; what was issued by a clock that was ahead is dated again."""
        envelope = self[message_id].envelope
        dated = envelope.model_copy(update={"issued_at": min(envelope.issued_at, now)})
        self._db.execute(
            "UPDATE sent SET attempts = attempts + 1, envelope = :envelope, day = :day"
            " WHERE message_id = :message_id",
            columns_of(dated),
        )
        return self[message_id]

    def issued(self, act: Act, digest: str) -> datetime | None:
        """When an act with this content was first issued; None when it never was."""
        rows = self._db.execute(
            "SELECT json_extract(envelope, '$.issued_at') AS issued FROM sent"
            " WHERE (service, lane, code, business_key, digest) = (?, ?, ?, ?, ?)",
            (act.service, act.lane, act.code, act.business_key, digest),
        )
        return min((datetime.fromisoformat(row["issued"]) for row in rows), default=None)

    def open(self) -> list[UUID]:
        """What has no conclusion yet."""
        rows = self._db.execute("SELECT message_id FROM sent WHERE final IS NULL ORDER BY rowid")
        return [UUID(row["message_id"]) for row in rows]

    def numbered(self, service: str, lane: str, first: int, last: int) -> list[Sent]:
        """What stands under each of these numbers: the latest that was not refused, else what was refused."""
        rows = self._db.execute(
            "SELECT * FROM sent WHERE (service, lane) = (?, ?) AND sequence BETWEEN ? AND ? ORDER BY sequence, rowid",
            (service, lane, first, last),
        ).fetchall()
        found: dict[int, Sent] = {}
        for sent in map(_sent, rows):
            before = found.get(sent.envelope.sequence)
            if before is None or before.refused or not sent.refused:
                found[sent.envelope.sequence] = sent
        return list(found.values())

    def follow(self, message_id: UUID | None, receipt: Receipt, *, resends: int = 0) -> bool:
        """Keep a receipt with its message; whether to send it again, which is done up to `resends` times.

        Receipts overtake each other, and one of two copies may be damaged on its way: what was accepted is not refused
        any more, and the business result has the last word. Raises NotAccepted UNKNOWN for no message of ours.
        """
        sent = self.get(message_id) if message_id else None
        if sent is None:
            raise NotAccepted("UNKNOWN", "回执所答报文不存在 · The receipt answers no message of ours")
        if receipt.stage is Stage.BUSINESS:
            self._keep(sent, business=sent.business or receipt)
        elif sent.business is not None or (sent.technical and sent.technical.ok):
            return False
        elif receipt.ok:
            self._keep(sent, technical=receipt)
        elif sent.attempts <= resends and receipt.reason_code in _SPOILT_ON_THE_WAY:
            return True
        else:
            self._keep(sent, technical=receipt)
        return False

    def conclude(self, message_id: UUID, receipt: Receipt) -> None:
        """No receipt is awaited any more."""
        self._db.execute(
            "UPDATE sent SET final = ? WHERE message_id = ?", (receipt.model_dump_json(), str(message_id))
        )
        waiting = self._awaited.pop(message_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(receipt)

    def _keep(self, sent: Sent, *, technical: Receipt | None = None, business: Receipt | None = None) -> None:
        message_id = sent.envelope.message_id
        kept = [each and each.model_dump_json() for each in (technical, business)]
        self._db.execute(
            "UPDATE sent SET technical = COALESCE(technical, ?), business = COALESCE(business, ?) WHERE message_id = ?",
            (*kept, str(message_id)),
        )
        if business is not None:
            self.conclude(message_id, business)
            if sent.refused:
                self.lanes.reclaim(sent.act, message_id, sent.envelope.sequence)
        elif technical is not None and not technical.ok and not sent.conclusion.done():
            self.conclude(message_id, technical)
            used = technical.reason_code == "SEQUENCE"
            self.lanes.give_back(sent.act, message_id, used=used)

    async def concluded(self, message_id: UUID, *, seconds: float) -> Receipt:
        """The business receipt, or a technical refusal; raises TimeoutError, or KeyError for no message of ours."""
        receipt = self[message_id].conclusion.receipt
        if receipt is not None:
            return receipt
        awaited = self._awaited.setdefault(message_id, asyncio.get_running_loop().create_future())
        async with asyncio.timeout(seconds):
            return await asyncio.shield(awaited)


def _sent(row: Row) -> Sent:
    return Sent(
        envelope=ProvinceEnvelope.model_validate_json(row["envelope"]),
        act=Act(service=row["service"], lane=row["lane"], code=row["code"], business_key=row["business_key"]),
        traceparent=row["traceparent"],
        attempts=row["attempts"],
        technical=_receipt(row["technical"]),
        business=_receipt(row["business"]),
        conclusion=Conclusion(receipt=_receipt(row["final"])),
    )


def _receipt(stored: str | None) -> Receipt | None:
    return Receipt.model_validate_json(stored) if stored else None

"""What the province has on record about certificates and their holders, and what it says when it is asked."""

from collections.abc import Callable, Iterator, MutableMapping
from datetime import date
from typing import TypeVar

from shared.contracts.province import (
    CertificatesIssued,
    InstitutionFiled,
    IssuedCertificate,
    MessageCode,
    Wire,
)
from shared.contracts.queries import (
    AnsweredFact,
    AnyNumber,
    CertificateQuery,
    CertificateRevoked,
    CertificatesAnswered,
    FactsAnswered,
    FactsQuery,
    RegisteredCertificate,
    RegisterQuery,
    RegisterState,
    sealed_for,
)
from simulator.institutions import Institutions
from simulator.store import Store

V = TypeVar("V")


class _Table(MutableMapping[str, V]):
    """A table of the store as a mapping: the number of a certificate → what is known under it."""

    def __init__(
        self, store: Store, table: str, *, write: Callable[[V], str], read: Callable[[str], V]
    ) -> None:
        self._db = store.db
        self._table = table
        self._write = write
        self._read = read

    def __getitem__(self, number: str) -> V:
        query = f"SELECT * FROM {self._table} WHERE number = ?"  # noqa: S608 — a table of our own
        row = self._db.execute(query, (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return self._read(row[1])

    def __setitem__(self, number: str, value: V) -> None:
        query = f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?)"  # noqa: S608 — a table of our own
        self._db.execute(query, (number, self._write(value)))

    def __delitem__(self, number: str) -> None:
        self._db.execute(f"DELETE FROM {self._table} WHERE number = ?", (number,))  # noqa: S608 — a table of our own

    def __iter__(self) -> Iterator[str]:
        rows = self._db.execute(f"SELECT number FROM {self._table} ORDER BY rowid").fetchall()  # noqa: S608 — a table of our own
        return iter([row["number"] for row in rows])

    def __len__(self) -> int:
        return int(self._db.execute(f"SELECT COUNT(*) FROM {self._table}").fetchone()[0])  # noqa: S608 — a table of our own


class Records:
    """What was issued, what was revoked, and facts about holders by the number of a certificate."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or Store()
        self.institutions = Institutions(self._store)
        self.certificates: MutableMapping[str, IssuedCertificate] = _Table(
            self._store,
            "certificate",
            write=IssuedCertificate.model_dump_json,
            read=IssuedCertificate.model_validate_json,
        )
        self.revoked: MutableMapping[str, date] = _Table(
            self._store, "revocation", write=date.isoformat, read=date.fromisoformat
        )

    def facts(self, number: str) -> list[AnsweredFact]:
        """What is known of the holder of a certificate, in the order in which it was learnt."""
        rows = self._store.db.execute("SELECT content FROM fact WHERE number = ? ORDER BY rowid", (number,))
        return [AnsweredFact.model_validate_json(row["content"]) for row in rows.fetchall()]

    def learn(self, payload: Wire) -> None:
        """Take on record what a message says that we send, or a scenario knows; anything else is none of it."""
        if isinstance(payload, CertificatesIssued):
            with self._store.transaction():
                self.certificates.update({str(each.number): each for each in payload.certificates})
        elif isinstance(payload, CertificateRevoked):
            self.revoked[str(payload.number)] = payload.revoked_on
        elif isinstance(payload, InstitutionFiled):
            self.institutions.learn(payload)
        elif isinstance(payload, AnsweredFact):
            fact = str(payload.number), payload.model_dump_json()
            self._store.db.execute("INSERT INTO fact VALUES (?, ?)", fact)

    def answer(self, payload: Wire) -> tuple[MessageCode, Wire] | None:
        """The answer to a query, under its code; None when nothing was asked."""
        if isinstance(payload, CertificateQuery):
            found = tuple(self._register(number, key=payload.key) for number in payload.numbers)
            return MessageCode.CERTIFICATES_ANSWERED, CertificatesAnswered(
                query_id=payload.query_id, certificates=found
            )
        if isinstance(payload, FactsQuery):
            return MessageCode.FACTS_ANSWERED, self._facts(payload)
        if isinstance(payload, RegisterQuery):
            return MessageCode.REGISTER_ANSWERED, self.institutions.answer(payload)
        return None

    def _register(self, number: AnyNumber, *, key: str) -> RegisteredCertificate:
        """Holders are told sealed for the query that asks."""
        known = self.certificates.get(str(number))
        revoked_on = self.revoked.get(str(number))
        if revoked_on is not None:
            return RegisteredCertificate(number=number, state=RegisterState.REVOKED, revoked_on=revoked_on)
        if known is None:
            return RegisteredCertificate(number=number, state=RegisterState.UNKNOWN)
        return RegisteredCertificate(
            number=number,
            state=RegisterState.VALID,
            holder_name=sealed_for(key, known.holder_name),
            holder_id=sealed_for(key, known.holder_id.strip().upper()),
            uscc=known.uscc,
            occupation=known.occupation,
            issued_on=known.issued_on,
        )

    def _facts(self, query: FactsQuery) -> FactsAnswered:
        """What is known of the facts asked for; ties to other employers than the one asked about are not told."""
        told = tuple(
            fact
            for asked in query.asked
            for fact in self.facts(str(asked.number))
            if fact.name in asked.names and fact.employer in (None, asked.employer)
        )
        return FactsAnswered(
            query_id=query.query_id, numbers=tuple(asked.number for asked in query.asked), facts=told
        )

"""What the province has on record about certificates and their holders, and what it says when it is asked."""

from collections import defaultdict
from datetime import date

from shared.contracts.province import (
    CertificatesIssued,
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
    RegisterState,
    sealed_for,
)


class Records:
    """Kept in memory: what was issued, what was revoked, and facts about holders by the number of a certificate."""

    def __init__(self) -> None:
        self.certificates: dict[str, IssuedCertificate] = {}
        self.revoked: dict[str, date] = {}
        self.facts: defaultdict[str, list[AnsweredFact]] = defaultdict(list)

    def learn(self, payload: Wire) -> None:
        """Take on record what a message says that we send, or a scenario knows; anything else is none of it."""
        if isinstance(payload, CertificatesIssued):
            self.certificates |= {str(each.number): each for each in payload.certificates}
        elif isinstance(payload, CertificateRevoked):
            self.revoked[str(payload.number)] = payload.revoked_on
        elif isinstance(payload, AnsweredFact):
            self.facts[str(payload.number)].append(payload)

    def answer(self, payload: Wire) -> tuple[MessageCode, Wire] | None:
        """The answer to a query, under its code; None when nothing was asked."""
        if isinstance(payload, CertificateQuery):
            found = tuple(self._register(number, key=payload.key) for number in payload.numbers)
            return MessageCode.CERTIFICATES_ANSWERED, CertificatesAnswered(
                query_id=payload.query_id, certificates=found
            )
        if isinstance(payload, FactsQuery):
            return MessageCode.FACTS_ANSWERED, self._facts(payload)
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
            for fact in self.facts.get(str(asked.number), ())
            if fact.name in asked.names and fact.employer in (None, asked.employer)
        )
        return FactsAnswered(
            query_id=query.query_id, numbers=tuple(asked.number for asked in query.asked), facts=told
        )

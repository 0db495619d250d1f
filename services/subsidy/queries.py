"""Queries to the province, each a message of its own; all certificates, and all people, in one lane each."""

from typing import Protocol

from shared.contracts.province import (
    MessageCode,
)
from shared.contracts.queries import (
    CertificateQuery,
    FactsQuery,
)
from shared.province.intents import Dispatch

CERTIFICATES, FACTS = "queries/certificates", "queries/facts"


class Intents(Protocol):
    """What is owed to the province."""

    def owe(self, dispatch: Dispatch) -> None: ...


class ProvinceQueries:
    """Owes the province one message for each query."""

    def __init__(self, intents: Intents) -> None:
        self._intents = intents

    def ask_certificates(self, query: CertificateQuery) -> None:
        self._owe(MessageCode.CERTIFICATE_QUERY, CERTIFICATES, query)

    def ask_facts(self, query: FactsQuery) -> None:
        self._owe(MessageCode.FACTS_QUERY, FACTS, query)

    def _owe(self, code: MessageCode, lane: str, query: CertificateQuery | FactsQuery) -> None:
        self._intents.owe(
            Dispatch(
                code=code,
                business_key=f"query:{query.query_id}",
                lane=lane,
                payload=query.model_dump(mode="json"),
            )
        )

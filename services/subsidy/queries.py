"""Queries to the province, each a message of its own, all certificates and all people in one lane each.

What a person was paid, or pays back, nobody else listens to: the province is told of it here as well, in the lane of
the organ.
"""

from collections.abc import Sequence
from typing import Protocol

from services.subsidy.domain import item
from services.subsidy.domain.claim import Claim
from services.subsidy.domain.recoveries import RecoveryEntry
from services.subsidy.domain.recovery import Recovery
from shared.contracts.province import (
    MessageCode,
    PaidItem,
    RecoveredItem,
    SubsidyPaidReport,
    SubsidyRecoveredReport,
)
from shared.contracts.queries import (
    CertificateQuery,
    FactsQuery,
)
from shared.contracts.subsidy import RecoveredCertificate
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

    def report_paid(self, claim: Claim, items: Sequence[item.PaidItem]) -> None:
        """A person's claim was paid; no institution has to do with it."""
        report = SubsidyPaidReport(
            claim_id=claim.id,
            organ=claim.organ,
            amount_fen=claim.total,
            items=tuple(
                PaidItem(number=each.number, level=each.level, amount_fen=each.amount) for each in items
            ),
        )
        self._intents.owe(
            Dispatch(
                code=MessageCode.SUBSIDY_PAID,
                business_key=f"claim:{claim.id}",
                lane=claim.organ,
                payload=report.model_dump(mode="json"),
            )
        )

    def report_recovered(
        self, recovery: Recovery, entry: RecoveryEntry, items: Sequence[RecoveredCertificate]
    ) -> None:
        """A person paid something back, or it was given up."""
        report = SubsidyRecoveredReport(
            recovery_id=recovery.id,
            entry_id=entry.id,
            organ=recovery.organ,
            cause=recovery.cause.value,
            how=entry.kind.value,
            amount_fen=entry.amount,
            remaining_fen=recovery.remaining,
            items=tuple(
                RecoveredItem(
                    number=each.number, level=each.level, amount_fen=each.amount_fen, whole=each.whole
                )
                for each in items
            ),
        )
        self._intents.owe(
            Dispatch(
                code=MessageCode.SUBSIDY_RECOVERED,
                business_key=f"recovery:{entry.id}",
                lane=recovery.organ,
                payload=report.model_dump(mode="json"),
            )
        )

    def _owe(self, code: MessageCode, lane: str, query: CertificateQuery | FactsQuery) -> None:
        self._intents.owe(
            Dispatch(
                code=code,
                business_key=f"query:{query.query_id}",
                lane=lane,
                payload=query.model_dump(mode="json"),
            )
        )

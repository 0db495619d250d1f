"""Every query of subsidy, a module for each aggregate; rows are mapped by hand, named constraints become refusals."""

import secrets
from collections.abc import Mapping
from typing import Any

from services.subsidy.domain.desk import Desks
from services.subsidy.handlers import Work
from services.subsidy.queries import ProvinceQueries
from services.subsidy.repository.certificates import SqlCertificates
from services.subsidy.repository.claims import SqlClaims
from services.subsidy.repository.decided import SqlDecided
from services.subsidy.repository.dockets import SqlDockets
from services.subsidy.repository.entitlements import SqlEntitlements
from services.subsidy.repository.evidence import SqlEvidences
from services.subsidy.repository.faults import SqlFaults
from services.subsidy.repository.impact_runs import SqlImpactRuns
from services.subsidy.repository.institutions import SqlClaimingInstitutions
from services.subsidy.repository.items import SqlItems
from services.subsidy.repository.knowledge import SqlFacts, SqlFactWaits
from services.subsidy.repository.looks import SqlEvaluations, SqlLooks
from services.subsidy.repository.objections import SqlObjections
from services.subsidy.repository.payments import SqlBatches, SqlOrders, SqlPayees
from services.subsidy.repository.postings import SqlPostings
from services.subsidy.repository.publicity import SqlPublicity
from services.subsidy.repository.records import SqlRecords
from services.subsidy.repository.recoverable import SqlRecoverable
from services.subsidy.repository.recoveries import SqlRecoveries
from services.subsidy.repository.recovery_parts import (
    SqlInstalments,
    SqlRecoveryEntries,
    SqlRecoveryItems,
)
from services.subsidy.repository.releases import SqlReleases
from services.subsidy.repository.signals import SqlSignals
from services.subsidy.repository.statistics import SqlStatistics
from services.subsidy.repository.uploads import SqlUploads
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.unit_of_work import Transaction
from shared.policy import Policy
from shared.privacy import FieldCipher

_CODE_BYTES = 12

_KEPT: Mapping[str, type[SqlAggregates[Any]]] = {
    "institutions": SqlClaimingInstitutions,
    "certificates": SqlCertificates,
    "entitlements": SqlEntitlements,
    "claims": SqlClaims,
    "items": SqlItems,
    "facts": SqlFacts,
    "recovery_items": SqlRecoveryItems,
    "objections": SqlObjections,
    "payees": SqlPayees,
    "batches": SqlBatches,
    "orders": SqlOrders,
    "postings": SqlPostings,
    "recoveries": SqlRecoveries,
    "recovery_entries": SqlRecoveryEntries,
    "instalments": SqlInstalments,
    "uploads": SqlUploads,
    "fact_waits": SqlFactWaits,
    "evidence": SqlEvidences,
    "releases": SqlReleases,
    "impact_runs": SqlImpactRuns,
    "evaluations": SqlEvaluations,
}
"""Saved when the unit of work ends, in this order."""


def bind(
    transaction: Transaction, policy: Policy, cipher: FieldCipher, *, desks: Desks | None = None
) -> Work:
    """A unit of work of subsidy on a transaction."""
    connection, scope = transaction.connection, transaction.scope
    tables = connection, transaction.ledger
    kept: dict[str, Any] = {name: made(*tables) for name, made in _KEPT.items()}
    kept["signals"] = SqlSignals(*tables, for_officers=scope.everything or bool(scope.organs))
    for aggregates in kept.values():
        transaction.keep(aggregates)
    return Work(
        **kept,
        at=transaction.at,
        new_id=transaction.new_id,
        new_code=lambda: secrets.token_urlsafe(_CODE_BYTES),
        policy=policy,
        cipher=cipher,
        desks=desks or Desks(),
        dockets=SqlDockets(connection),
        recoverable=SqlRecoverable(connection, kept["items"], kept["recovery_items"]),
        faults=SqlFaults(connection, cipher),
        publicity=SqlPublicity(connection),
        statistics=SqlStatistics(connection, at=transaction.at),
        queries=ProvinceQueries(transaction.intents),
        decided=SqlDecided(connection, kept["items"]),
        looks=SqlLooks(connection),
        records=SqlRecords(connection, kept["certificates"], kept["facts"]),
        because=transaction.because,
        outbox=transaction.outbox,
    )

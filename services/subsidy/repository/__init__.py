"""Every query of subsidy, a module for each aggregate; rows are mapped by hand, named constraints become refusals."""

import secrets
from typing import Any, TypeVar

from services.subsidy.handlers import Work
from services.subsidy.queries import ProvinceQueries
from services.subsidy.repository.certificates import SqlCertificates
from services.subsidy.repository.claims import SqlClaims
from services.subsidy.repository.decided import SqlDecided
from services.subsidy.repository.entitlements import SqlEntitlements
from services.subsidy.repository.evidence import SqlEvidences
from services.subsidy.repository.faults import SqlFaults
from services.subsidy.repository.institutions import SqlClaimingInstitutions
from services.subsidy.repository.items import SqlItems
from services.subsidy.repository.knowledge import SqlFacts, SqlFactWaits
from services.subsidy.repository.objections import SqlObjections
from services.subsidy.repository.payments import SqlBatches, SqlOrders, SqlPayees
from services.subsidy.repository.postings import SqlPostings
from services.subsidy.repository.publicity import SqlPublicity
from services.subsidy.repository.releases import SqlReleases
from services.subsidy.repository.uploads import SqlUploads
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.unit_of_work import Transaction
from shared.policy import Policy
from shared.privacy import FieldCipher

_CODE_BYTES = 12

S = TypeVar("S", bound=SqlAggregates[Any])


def bind(transaction: Transaction, policy: Policy, cipher: FieldCipher) -> Work:
    """A unit of work of subsidy on a transaction."""
    tables = transaction.connection, transaction.ledger
    institutions = _kept(transaction, SqlClaimingInstitutions(*tables))
    certificates = _kept(transaction, SqlCertificates(*tables))
    entitlements = _kept(transaction, SqlEntitlements(*tables))
    claims = _kept(transaction, SqlClaims(*tables))
    items = _kept(transaction, SqlItems(*tables))
    return Work(
        at=transaction.at,
        new_id=transaction.new_id,
        new_code=lambda: secrets.token_urlsafe(_CODE_BYTES),
        policy=policy,
        cipher=cipher,
        institutions=institutions,
        certificates=certificates,
        entitlements=entitlements,
        claims=claims,
        items=items,
        objections=_kept(transaction, SqlObjections(*tables)),
        payees=_kept(transaction, SqlPayees(*tables)),
        batches=_kept(transaction, SqlBatches(*tables)),
        orders=_kept(transaction, SqlOrders(*tables)),
        postings=_kept(transaction, SqlPostings(*tables)),
        uploads=_kept(transaction, SqlUploads(*tables)),
        facts=_kept(transaction, SqlFacts(*tables)),
        fact_waits=_kept(transaction, SqlFactWaits(*tables)),
        evidence=_kept(transaction, SqlEvidences(*tables)),
        releases=_kept(transaction, SqlReleases(*tables)),
        faults=SqlFaults(transaction.connection, cipher),
        publicity=SqlPublicity(transaction.connection),
        queries=ProvinceQueries(transaction.intents),
        decided=SqlDecided(transaction.connection, items),
        because=transaction.because,
        outbox=transaction.outbox,
    )


def _kept(transaction: Transaction, aggregates: S) -> S:
    """Saved when the unit of work ends, in the order in which they are bound."""
    transaction.keep(aggregates)
    return aggregates

"""Every query of subsidy, a module for each aggregate; rows are mapped by hand, named constraints become refusals."""

import secrets

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
from shared.persistence.unit_of_work import Transaction
from shared.policy import Policy
from shared.privacy import FieldCipher

_CODE_BYTES = 12


def bind(transaction: Transaction, policy: Policy, cipher: FieldCipher) -> Work:  # budget: names each repository once
    """A unit of work of subsidy on a transaction."""
    kept = transaction.connection, transaction.ledger
    institutions = SqlClaimingInstitutions(*kept)
    certificates = SqlCertificates(*kept)
    entitlements = SqlEntitlements(*kept)
    claims, items, objections = SqlClaims(*kept), SqlItems(*kept), SqlObjections(*kept)
    payees, batches, orders = SqlPayees(*kept), SqlBatches(*kept), SqlOrders(*kept)
    postings = SqlPostings(*kept)
    uploads, facts = SqlUploads(*kept), SqlFacts(*kept)
    fact_waits, evidence = SqlFactWaits(*kept), SqlEvidences(*kept)
    releases = SqlReleases(*kept)
    for aggregates in (
        institutions,
        certificates,
        entitlements,
        claims,
        items,
        objections,
        payees,
        batches,
        orders,
        postings,
        uploads,
        facts,
        fact_waits,
        evidence,
        releases,
    ):
        transaction.keep(aggregates)

    def because(reason: str) -> None:
        transaction.ledger.reason = reason

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
        faults=SqlFaults(transaction.connection, cipher),
        objections=objections,
        publicity=SqlPublicity(transaction.connection),
        payees=payees,
        batches=batches,
        orders=orders,
        postings=postings,
        uploads=uploads,
        facts=facts,
        fact_waits=fact_waits,
        evidence=evidence,
        queries=ProvinceQueries(transaction.intents),
        releases=releases,
        decided=SqlDecided(transaction.connection, items),
        because=because,
        outbox=transaction.outbox,
    )

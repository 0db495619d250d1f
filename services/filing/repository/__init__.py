"""Every query of filing, a module for each aggregate; rows are mapped by hand, named constraints become refusals."""

import secrets

from services.filing.handlers import Work
from services.filing.repository.filings import SqlFilings
from services.filing.repository.institutions import SqlInstitutions
from services.filing.repository.obligations import SqlObligations
from shared.clock import SHANGHAI
from shared.persistence.unit_of_work import Transaction
from shared.policy import Policy

_CODE_BYTES = 12


def bind(transaction: Transaction, policy: Policy) -> Work:
    """A unit of work of filing on a transaction."""
    kept = transaction.connection, transaction.ledger
    institutions = SqlInstitutions(*kept, policy, today=transaction.at.astimezone(SHANGHAI).date())
    filings = SqlFilings(*kept)
    obligations = SqlObligations(*kept)
    for aggregates in (institutions, filings, obligations):
        transaction.keep(aggregates)
    return Work(
        at=transaction.at,
        new_id=transaction.new_id,
        new_code=lambda: secrets.token_urlsafe(_CODE_BYTES),
        policy=policy,
        filings=filings,
        institutions=institutions,
        obligations=obligations,
        outbox=transaction.outbox,
    )

"""Every query of filing, a module for each aggregate; rows are mapped by hand, named constraints become refusals."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sqlalchemy.exc import IntegrityError

from services.filing.domain.bulk import Contradicted
from services.filing.handlers import Work
from services.filing.repository.assignments import SqlAssignments
from services.filing.repository.campaigns import SqlCampaigns
from services.filing.repository.experts import SqlExperts
from services.filing.repository.filings import SqlFilings
from services.filing.repository.imports import SqlImports
from services.filing.repository.institutions import SqlInstitutions
from services.filing.repository.objections import SqlObjections
from services.filing.repository.obligations import SqlObligations
from services.filing.repository.officers import SqlOfficers
from services.filing.repository.offices import SqlOffices
from services.filing.repository.panels import SqlPanels
from services.filing.repository.pledges import SqlIntegrityRecords, SqlPledges
from services.filing.repository.public import SqlPublicRegister
from services.filing.repository.publicity import SqlPublicity
from services.filing.repository.reviews import SqlReviews
from shared.clock import SHANGHAI
from shared.persistence.unit_of_work import Transaction
from shared.policy import Policy

_CODE_BYTES = 12


def bind(transaction: Transaction, policy: Policy) -> Work:
    """A unit of work of filing on a transaction."""
    kept = transaction.connection, transaction.ledger
    today = transaction.at.astimezone(SHANGHAI).date()
    institutions = SqlInstitutions(*kept, policy, today=today)
    filings = SqlFilings(*kept)
    obligations = SqlObligations(*kept)
    campaigns, reviews = SqlCampaigns(*kept), SqlReviews(*kept)
    experts, panels, objections = SqlExperts(*kept), SqlPanels(*kept), SqlObjections(*kept)
    offices, officers = SqlOffices(*kept), SqlOfficers(*kept)
    pledges, integrity = SqlPledges(*kept), SqlIntegrityRecords(*kept)
    imports = SqlImports(*kept, policy, today=today)
    for aggregates in (
        institutions,
        filings,
        obligations,
        campaigns,
        reviews,
        experts,
        panels,
        objections,
        offices,
        officers,
        pledges,
        integrity,
        imports,
    ):
        transaction.keep(aggregates)

    def because(reason: str) -> None:
        transaction.ledger.reason = reason

    def apart() -> AbstractAsyncContextManager[Work]:
        return _in_savepoint(transaction, policy)

    return Work(
        at=transaction.at,
        actors=frozenset(filter(None, (transaction.scope.actor, transaction.scope.on_behalf_of))),
        new_id=transaction.new_id,
        new_code=lambda: secrets.token_urlsafe(_CODE_BYTES),
        policy=policy,
        filings=filings,
        institutions=institutions,
        obligations=obligations,
        campaigns=campaigns,
        reviews=reviews,
        experts=experts,
        panels=panels,
        objections=objections,
        publicity=SqlPublicity(transaction.connection),
        public=SqlPublicRegister(transaction.connection, today=today),
        offices=offices,
        officers=officers,
        assignments=SqlAssignments(transaction.connection, officers),
        pledges=pledges,
        integrity=integrity,
        imports=imports,
        because=because,
        apart=apart,
        outbox=transaction.outbox,
    )


@asynccontextmanager
async def _in_savepoint(transaction: Transaction, policy: Policy) -> AsyncIterator[Work]:
    """Another unit of work in the same transaction; raises Contradicted when the database does not take what it did."""
    inner = transaction.within()
    try:
        async with transaction.connection.begin_nested():
            yield bind(inner, policy)
            await inner.save()
    except IntegrityError as broken:
        raise Contradicted from broken
    transaction.outbox.added += inner.outbox.added
    transaction.intents.added += inner.intents.added

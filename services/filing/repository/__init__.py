"""Every query of filing, a module for each aggregate; rows are mapped by hand, named constraints become refusals."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from services.filing.domain.bulk import Contradicted
from services.filing.handlers import Work
from services.filing.repository.assignments import SqlAssignments
from services.filing.repository.campaigns import SqlCampaigns
from services.filing.repository.catalogue import SqlCatalogueEditions
from services.filing.repository.ceremonies import SqlCeremonies
from services.filing.repository.commendations import SqlCommendations
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
from shared.contracts.exchange import ResendRequest
from shared.contracts.province import MessageCode
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.unit_of_work import Transaction
from shared.policy import Policy
from shared.province.intents import Dispatch

_CODE_BYTES = 12

S = TypeVar("S", bound=SqlAggregates[Any])


def bind(transaction: Transaction, policy: Policy) -> Work:
    """A unit of work of filing on a transaction."""
    tables = transaction.connection, transaction.ledger
    today = transaction.at.astimezone(SHANGHAI).date()
    officers = _kept(transaction, SqlOfficers(*tables))
    return Work(
        at=transaction.at,
        actors=frozenset(filter(None, (transaction.scope.actor, transaction.scope.on_behalf_of))),
        new_id=transaction.new_id,
        new_code=lambda: secrets.token_urlsafe(_CODE_BYTES),
        policy=policy,
        institutions=_kept(transaction, SqlInstitutions(*tables, policy, today=today)),
        filings=_kept(transaction, SqlFilings(*tables)),
        obligations=_kept(transaction, SqlObligations(*tables)),
        campaigns=_kept(transaction, SqlCampaigns(*tables)),
        reviews=_kept(transaction, SqlReviews(*tables)),
        experts=_kept(transaction, SqlExperts(*tables)),
        panels=_kept(transaction, SqlPanels(*tables)),
        objections=_kept(transaction, SqlObjections(*tables)),
        offices=_kept(transaction, SqlOffices(*tables)),
        officers=officers,
        pledges=_kept(transaction, SqlPledges(*tables)),
        integrity=_kept(transaction, SqlIntegrityRecords(*tables)),
        imports=_kept(transaction, SqlImports(*tables, policy, today=today)),
        commendations=_kept(transaction, SqlCommendations(*tables)),
        editions=_kept(transaction, SqlCatalogueEditions(*tables)),
        ceremonies=_kept(transaction, SqlCeremonies(*tables)),
        publicity=SqlPublicity(transaction.connection),
        public=SqlPublicRegister(transaction.connection, today=today),
        assignments=SqlAssignments(transaction.connection, officers),
        because=transaction.because,
        ask_again=lambda lane, number: transaction.intents.owe(_request(transaction, lane, number)),
        apart=lambda: _in_savepoint(transaction, policy),
        outbox=transaction.outbox,
    )


def _request(transaction: Transaction, lane: str, number: int) -> Dispatch:
    """What asks the province to send one number of a lane again; if it was taken here, that changes nothing."""
    return Dispatch(
        code=MessageCode.RESEND_REQUEST,
        business_key=f"resend:{transaction.new_id()}",
        lane=lane,
        payload=ResendRequest(lane=lane, first=number, last=number).model_dump(mode="json"),
    )


def _kept(transaction: Transaction, aggregates: S) -> S:
    """Saved when the unit of work ends, in the order in which they are bound."""
    transaction.keep(aggregates)
    return aggregates


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

"""Every query of supervision, a module for each aggregate; rows are mapped by hand, named constraints become refusals."""

from typing import Any

from services.supervision.handlers import Work
from services.supervision.repository.inspections import SqlInspections
from services.supervision.repository.institutions import SqlInstitutions
from services.supervision.repository.leads import SqlLeads
from services.supervision.repository.plans import SqlPlans
from services.supervision.repository.provincial import SqlOrders, SqlTasks
from services.supervision.repository.rectifications import SqlRectifications
from services.supervision.repository.sanctions import SqlSanctions
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.unit_of_work import Transaction
from shared.policy import Policy


def bind(transaction: Transaction, policy: Policy) -> Work:
    """A unit of work of supervision on a transaction."""
    using = (transaction.connection, transaction.ledger)
    institutions, plans = SqlInstitutions(*using), SqlPlans(*using)
    inspections, rectifications = SqlInspections(*using), SqlRectifications(*using)
    sanctions, leads = SqlSanctions(*using), SqlLeads(*using)
    tasks, orders = SqlTasks(*using), SqlOrders(*using)
    kept: tuple[SqlAggregates[Any], ...] = (
        institutions,
        plans,
        inspections,
        rectifications,
        sanctions,
        leads,
        tasks,
        orders,
    )
    for each in kept:
        transaction.keep(each)
    return Work(
        at=transaction.at,
        new_id=transaction.new_id,
        policy=policy,
        institutions=institutions,
        plans=plans,
        inspections=inspections,
        rectifications=rectifications,
        sanctions=sanctions,
        leads=leads,
        tasks=tasks,
        orders=orders,
        outbox=transaction.outbox,
    )

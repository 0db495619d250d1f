"""The tables that every service keeps beside its own: outbox, inbox, exchange, ledger, idempotency keys."""

from sqlalchemy import MetaData

from shared.ledger.entries import ledger_tables
from shared.messaging.inbox import inbox_tables
from shared.messaging.outbox import outbox_tables
from shared.persistence.idempotency import idempotency_tables
from shared.province.batches.records import batch_tables
from shared.province.chasing import missing_tables
from shared.province.intents import intent_tables
from shared.province.journal import journal_tables
from shared.province.operating.pausing import pause_tables
from shared.province.received import received_tables
from shared.province.reconciling.differences import difference_tables
from shared.province.reconciling.questions import question_tables
from shared.province.reconciling.reconciliation import reconciliation_tables

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def service_metadata() -> MetaData:
    """A service's tables begin with these."""
    metadata = MetaData(naming_convention=_NAMES)
    for add in (
        outbox_tables,
        inbox_tables,
        intent_tables,
        received_tables,
        missing_tables,
        pause_tables,
        journal_tables,
        reconciliation_tables,
        question_tables,
        difference_tables,
        batch_tables,
        ledger_tables,
        idempotency_tables,
    ):
        add(metadata)
    return metadata


def grants(role: str) -> list[str]:
    """The statements that give a service's runtime role its rights, and no more, on the tables of its schema."""
    return [
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {role.removeprefix('njt_')} TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {role.removeprefix('njt_')} TO {role}",
        f"REVOKE UPDATE, DELETE ON ledger_entry, ledger_link FROM {role}",
        f"GRANT UPDATE (sealed) ON ledger_entry TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    ]

"""The tables of supervision."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.persistence.tables import service_metadata

metadata = service_metadata()

supervised_institution = Table(
    "supervised_institution",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("standing", Text, nullable=False),
    Column("paid_certificates", BigInteger, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("recovered_fen", BigInteger, nullable=False),
    Column("revoked_certificates", BigInteger, nullable=False),
    Column("versions", JSONB, nullable=False),
    Column("number", Text, nullable=False),
    Column("joint", ARRAY(Text), nullable=False),
)
Index("ix_supervised_institution_uscc", supervised_institution.c.uscc)

evaluation_plan = Table(
    "evaluation_plan",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("item", JSONB, nullable=False),
    Column("audience", Text, nullable=False),
    Column("planned_on", Date, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("held_on", Date),
    Column("candidates", Integer, nullable=False),
)
Index("ix_evaluation_plan_planned", evaluation_plan.c.planned_on, evaluation_plan.c.id)

inspection = Table(
    "inspection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("inspected_by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("supervisors", ARRAY(Text), nullable=False),
    Column("visited_on", Date, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("rectification_id", Uuid, unique=True),
)

rectification = Table(
    "rectification",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("inspection_id", Uuid, nullable=False, unique=True),
    Column("ordered_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("completed_at", DateTime(timezone=True)),
    Column("overdue_at", DateTime(timezone=True)),
    Column("opinion", Text, nullable=False),
    Column("verified_at", DateTime(timezone=True)),
    Column("traceparent", Text),
)
Index("ix_rectification_due", rectification.c.due_at, rectification.c.id)
# What the job looks for, however many were ordered and done before.
Index(
    "ix_rectification_ordered",
    rectification.c.due_at,
    rectification.c.id,
    postgresql_where=text("state = 'ordered'"),
)

sanction = Table(
    "sanction",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("rectification_id", Uuid, nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("imposed_at", DateTime(timezone=True), nullable=False),
    Column("open", ARRAY(Uuid), nullable=False),
    Column("lifted_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("revoked_for", Text, nullable=False),
)
# One suspension at a time; two workers that find two overdue rectifications at once cannot both impose it.
Index(
    "uq_sanction_in_force",
    sanction.c.institution_id,
    unique=True,
    postgresql_where=text("lifted_at IS NULL"),
)

# What subsidy found to look wrong. Leads are for organs alone: the institution they are about does not see them, so its
# USCC has a name of its own.
lead = Table(
    "lead",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("signal_id", Uuid, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("organ", Text, nullable=False),
    Column("institution_id", Uuid),
    Column("institution_uscc", Text),
    Column("evidence", JSONB, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("lapsed_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False),
    Column("assigned_to", Text, nullable=False),
    Column("assigned_by", Text, nullable=False),
    Column("assigned_at", DateTime(timezone=True)),
    Column("inspection_id", Uuid),
    Column("finding", Text),
    Column("reason", Text, nullable=False),
    Column("closed_by", Text, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
)
Index("ix_lead_institution_id", lead.c.institution_id, lead.c.id)
Index("ix_lead_queue", lead.c.state, lead.c.id)

# What the province has the organs do is for organs alone, as leads are.
provincial_task = Table(
    "provincial_task",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("institution_uscc", Text, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("demand", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("inspection_id", Uuid),
    Column("report", Text, nullable=False),
    Column("reported_by", Text, nullable=False),
    Column("reported_at", DateTime(timezone=True)),
    Column("overdue_at", DateTime(timezone=True)),
)
Index("ix_provincial_task_open", provincial_task.c.due_on, postgresql_where=text("state <> 'reported'"))

provincial_order = Table(
    "provincial_order",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("institution_uscc", Text, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("measure", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("carried_out_at", DateTime(timezone=True)),
    Column("lifted_at", DateTime(timezone=True)),
)
Index("ix_provincial_order_institution_id", provincial_order.c.institution_id)

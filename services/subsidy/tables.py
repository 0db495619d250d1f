"""The tables of subsidy."""
# budget: the schema of one service is read in one piece

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.persistence.tables import service_metadata

metadata = service_metadata()

institution = Table(
    "institution",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("station_codes", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("standing", Text, nullable=False),
    Column("versions", JSONB, nullable=False),
    Column("standings", JSONB, nullable=False),
)
Index("ix_institution_uscc", institution.c.uscc)

certificate = Table(
    "certificate",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("holder_name", LargeBinary, nullable=False),
    Column("holder_id", LargeBinary, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("edition", Text, nullable=False),
    Column("occupation", Text, nullable=False),
    Column("work_type", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("evaluated_on", Date, nullable=False),
    Column("batch", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("marks", ARRAY(Text), nullable=False),
    Column("differs", ARRAY(Text), nullable=False),
    Column("clashes", Integer, nullable=False),
    Column("asked_at", DateTime(timezone=True)),
    Column("revoked_on", Date),
    # Parts of a number of 22 characters, by which gaps in a series are found.
    Column("station", Text),
    Column("number_year", SmallInteger),
    Column("serial", Integer),
)
Index("ix_certificate_holder_index", certificate.c.holder_index)
Index("ix_certificate_sitting", certificate.c.institution_id, certificate.c.evaluated_on)
Index("ix_certificate_series", certificate.c.station, certificate.c.number_year, certificate.c.level)
Index(
    "ix_certificate_to_ask",
    certificate.c.asked_at,
    certificate.c.id,
    postgresql_where=text("state IN ('unverified', 'unknown')"),
)

# Who was granted what, city-wide: a person who changes districts is still one person. So it has no organ and is not
# under territorial isolation; nothing in it names the person.
entitlement = Table(
    "entitlement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("certificate_number", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("line", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("shortage", Boolean, nullable=False),
    Column("live", Boolean, nullable=False),
)
Index("ix_entitlement_claim_id", entitlement.c.claim_id)
# Paid once, whatever two requests do at the same moment: a certificate once, a person once for a level of an
# occupation's family on whichever line, and each of the year's places once on both lines together, which is what the cap
# counts.
_live = text("live")
Index("uq_entitlement_certificate", entitlement.c.certificate_number, unique=True, postgresql_where=_live)
Index(
    "uq_entitlement_holder",
    entitlement.c.holder_index,
    entitlement.c.family,
    entitlement.c.level,
    unique=True,
    postgresql_where=_live,
)
Index(
    "uq_entitlement_place",
    entitlement.c.holder_index,
    entitlement.c.year,
    entitlement.c.place,
    unique=True,
    postgresql_where=_live,
)

claim = Table(
    "claim",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("institution_id", Uuid),
    # A person who claims for itself, instead of an institution: sealed as holders of certificates are.
    Column("holder_name", LargeBinary),
    Column("holder_id", LargeBinary),
    Column("holder_index", LargeBinary),
    Column("channel", Text),
    Column("taken_by", Text),
    Column("number", Text, unique=True),
    Column("reference", Text, unique=True),
    Column("line", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("resumes_as", Text),
    Column("frozen_for", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("file_name", Text, nullable=False),
    Column("faulty", Integer, nullable=False),
    Column("certificates", Integer, nullable=False),
    Column("undecided", Integer, nullable=False),
    Column("pending", Integer, nullable=False),
    Column("payable", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("escalated_at", DateTime(timezone=True)),
    Column("reviewed_by", Text),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("review_reason", Text),
    Column("unchecked", Integer, nullable=False),
    Column("publicity_until", DateTime(timezone=True)),
    Column("objections_open", Integer, nullable=False),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("approval_reason", Text),
    Column("paid_by", Text),
    Column("paid_at", DateTime(timezone=True)),
    CheckConstraint(
        "num_nonnulls(uscc, institution_id) IN (0, 2)"
        " AND num_nonnulls(holder_name, holder_id, holder_index, channel, taken_by, number, reference) IN (0, 7)"
        " AND num_nonnulls(uscc, holder_index) = 1",
        name="ck_claim_one_claimant",
    ),
)
# The officer's queue: ids sort by the time they were made.
Index("ix_claim_queue", claim.c.state, claim.c.id)
Index("ix_claim_institution_id", claim.c.institution_id, claim.c.state)
Index("ix_claim_holder_index", claim.c.holder_index)
Index("ix_claim_due_at", claim.c.due_at, postgresql_where=text("state = 'submitted'"))

# A row for each certificate, so that a claim may have a million; the claim keeps only what they come to.
claim_item = Table(
    "claim_item",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("line", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("certificate_id", Uuid, nullable=False),
    Column("certificate_number", Text, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("family", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("employment", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("amount_fen", BigInteger, nullable=False),
    Column("base_fen", BigInteger, nullable=False),
    Column("uplift", SmallInteger),
    Column("shortage", Boolean, nullable=False),
    # What was decided and why, and the two halves of what it was decided from: shared by all of whom the same holds.
    Column("verdict", BigInteger),
    Column("asked", BigInteger),
    Column("known", BigInteger),
    Column("decided_at", DateTime(timezone=True)),
    Column("sampled", Boolean, nullable=False),
    Column("checked_by", Text),
    Column("checked_at", DateTime(timezone=True)),
    Column("check_passed", Boolean),
    Column("check_note", Text),
    Column("excluded_for", Text, nullable=False),
    Column("excluded_by", Text, nullable=False),
    Column("objections_open", Integer, nullable=False),
    # Room for the second form of each row on its own page: deciding then touches no index, as long as none of them
    # names what deciding changes.
    postgresql_with={"fillfactor": 45},
)
Index("uq_claim_item_place", claim_item.c.claim_id, claim_item.c.place, unique=True)
Index("uq_claim_item_certificate", claim_item.c.certificate_number, claim_item.c.claim_id, unique=True)
# The order in which a claim is decided.
Index("ix_claim_item_turn", claim_item.c.claim_id, claim_item.c.turn)

# What was decided, and every rule's finding: written once for all items of which the same was decided, found by its
# digest. It names nobody and has no organ. Added, never changed; the runtime role has no right to.
verdict = Table(
    "verdict",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("outcome", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("base_fen", BigInteger, nullable=False),
    Column("uplift", SmallInteger),
    Column("shortage", Boolean, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("explanation", JSONB, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("known_on", Date, nullable=False),
)

# Halves of canonical inputs, byte for byte what the digest is of: what is asked of a lot, or what is known of a person
# who is not named. Likewise written once, and never changed.
decision_input = Table(
    "decision_input",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("written", Text, nullable=False),
)

# Rows of a claim's sheet that were found wrong; what stood in them names people, so it is sealed.
claim_fault = Table(
    "claim_fault",
    metadata,
    Column("claim_id", Uuid, primary_key=True),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("returned", LargeBinary, nullable=False),
)

# Objections name no institution: whoever is objected to does not see who objected.
claim_objection = Table(
    "claim_objection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("item_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("received_by", Text, nullable=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("escalated_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
    Column("resolved_by", Text, nullable=False),
)
Index("ix_claim_objection_claim_id", claim_objection.c.claim_id)
Index("ix_claim_objection_due_at", claim_objection.c.due_at, postgresql_where=text("state = 'open'"))

payee = Table(
    "payee",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("account_name", LargeBinary, nullable=False),
    Column("account_bank", LargeBinary, nullable=False),
    Column("account_number", LargeBinary, nullable=False),
    Column("account_index", LargeBinary, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)
# One account for several institutions, or people, is a signal.
Index("ix_payee_account_index", payee.c.account_index)

payment_batch = Table(
    "payment_batch",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("organ", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("pay_on", Date, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("offset_fen", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("released_by", Text, nullable=False),
    Column("released_at", DateTime(timezone=True)),
    Column("result_sha256", Text, nullable=False),
    Column("settled_by", Text, nullable=False),
    Column("settled_at", DateTime(timezone=True)),
)
Index("ix_payment_batch_organ", payment_batch.c.organ, payment_batch.c.line)

payment_order = Table(
    "payment_order",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("batch_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("line", Text, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("offsets", JSONB, nullable=False),
    Column("offset_fen", BigInteger, nullable=False),
    Column("certificates", Integer, nullable=False),
    Column("account_name", LargeBinary, nullable=False),
    Column("account_bank", LargeBinary, nullable=False),
    Column("account_number", LargeBinary, nullable=False),
    Column("account_index", LargeBinary, nullable=False),
    Column("follows", Uuid),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("settled_on", Date),
    Column("bank_ref", Text, nullable=False),
)
Index("ix_payment_order_account_index", payment_order.c.account_index)
Index("ix_payment_order_batch_id", payment_order.c.batch_id)
Index("ix_payment_order_claim_id", payment_order.c.claim_id)
# A claim is ordered once at a time and paid once, and what the bank gave back is repeated once.
Index(
    "uq_payment_order_claim",
    payment_order.c.claim_id,
    unique=True,
    postgresql_where=text("state IN ('ordered', 'paid')"),
)
Index(
    "uq_payment_order_follows",
    payment_order.c.follows,
    unique=True,
    postgresql_where=text("state <> 'withdrawn'"),
)

# Double entries: added, never changed; the runtime role has no right to.
posting = Table(
    "posting",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("debit", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("item_id", Uuid),
    Column("ref", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
Index("ix_posting_organ", posting.c.organ, posting.c.line, posting.c.month)
Index("ix_posting_claim_id", posting.c.claim_id)

# A spreadsheet that was taken in row by row; the rows given back may name people, so they are sealed.
upload = Table(
    "upload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("kind", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("marked", Integer, nullable=False),
    Column("returned", LargeBinary, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # Whose upload it is: the body's for a roster, else the organ's.
    Column("owner", Text, nullable=False),
)
Index("uq_upload_sheet", upload.c.kind, upload.c.owner, upload.c.sha256, unique=True)

# Facts about people, found by the blind index of their number. Like entitlements they have no organ, and name nobody.
# Rows are added, never changed: of two about the same the later counts more.
fact = Table(
    "fact",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("employer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("about", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("obtained_at", DateTime(timezone=True), nullable=False),
)
Index("ix_fact_holder_index", fact.c.holder_index, fact.c.obtained_at)

fact_wait = Table(
    "fact_wait",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("certificate_number", Text, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("asked_at", DateTime(timezone=True)),
    Column("told_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
)
_waiting = text("ended_at IS NULL")
Index(
    "uq_fact_wait_certificate",
    fact_wait.c.claim_id,
    fact_wait.c.certificate_number,
    unique=True,
    postgresql_where=_waiting,
)
Index("ix_fact_wait_holder_index", fact_wait.c.holder_index, postgresql_where=_waiting)
Index("ix_fact_wait_asked_at", fact_wait.c.asked_at, fact_wait.c.id, postgresql_where=_waiting)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("certificate_number", Text, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("about", Date, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("extension", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("checked_by", Text),
    Column("checked_at", DateTime(timezone=True)),
    Column("checked_organ", Text),
    Column("check_reason", Text),
)
Index("ix_evidence_queue", evidence.c.state, evidence.c.id)

# What the city published: of the whole city, so it has no organ. Never edited but to be worked out, released, superseded.
policy_release = Table(
    "policy_release",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("clauses", JSONB, nullable=False),
    Column("entries", JSONB, nullable=False),
    Column("supersedes", Uuid),
    Column("published_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("dry_run", JSONB(none_as_null=True)),
    Column("released_by", Text),
    Column("released_at", DateTime(timezone=True)),
    Column("known_from", Date),
    Column("superseded_by", Uuid),
)
# Asked by every unit of work: how many are released.
Index(
    "ix_policy_release_released",
    policy_release.c.released_at,
    postgresql_where=text("known_from IS NOT NULL"),
)

# How far the dry-run of a release is, under the release's id, and what it has come to so far.
impact_run = Table(
    "impact_run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("since", Date, nullable=False),
    Column("known_from", Date, nullable=False),
    Column("policy", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("redo", ARRAY(Integer), nullable=False),
    Column("problem", Text, nullable=False),
    Column("finished_at", DateTime(timezone=True)),
)
impact_part = Table(
    "impact_part",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("after_id", Uuid),
    Column("last_id", Uuid, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("mark_0", BigInteger, nullable=False),
    Column("mark_1", BigInteger, nullable=False),
    Column("figures", JSONB, nullable=False),
)

# What has to be paid back. Its debtor sees it once it was told: until then the column with its USCC is empty.
recovery = Table(
    "recovery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("debtor", Text, nullable=False),
    Column("institution_id", Uuid),
    Column("holder_index", LargeBinary),
    Column("line", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("certificates", Integer, nullable=False),
    Column("stopped", Integer, nullable=False),
    Column("due_fen", BigInteger, nullable=False),
    Column("recovered_fen", BigInteger, nullable=False),
    Column("written_off_fen", BigInteger, nullable=False),
    Column("reserved_fen", BigInteger, nullable=False),
    Column("notice_number", Text, unique=True),
    Column("noticed_by", Text),
    Column("noticed_at", DateTime(timezone=True)),
    Column("statement_until", DateTime(timezone=True)),
    Column("due_on", Date),
    Column("notice_fen", BigInteger),
    Column("notice_certificates", Integer),
    Column("statement", JSONB(none_as_null=True)),
    Column("answer", JSONB(none_as_null=True)),
    Column("proposal", JSONB(none_as_null=True)),
    Column("overdue_since", DateTime(timezone=True)),
    Column("closed_by", Text, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_for", Text, nullable=False),
)
Index("ix_recovery_debtor", recovery.c.debtor, recovery.c.organ, recovery.c.line)
Index("ix_recovery_queue", recovery.c.state, recovery.c.id)

recovery_item = Table(
    "recovery_item",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("recovery_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("line", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("item_id", Uuid, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("certificate_number", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("before_fen", BigInteger, nullable=False),
    Column("due_fen", BigInteger, nullable=False),
    Column("recovered_fen", BigInteger, nullable=False),
    Column("written_off_fen", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("spared", Boolean, nullable=False),
    Column("live", Boolean, nullable=False),
)
Index("ix_recovery_item_recovery_id", recovery_item.c.recovery_id, recovery_item.c.place)
Index("ix_recovery_item_item_id", recovery_item.c.item_id)
# What was paid once is asked back by one recovery at a time.
Index(
    "uq_recovery_item_live",
    recovery_item.c.item_id,
    unique=True,
    postgresql_where=text("live"),
)

instalment = Table(
    "instalment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("recovery_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("place", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("dropped", Boolean, nullable=False),
    Column("overdue_at", DateTime(timezone=True)),
)
Index("ix_instalment_recovery_id", instalment.c.recovery_id, instalment.c.place)
Index(
    "ix_instalment_due_on",
    instalment.c.due_on,
    postgresql_where=text("NOT dropped AND paid_fen < amount_fen"),
)

# What came back or was given up: added, never changed; the runtime role has no right to.
recovery_entry = Table(
    "recovery_entry",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("recovery_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("kind", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
Index("ix_recovery_entry_recovery_id", recovery_entry.c.recovery_id)
# A sum that came in is booked once, whoever enters it.
Index(
    "uq_recovery_entry_reference",
    recovery_entry.c.organ,
    recovery_entry.c.reference,
    unique=True,
    postgresql_where=text("kind = 'repaid'"),
)

# What supervision said was held, to hold the certificates of a day against.
evaluation = Table(
    "evaluation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("edition", Text, nullable=False),
    Column("occupation", Text, nullable=False),
    Column("work_type", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("candidates", Integer, nullable=False),
)
Index("ix_evaluation_institution_id", evaluation.c.institution_id, evaluation.c.held_on)

# Signals are for organs alone: the institution they are about does not see them, so its USCC has a name of its own.
signal = Table(
    "signal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("organ", Text, nullable=False),
    Column("institution_id", Uuid),
    Column("institution_uscc", Text),
    Column("evidence", JSONB, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("finding", Text),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_weight", Integer, nullable=False),
    Column("lead_id", Uuid),
)
# Raised once, whatever two processes find at the same moment.
Index("uq_signal_subject", signal.c.kind, signal.c.subject, unique=True)
Index("ix_signal_institution_id", signal.c.institution_id, signal.c.state)

# The certificates that a signal is about, with what was seen of each.
signal_certificate = Table(
    "signal_certificate",
    metadata,
    Column("signal_id", Uuid, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("organ", Text, nullable=False),
    Column("evaluated_on", Date, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("day", Date),
    Column("note", Text, nullable=False),
)
Index("ix_signal_certificate_number", signal_certificate.c.number)

# Whom and what to look at for signals: added by whatever arrives, taken away by who looks.
signal_look = Table(
    "signal_look",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
)
Index("ix_signal_look_due_at", signal_look.c.due_at, signal_look.c.id)

# Whom a figure is about: what is empty, or level nought, is not told apart. `shape` says which dimensions are given.
statistic_group = Table(
    "statistic_group",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("shape", SmallInteger, nullable=False),
    Column("organ", Text, nullable=False),
    Column("occupation", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("audience", Text, nullable=False),
    Column("line", Text, nullable=False),
)
Index(
    "uq_statistic_group_place",
    statistic_group.c.shape,
    statistic_group.c.organ,
    statistic_group.c.occupation,
    statistic_group.c.chain,
    statistic_group.c.level,
    statistic_group.c.audience,
    statistic_group.c.line,
    unique=True,
)

# Figures say nothing without their group, which is under territorial isolation. `previous` 0: all that is counted in the
# month; else how many of those have their person's last one before in the month `previous`.
statistic_cell = Table(
    "statistic_cell",
    metadata,
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("previous", Integer, primary_key=True, autoincrement=False),
    Column("entries", BigInteger, nullable=False),
    Column("fen", BigInteger, nullable=False),
)

# When it was counted last, how long that took, by which policy, and up to where in the record of acts.
statistic_count = Table(
    "statistic_count",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("counted_at", DateTime(timezone=True), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
)

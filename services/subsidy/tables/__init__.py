"""The tables of subsidy, a module for each part of the service."""

from services.subsidy.tables.claims import claim, claim_fault, claim_item, claim_objection, entitlement
from services.subsidy.tables.decisions import decision_input, verdict
from services.subsidy.tables.knowledge import evidence, fact, fact_wait, upload
from services.subsidy.tables.metadata import metadata
from services.subsidy.tables.payments import payee, payment_batch, payment_order, posting
from services.subsidy.tables.recoveries import instalment, recovery, recovery_entry, recovery_item
from services.subsidy.tables.register import certificate, institution
from services.subsidy.tables.releases import impact_part, impact_run, policy_release
from services.subsidy.tables.signals import evaluation, signal, signal_certificate, signal_look
from services.subsidy.tables.statistics import statistic_cell, statistic_count, statistic_group

__all__ = [
    "certificate",
    "claim",
    "claim_fault",
    "claim_item",
    "claim_objection",
    "decision_input",
    "entitlement",
    "evaluation",
    "evidence",
    "fact",
    "fact_wait",
    "impact_part",
    "impact_run",
    "instalment",
    "institution",
    "metadata",
    "payee",
    "payment_batch",
    "payment_order",
    "policy_release",
    "posting",
    "recovery",
    "recovery_entry",
    "recovery_item",
    "signal",
    "signal_certificate",
    "signal_look",
    "statistic_cell",
    "statistic_count",
    "statistic_group",
    "upload",
    "verdict",
]

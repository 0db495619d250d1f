"""The tables of filing, a module for each part of the service."""

from services.filing.tables.assessment import expert, objection, panel
from services.filing.tables.campaigns import campaign, campaign_intake, review
from services.filing.tables.cases import filing, filing_serial, obligation
from services.filing.tables.catalogue import catalogue_edition
from services.filing.tables.honours import ceremony, commendation
from services.filing.tables.imports import bulk_import, import_row
from services.filing.tables.metadata import metadata
from services.filing.tables.network import office, officer, officer_turn
from services.filing.tables.pledges import integrity_record, pledge
from services.filing.tables.register import coverage, institution, public_register

__all__ = [
    "bulk_import",
    "campaign",
    "campaign_intake",
    "catalogue_edition",
    "ceremony",
    "commendation",
    "coverage",
    "expert",
    "filing",
    "filing_serial",
    "import_row",
    "institution",
    "integrity_record",
    "metadata",
    "objection",
    "obligation",
    "office",
    "officer",
    "officer_turn",
    "panel",
    "pledge",
    "public_register",
    "review",
]

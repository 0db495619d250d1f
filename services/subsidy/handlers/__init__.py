"""What callers may ask of subsidy: one message type, one function each."""

from services.subsidy.handlers.claims import (
    FilingNotHeardOf,
    OnClaim,
    OpenClaim,
    keep_certificates,
    open_claim,
    pay_claim,
    preview_claim,
    read_certificate,
    review_claim,
)
from services.subsidy.handlers.register import (
    end_institution,
    freeze_claims,
    keep_institution,
    release_claims,
    rename_institution,
    renew_institution,
    rescope_institution,
)
from services.subsidy.handlers.work import Work

__all__ = [
    "FilingNotHeardOf",
    "OnClaim",
    "OpenClaim",
    "Work",
    "end_institution",
    "freeze_claims",
    "keep_certificates",
    "keep_institution",
    "open_claim",
    "pay_claim",
    "preview_claim",
    "read_certificate",
    "release_claims",
    "rename_institution",
    "renew_institution",
    "rescope_institution",
    "review_claim",
]

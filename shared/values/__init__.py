"""Identifiers and amounts that are right by construction."""

from shared.values.certificate_number import (
    CertificateNumber,
    InvalidCertificateNumber,
    InvalidVocationalCertificateNumber,
    VocationalCertificateNumber,
    parse_certificate_number,
)
from shared.values.citizen_id import (
    CitizenId,
    DocumentKind,
    IdentityDocument,
    InvalidCitizenId,
    InvalidIdentityDocument,
    identity_document,
)
from shared.values.fen import Fen, InvalidFen
from shared.values.level import InvalidLevel, Level
from shared.values.occupation import Edition, InvalidOccupationCode, Occupation, OccupationCode
from shared.values.station_code import EvaluatorClass, FilingLevel, InvalidStationCode, StationCode
from shared.values.uscc import InvalidUscc, Uscc, uscc_check_character

__all__ = [
    "CertificateNumber",
    "CitizenId",
    "DocumentKind",
    "Edition",
    "EvaluatorClass",
    "Fen",
    "FilingLevel",
    "IdentityDocument",
    "InvalidCertificateNumber",
    "InvalidCitizenId",
    "InvalidFen",
    "InvalidIdentityDocument",
    "InvalidLevel",
    "InvalidOccupationCode",
    "InvalidStationCode",
    "InvalidUscc",
    "InvalidVocationalCertificateNumber",
    "Level",
    "Occupation",
    "OccupationCode",
    "StationCode",
    "Uscc",
    "VocationalCertificateNumber",
    "identity_document",
    "parse_certificate_number",
    "uscc_check_character",
]

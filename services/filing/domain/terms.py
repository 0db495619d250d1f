"""The words of a filing: who applies, with what, through which channel."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.contracts.scope import ScopeItem
from shared.policy import Attribute
from shared.values import StationCode, Uscc


class Training(StrEnum):
    """Training an enterprise has run, for which it is taken first (N1.1)."""

    WORK_FOR_TRAINING = "work_for_training"
    """以工代训."""
    NEW_APPRENTICESHIP = "new_apprenticeship"
    """新型学徒制."""


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """申请单位: who asks to be put on record."""

    name: str
    uscc: Uscc
    legal_representative: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Site:
    """考核点: a place where it evaluates; its station code is the province's, never made here."""

    name: str
    address: str
    capacity: int = 0
    station_code: StationCode | None = None


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """变更事项: what is to be changed of an institution on record; None leaves a thing as it is."""

    name: str | None = None
    legal_representative: str | None = None
    address: str | None = None
    sites: tuple[Site, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Material:
    """One document handed in, or pledged instead (告知承诺, N3.3); its content lies in the object store by digest.

    `checked_at` is when the organ found that a pledge was kept.
    """

    kind: str
    file_name: str
    sha256: str
    media_type: str = "application/pdf"
    size: int = 0
    issued_on: date | None = None
    pledged: bool = False
    pledged_at: datetime | None = None
    checked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CorrectionItem:
    """One thing to correct: which field or document, and why."""

    field: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Correction:
    """一次性告知补正: everything that has to be corrected, told at once."""

    items: tuple[CorrectionItem, ...]
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None = None

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(item.field for item in self.items)


@dataclass(frozen=True, kw_only=True)
class Revision:
    """Another version of a request; None leaves a part as it is."""

    applicant: Applicant | None = None
    scope: tuple[ScopeItem, ...] | None = None
    training: frozenset[Training] | None = None
    evidence: frozenset[Attribute] | None = None
    particulars: Particulars | None = None

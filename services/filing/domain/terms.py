"""The words of a filing: who applies, with what, and how far it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.policy import DutyKind
from shared.values import Uscc


class FilingState(StrEnum):
    """How far a filing is. 草稿 → 已提交 → 已受理 → 评估通过 → 公示中 → 已备案."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    PASSED = "passed"
    FAILED = "failed"
    PUBLICITY = "publicity"
    REGISTERED = "registered"
    WITHDRAWN = "withdrawn"


class Training(StrEnum):
    """Training an enterprise has run, for which it is taken first (N1.1)."""

    WORK_FOR_TRAINING = "work_for_training"
    """以工代训."""
    NEW_APPRENTICESHIP = "new_apprenticeship"
    """新型学徒制."""


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who asks to be put on record."""

    name: str
    uscc: Uscc


@dataclass(frozen=True, kw_only=True)
class Material:
    """One document handed in, or pledged instead (告知承诺, N3.3)."""

    kind: str
    file_name: str
    sha256: str
    pledged: bool = False


@dataclass(frozen=True, kw_only=True)
class Score:
    """One expert's mark out of 100."""

    expert: str
    mark: int


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """Something owed on a registered case: by which organ, until when, and when it was done."""

    kind: DutyKind
    organ: str
    due_at: datetime
    done_at: datetime | None = None

"""The words of supervision: how institutions are visited, what may be found, how far a rectification is."""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Whether an institution may evaluate just now; the last four are final."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    REVOKED = "revoked"

    @property
    def final(self) -> bool:
        """Whether it is on record no more."""
        return self not in (Standing.ACTIVE, Standing.SUSPENDED)


class InspectionKind(StrEnum):
    """How an institution is inspected."""

    ON_SITE = "on_site"
    """现场督导."""
    VIDEO = "video"
    """视频督导."""
    SPECIAL = "special"
    """专项督导."""


class FindingCategory(StrEnum):
    """What a finding is about, after the measures that districts elsewhere publish."""

    QUALIFICATION_REVIEW_LAX = "qualification_review_lax"
    """资格审核不严."""
    PROCESS_IRREGULAR = "process_irregular"
    """认定过程不规范."""
    BELOW_FILED_CONDITIONS = "below_filed_conditions"
    """达不到备案条件."""
    SCORES_FALSIFIED = "scores_falsified"
    """成绩造假."""
    EXAMINER_NEGLIGENCE = "examiner_negligence"
    """考评人员失职."""


class Severity(StrEnum):
    """How grave a finding is."""

    MINOR = "minor"
    """一般."""
    SERIOUS = "serious"
    """严重."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing an inspection found."""

    category: FindingCategory
    severity: Severity
    text: str


class RectificationState(StrEnum):
    """How far a rectification is. 已下达 → 已报告 → 已验收; 逾期 when no report came by the deadline."""

    ORDERED = "ordered"
    COMPLETED = "completed"
    OVERDUE = "overdue"
    VERIFIED = "verified"

"""Signals, as officers see them."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.subsidy.domain.signal import Signal, SignalFinding, SignalKind, SignalState
from shared.contracts.subsidy import SignalEvidence
from shared.http.work import View
from shared.values import Uscc


class SignalView(View):
    """Something that looks wrong, and what shows it: no finding, and no ground to refuse anything (N3.3)."""

    kind: SignalKind
    label: str = Field(description="中文 · English")
    state: SignalState
    organ: str
    institution_id: UUID | None = Field(
        description="涉及个人申领时为空 · none where people claim for themselves"
    )
    institution_uscc: Uscc | None
    evidence: SignalEvidence
    revision: int = Field(description="移交督导的次数 · how often supervision was told of it")
    raised_at: datetime
    changed_at: datetime
    finding: SignalFinding | None = Field(description="督导的最近结论 · what supervision found last")
    closed_at: datetime | None
    lead_id: UUID | None

    @classmethod
    def of(cls, signal: Signal) -> "SignalView":
        plain = {
            name: getattr(signal, name) for name in cls.model_fields if name not in {"label", "evidence"}
        }
        evidence = SignalEvidence.model_validate(signal.evidence)
        return cls(**plain, label=signal.kind.label, evidence=evidence)

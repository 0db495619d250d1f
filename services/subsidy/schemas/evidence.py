"""Evidence as it is handed in, checked and shown."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.domain.evidence import Evidence, EvidenceState
from services.subsidy.domain.fact import FactKind
from services.subsidy.schemas.parts import Body, Reason
from shared.contracts.queries import (
    AnyNumber,
)
from shared.http.work import View
from shared.values import Uscc


class AcceptanceBody(Body):
    """What the officer read in the document."""

    value: bool | int | str | None = Field(
        default=None, description="核定的取值，空为按申报 · as read; empty for what was stated"
    )
    reason: Reason = ""


class RejectionBody(Body):
    """Why it shows nothing."""

    reason: Reason = Field(default="", description="必填 · required")


class DocumentView(BaseModel):
    """The file that was handed in."""

    model_config = ConfigDict(from_attributes=True)

    sha256: str
    media_type: str
    size: int


class CheckedView(BaseModel):
    """Who checked it."""

    model_config = ConfigDict(from_attributes=True)

    by: str
    at: datetime
    organ: str
    reason: str


class EvidenceView(View):
    """One document and the fact it is to show."""

    organ: str
    uscc: Uscc
    certificate_number: AnyNumber
    kind: FactKind
    value: bool | int | str
    about: date
    document: DocumentView
    at: datetime
    state: EvidenceState
    checked: CheckedView | None

    @classmethod
    def of(cls, evidence: Evidence) -> "EvidenceView":
        return cls.model_validate(evidence)

"""Pledges, what checking them found, and integrity records."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.filing.domain.integrity import IntegrityRecord, RecordSource
from services.filing.domain.pledge import Pledge, PledgeState, text_on
from services.filing.schemas.parts import Body, Day, Line, Text
from shared.http.work import View
from shared.policy import Policy, Status
from shared.values import Uscc

TextVersion = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]


class PledgeTextView(BaseModel):
    """告知承诺书 · the text that is shown before it is signed, and how sure it is."""

    version: TextVersion
    text: str
    clause: str | None
    source: str
    document: str = Field(description="文件及文号 · document and its number")
    status: Status

    @classmethod
    def on(cls, policy: Policy, day: date) -> "PledgeTextView":
        text, said = text_on(policy, day), policy.parameter("pledge.text", day)
        return cls(
            version=text.version,
            text=text.text,
            clause=said.clause,
            source=said.source,
            document=policy.document(said.source).label,
            status=said.status,
        )


class PledgeBody(Body):
    """The applicant's signature under the text of this version."""

    text_version: TextVersion = Field(description="所签承诺书的版本 · the version of the text that was shown")


class PledgeCheckBody(Body):
    """What the check of a pledge found."""

    kept: bool = Field(description="属实与否 · whether it was kept")
    finding: Text = Field(examples=["经核验社保缴纳记录，属实"])


class PledgeView(View):
    """One pledge, with the very text that was signed, and what became of it."""

    filing_id: UUID
    institution_id: UUID | None
    uscc: Uscc
    kind: str
    text_version: str
    text: str
    signed_by: str
    signed_at: datetime
    state: PledgeState
    settled_at: datetime | None
    finding: str

    @classmethod
    def of(cls, pledge: Pledge) -> "PledgeView":
        rest = {name: getattr(pledge, name) for name in cls.model_fields if hasattr(pledge, name)}
        return cls.model_validate({**rest, "text": pledge.text.text, "text_version": pledge.text.version})


class NewIntegrityRecord(Body):
    """Who may not pledge from now on, and why; how long is the policy's."""

    uscc: Uscc
    name: Line
    reason: Text
    valid_from: Day | None = Field(
        default=None, description="起始日，缺省为今日 · from when; today if left out"
    )


class AnnulmentBody(Body):
    """Why a record should not have been entered."""

    reason: Text


class IntegrityRecordView(View):
    """失信记录 · that a body may not pledge for a time, in the whole city."""

    uscc: Uscc
    name: str
    reason: str
    source: RecordSource
    basis: tuple[str, ...]
    valid_from: date
    valid_until: date
    entered_by: str
    entered_at: datetime
    pledge_id: UUID | None
    annulled_at: datetime | None = Field(description="撤销时间 · when it was annulled, if it was")
    annulled_by: str
    annulled_for: str

    @classmethod
    def of(cls, record: IntegrityRecord) -> "IntegrityRecordView":
        return cls.model_validate(record)

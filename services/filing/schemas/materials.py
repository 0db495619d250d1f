"""Documents of a case: what was handed in or pledged, and what is still wanting."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.filing import Filing
from services.filing.domain.materials import Checked, MaterialState
from services.filing.domain.stages import FilingState
from shared.policy import MediaKind, Policy, Status

MaterialKindId = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]


class MaterialView(BaseModel):
    """One document of a case: the file that was handed in, or when it was pledged instead (N3.3)."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    file_name: str
    sha256: str
    media_type: str
    size: int
    issued_on: date | None
    pledged: bool = Field(description="以告知承诺代替 · pledged instead (N3.3)")
    pledged_at: datetime | None
    checked_at: datetime | None = Field(description="核查属实的时间 · when the pledge was found kept")


class ChecklistItem(BaseModel):
    """One document asked for: how it stands, why, where that is said and how sure it is."""

    kind: str
    name: str = Field(examples=["备案申请表（盖章） · Application form, sealed"])
    required: bool
    state: MaterialState
    label: str = Field(examples=["未提交 · missing"])
    reason: str
    blocks: bool = Field(description="不解决则不能提交 · the case cannot be submitted like this")
    formats: tuple[MediaKind, ...]
    valid_months: int | None = Field(description="出具后几个月内有效 · months for which its date is good")
    pledge: bool = Field(description="可以承诺代替 · may be pledged instead")
    clause: str | None
    source: str
    document: str = Field(description="文件及文号 · document and its number")
    status: Status = Field(description="依据的确定程度 · how sure the requirement is")


class ChecklistView(BaseModel):
    """Everything asked for in a case, on the day of asking or, once it cannot be changed, of handing in."""

    filing_id: UUID
    state: FilingState
    complete: bool = Field(description="材料齐全、有效 · nothing stands in the way of submitting")
    items: list[ChecklistItem]

    @classmethod
    def of(cls, filing: Filing, checked: Sequence[Checked], policy: Policy) -> "ChecklistView":
        return cls(
            filing_id=filing.id,
            state=filing.state,
            complete=not any(each.blocks for each in checked),
            items=[_item(each, policy) for each in checked],
        )


def _item(checked: Checked, policy: Policy) -> ChecklistItem:
    kind = checked.kind
    return ChecklistItem(
        kind=kind.id,
        name=kind.name,
        required=kind.required,
        state=checked.state,
        label=checked.state.label,
        reason=checked.reason,
        blocks=checked.blocks,
        formats=tuple(sorted(kind.formats)),
        valid_months=kind.valid_months,
        pledge=kind.pledge,
        clause=kind.clause,
        source=kind.source,
        document=policy.document(kind.source).label,
        status=kind.status,
    )

"""The rubric and the numbers around it, each with its document and how sure it is."""

from datetime import date

from pydantic import BaseModel, Field

from shared.policy import Policy, Rubric, RubricBlock, RubricItem, Status, Unit

PARAMETERS = (
    "expert.min_count",
    "expert.pass_score",
    "expert.correct_score",
    "expert.recusal",
    "filing.assess_days",
    "filing.mend_days",
    "filing.reassess_max",
)


class RubricItemView(BaseModel):
    """One requirement: for how many points, whether it can veto, and how sure that is."""

    id: str
    zh: str
    en: str
    points: int
    veto: bool = Field(description="否决项 · not met, it fails the filing whatever the sum")
    status: Status


class RubricBlockView(BaseModel):
    """Items that belong together."""

    id: str
    zh: str
    en: str
    points: int
    status: Status
    items: list[RubricItemView]


class ParameterView(BaseModel):
    """A number or word that assessment goes by."""

    key: str
    value: int | str
    unit: Unit
    status: Status
    document: str
    note: str


class RubricView(BaseModel):
    """What experts score a filing by; what no document at hand states is marked as assumed."""

    id: str
    title: str
    document: str = Field(description="文件及文号 · document and its number")
    clause: str | None
    status: Status
    note: str
    effective_from: date
    effective_to: date | None
    blocks: list[RubricBlockView]
    parameters: list[ParameterView]

    @classmethod
    def of(cls, rubric: Rubric, policy: Policy, *, on: date) -> "RubricView":
        return cls(
            id=rubric.id,
            title=rubric.title,
            document=policy.document(rubric.source).label,
            clause=rubric.clause,
            status=rubric.status,
            note=rubric.note,
            effective_from=rubric.effective_from,
            effective_to=rubric.effective_to,
            blocks=[_block(each, rubric.status) for each in rubric.blocks],
            parameters=[_parameter(key, policy, on) for key in PARAMETERS],
        )


def _block(block: RubricBlock, status: Status) -> RubricBlockView:
    items = [_item(each, status) for each in block.items]
    return RubricBlockView(
        id=block.id, zh=block.zh, en=block.en, points=block.points, status=status, items=items
    )


def _item(item: RubricItem, status: Status) -> RubricItemView:
    return RubricItemView(
        id=item.id, zh=item.zh, en=item.en, points=item.points, veto=item.veto, status=status
    )


def _parameter(key: str, policy: Policy, on: date) -> ParameterView:
    found = policy.parameter(key, on)
    return ParameterView(
        key=key,
        value=found.value,
        unit=found.unit,
        status=found.status,
        document=policy.document(found.source).label,
        note=found.note,
    )

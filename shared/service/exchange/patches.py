"""Patches as they come in, and what they change as it is shown."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.province.operating.masking import masked_value
from shared.province.operating.patching import Change, Changed
from shared.service.exchange.schemas import Shown

Path = Annotated[
    str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*(\.([a-z0-9_]+|\*)){0,5}$", max_length=120)
]
Plain = str | int | float | bool | None


class ChangeBody(BaseModel):
    """One field's change: `to` one value, or by a `mapping` of old values to new ones."""

    model_config = ConfigDict(extra="forbid")

    field: Path = Field(description="如 organ、scope.*.level · a path", examples=["organ"])
    to: Plain | list[Any] | dict[str, Any] = Field(default=None, examples=["320115"])
    mapping: dict[str, Plain] | None = Field(
        default=None, min_length=1, max_length=500, examples=[{"JNJKQ": "320115"}]
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if ("to" in self.model_fields_set) == (self.mapping is not None):
            raise ValueError("to 与 mapping 须且只能给出其一 · exactly one of `to` and `mapping`")
        return self

    def as_change(self) -> Change:
        return Change(field=self.field, to=self.to, mapping=self.mapping)


class ChangedView(Shown):
    """A field before and after, personal values masked."""

    field: str
    before: Any
    after: Any

    @classmethod
    def of(cls, changed: Changed) -> "ChangedView":
        before, after = (masked_value(changed.field, value) for value in (changed.before, changed.after))
        return cls(field=changed.field, before=before, after=after)

"""What several bodies are made of."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.scope import ScopeItem

_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Line = Annotated[
    str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True, pattern=_ONE_LINE)
]
Text = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=2000, strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
    ),
]
OptionalLine = Annotated[str, StringConstraints(max_length=120, strip_whitespace=True, pattern=_ONE_LINE)]
OrganCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")]
Scope = Annotated[tuple[ScopeItem, ...], Field(min_length=1, max_length=500)]
Day = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2199, 12, 31))]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Body(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Reason(Body):
    """Why, as the other side will read it."""

    reason: Text

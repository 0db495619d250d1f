"""What several bodies are made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.values import CertificateNumber, VocationalCertificateNumber

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
Reason = Annotated[
    str,
    StringConstraints(max_length=500, strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$"),
]
OrganCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")]
Month = Annotated[str, StringConstraints(pattern=r"^(20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]
AnyNumber = Annotated[CertificateNumber | VocationalCertificateNumber, Field(union_mode="left_to_right")]


class Body(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

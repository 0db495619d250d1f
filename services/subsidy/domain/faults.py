"""What is wrong with the rows of a claim's sheet, and where it is kept until they are given back."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.upload import Finding, Returned
from shared.errors import Conflict


class NothingGood(Conflict):
    """没有可申领的行 · No row of the sheet is good enough to be claimed."""

    code = "NJT-SUB-1211"


class Fault(StrEnum):
    """What can be wrong with a row of a claim's sheet beyond its cells."""

    NO_NUMBER = "NJT-SUB-1250"
    UNKNOWN = "NJT-SUB-1251"
    REPEATED = "NJT-SUB-1252"
    OTHER_HOLDER = "NJT-SUB-1253"


_MESSAGES = {
    Fault.NO_NUMBER: "证书编号不正确 · this is no certificate number",
    Fault.UNKNOWN: "没有这份证书 · there is no such certificate",
    Fault.REPEATED: "证书在表中重复 · the certificate stands here twice",
    Fault.OTHER_HOLDER: "姓名与证书不符 · the certificate is in another name",
}
_COLUMNS = {Fault.OTHER_HOLDER: "holder_name"}


def finding(fault: Fault, message: str = "") -> Finding:
    """A fault as the row is told of it."""
    return Finding(
        column=_COLUMNS.get(fault, "number"), code=fault.value, message=message or _MESSAGES[fault]
    )


class Faults(Protocol):
    """Where rows wait to be given back; what stood in them is sealed."""

    async def keep(self, claim_id: UUID, owner: tuple[str, str], rows: Sequence[Returned]) -> None: ...

    async def of_claim(self, claim_id: UUID) -> list[Returned]: ...

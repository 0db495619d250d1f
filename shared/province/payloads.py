"""What each message that the city sends in a lane must say."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from shared.contracts.exchange import Voided
from shared.contracts.province import (
    AccountChangedReport,
    AccountOpenedReport,
    FilingReport,
    MessageCode,
    SubsidyPaidReport,
    SubsidyRecoveredReport,
    SupervisionReport,
    Wire,
)
from shared.contracts.queries import CertificateQuery, FactsQuery, RegisterQuery
from shared.errors import Invalid
from shared.province.reading import fields_at_fault

_TOLD: dict[str, type[Wire]] = {
    MessageCode.ACCOUNT_OPENED: AccountOpenedReport,
    MessageCode.ACCOUNT_CHANGED: AccountChangedReport,
    MessageCode.FILING_REPORTED: FilingReport,
    MessageCode.REGISTER_QUERY: RegisterQuery,
    MessageCode.CERTIFICATE_QUERY: CertificateQuery,
    MessageCode.FACTS_QUERY: FactsQuery,
    MessageCode.SUBSIDY_PAID: SubsidyPaidReport,
    MessageCode.SUBSIDY_RECOVERED: SubsidyRecoveredReport,
    MessageCode.SUPERVISION_RESULT: SupervisionReport,
    MessageCode.VOID: Voided,
}


class UnfitPayload(Invalid):
    """报文内容不合规 · The payload is not valid for this message."""

    code = "NJT-EXC-1008"


def checked(code: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as it goes out; raises UnfitPayload naming the fields at fault, never their values."""
    model = _TOLD.get(code)
    if model is None:
        raise UnfitPayload(f"市级不发送此类报文 · the city sends no such message: {code}")
    try:
        return model.model_validate(dict(payload)).model_dump(mode="json")
    except ValidationError as broken:
        raise UnfitPayload(f"字段有误 · fields at fault: {fields_at_fault(broken)}") from None

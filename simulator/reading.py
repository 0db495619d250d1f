"""Decides whether a message of the city can be taken: its signature, its version, its address, its payload."""

from collections.abc import Mapping

from pydantic import ValidationError

from shared.contracts.province import (
    READABLE_VERSIONS,
    AccountChangedReport,
    AccountOpenedReport,
    CertificatesIssued,
    FilingReport,
    InstitutionFiled,
    MessageCode,
    ProvinceEnvelope,
    Receipt,
    SubsidyPaidReport,
    SubsidyRecoveredReport,
    SupervisionReport,
    Wire,
)
from shared.contracts.queries import (
    CertificateQuery,
    CertificateRevoked,
    CertificatesAnswered,
    FactsAnswered,
    FactsQuery,
)
from simulator.keys import PeerKeys
from simulator.line import SERVICES

PROVINCE = "320000"
CITY = "320100"

FROM_CITY: Mapping[str, type[Wire]] = {
    MessageCode.ACCOUNT_OPENED: AccountOpenedReport,
    MessageCode.ACCOUNT_CHANGED: AccountChangedReport,
    MessageCode.FILING_REPORTED: FilingReport,
    MessageCode.CERTIFICATE_QUERY: CertificateQuery,
    MessageCode.FACTS_QUERY: FactsQuery,
    MessageCode.SUBSIDY_PAID: SubsidyPaidReport,
    MessageCode.SUBSIDY_RECOVERED: SubsidyRecoveredReport,
    MessageCode.SUPERVISION_RESULT: SupervisionReport,
    MessageCode.RECEIPT: Receipt,
}
FROM_PROVINCE: Mapping[str, type[Wire]] = {
    MessageCode.INSTITUTION_FILED: InstitutionFiled,
    MessageCode.CERTIFICATES_ISSUED: CertificatesIssued,
    MessageCode.CERTIFICATES_ANSWERED: CertificatesAnswered,
    MessageCode.CERTIFICATE_REVOKED: CertificateRevoked,
    MessageCode.FACTS_ANSWERED: FactsAnswered,
}


class NotAccepted(Exception):  # noqa: N818 — an answer to the sender, not a fault of ours
    """报文未被接收 · The message was not accepted."""

    def __init__(self, reason_code: str, reason: str) -> None:
        super().__init__(f"{reason_code}: {reason}")
        self.reason_code = reason_code
        self.reason = reason


def service_of(sender: str) -> str | None:
    """The city's service behind `320100/<service>`; None when it is nobody we can answer."""
    city, _, service = sender.partition("/")
    return service if city == CITY and service in SERVICES else None


def read(envelope: ProvinceEnvelope, keys: PeerKeys) -> Wire:
    """The payload; raises NotAccepted with SIGNATURE, VERSION, RECEIVER, CODE or PAYLOAD."""
    if not keys.holds(envelope.key_id, envelope.signed_bytes(), envelope.signature):
        raise NotAccepted("SIGNATURE", "签名缺失或不符 · The signature is missing or does not hold")
    if envelope.schema_version not in READABLE_VERSIONS:
        raise NotAccepted("VERSION", f"未知报文版本 · Unknown schema version {envelope.schema_version}")
    if envelope.receiver != PROVINCE:
        raise NotAccepted("RECEIVER", "报文不属于省级系统 · The message is not for the province")
    model = FROM_CITY.get(envelope.code)
    if model is None:
        raise NotAccepted("CODE", f"不受理此类报文 · Not taken here: {envelope.code}")
    try:
        return model.model_validate(envelope.payload)
    except ValidationError as broken:
        raise NotAccepted("PAYLOAD", f"字段有误 · Fields at fault: {fields_at_fault(broken)}"[:500]) from None


def fields_at_fault(broken: ValidationError) -> str:
    """The places of a validation error, never the values there."""
    places = {".".join(str(part) for part in error["loc"]) or "JSON" for error in broken.errors()}
    return ", ".join(sorted(places))

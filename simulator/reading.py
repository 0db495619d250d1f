"""Decides whether a message that the city signed can be taken: its version, its address, its payload."""

from collections.abc import Mapping

from pydantic import ValidationError

from shared.contracts.exchange import (
    Reconcile,
    Reconciled,
    ResendRequest,
    StatusAnswered,
    StatusQuery,
    Voided,
)
from shared.contracts.instructions import CatalogueUpdated, SanctionOrdered, SupervisionTask
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
    Stage,
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
    RegisterAnswered,
    RegisterQuery,
)
from simulator.line import SERVICES

PROVINCE = "320000"
CITY = "320100"

ABOUT_THE_EXCHANGE: Mapping[str, type[Wire]] = {
    MessageCode.RECEIPT: Receipt,
    MessageCode.STATUS_QUERY: StatusQuery,
    MessageCode.STATUS_ANSWERED: StatusAnswered,
    MessageCode.RESEND_REQUEST: ResendRequest,
    MessageCode.RECONCILE: Reconcile,
    MessageCode.RECONCILED: Reconciled,
}
"""What either side says outside the lanes."""
FROM_CITY: Mapping[str, type[Wire]] = {
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
FROM_PROVINCE: Mapping[str, type[Wire]] = {
    MessageCode.INSTITUTION_FILED: InstitutionFiled,
    MessageCode.REGISTER_ANSWERED: RegisterAnswered,
    MessageCode.CATALOGUE_UPDATED: CatalogueUpdated,
    MessageCode.SUPERVISION_TASK: SupervisionTask,
    MessageCode.SANCTION_ORDERED: SanctionOrdered,
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


TECHNICAL_OK = Receipt(stage=Stage.TECHNICAL, ok=True)


def refusal_of(refusal: NotAccepted) -> Receipt:
    """The receipt that says so."""
    code, reason = refusal.reason_code, refusal.reason
    return Receipt(stage=Stage.TECHNICAL, ok=False, reason_code=code, reason=reason)


def service_of(sender: str) -> str | None:
    """The city's service behind `320100/<service>`; None when it is nobody we can answer."""
    city, _, service = sender.partition("/")
    return service if city == CITY and service in SERVICES else None


def read(envelope: ProvinceEnvelope) -> Wire:
    """The payload; raises NotAccepted with VERSION, RECEIVER, CODE, SEQUENCE or PAYLOAD."""
    if envelope.schema_version not in READABLE_VERSIONS:
        raise NotAccepted("VERSION", f"未知报文版本 · Unknown schema version {envelope.schema_version}")
    if envelope.receiver != PROVINCE:
        raise NotAccepted("RECEIVER", "报文不属于省级系统 · The message is not for the province")
    model = FROM_CITY.get(envelope.code) or ABOUT_THE_EXCHANGE.get(envelope.code)
    if model is None:
        raise NotAccepted("CODE", f"不受理此类报文 · Not taken here: {envelope.code}")
    if (envelope.sequence == 0) != (envelope.code in ABOUT_THE_EXCHANGE):
        raise NotAccepted("SEQUENCE", "序号与报文种类不符 · This number is not for such a message")
    try:
        return model.model_validate(envelope.payload)
    except ValidationError as broken:
        raise NotAccepted("PAYLOAD", f"字段有误 · Fields at fault: {fields_at_fault(broken)}"[:500]) from None


def fields_at_fault(broken: ValueError) -> str:
    """The places of a validation error, never the values there."""
    if not isinstance(broken, ValidationError):
        return "JSON"
    places = {".".join(str(part) for part in error["loc"]) or "JSON" for error in broken.errors()}
    return ", ".join(sorted(places))

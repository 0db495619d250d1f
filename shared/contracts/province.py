"""What is exchanged with the provincial system: one envelope, one payload model for each message code.

The canonical model of this suite. It claims no conformance to the ministry's or the province's interface standards,
whose field tables are not public; a dialect profile maps it to what a counterpart speaks.
"""

import json
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Category
from shared.values import CertificateNumber, Fen, Level, StationCode, Uscc

SCHEMA_VERSION = "3"
READABLE_VERSIONS = frozenset({"1", "2", "3"})
"""Versions 2 and 3 added optional fields only, so what was written by an earlier one reads as before."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class MessageCode(StrEnum):
    """What a message is about.

    The notice names no message, and the province's list is not public: the codes are our own and assumed. Those after
    RECEIPT are about the exchange itself (`shared.contracts.exchange`).
    """

    INSTITUTION_FILED = "INSTITUTION_FILED"
    REGISTER_QUERY = "REGISTER_QUERY"
    REGISTER_ANSWERED = "REGISTER_ANSWERED"
    CATALOGUE_UPDATED = "CATALOGUE_UPDATED"
    ACCOUNT_OPENED = "ACCOUNT_OPENED"
    ACCOUNT_CHANGED = "ACCOUNT_CHANGED"
    FILING_REPORTED = "FILING_REPORTED"
    CERTIFICATES_ISSUED = "CERTIFICATES_ISSUED"
    CERTIFICATE_QUERY = "CERTIFICATE_QUERY"
    CERTIFICATES_ANSWERED = "CERTIFICATES_ANSWERED"
    CERTIFICATE_REVOKED = "CERTIFICATE_REVOKED"
    FACTS_QUERY = "FACTS_QUERY"
    FACTS_ANSWERED = "FACTS_ANSWERED"
    SUBSIDY_PAID = "SUBSIDY_PAID"
    SUBSIDY_RECOVERED = "SUBSIDY_RECOVERED"
    SUPERVISION_TASK = "SUPERVISION_TASK"
    SANCTION_ORDERED = "SANCTION_ORDERED"
    SUPERVISION_RESULT = "SUPERVISION_RESULT"
    RECEIPT = "RECEIPT"
    STATUS_QUERY = "STATUS_QUERY"
    STATUS_ANSWERED = "STATUS_ANSWERED"
    RESEND_REQUEST = "RESEND_REQUEST"
    VOID = "VOID"
    RECONCILE = "RECONCILE"
    RECONCILED = "RECONCILED"


class Wire(BaseModel):
    """Anything that crosses: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProvinceEnvelope(Wire):
    """One signed message. `lane` and `sequence` number the messages about one institution, from 1, without gaps.

    Receipts stand outside the lanes: their sequence is 0.
    """

    schema_version: str = Field(max_length=10)
    message_id: UUID
    code: str = Field(max_length=40)
    sender: str = Field(max_length=40)
    receiver: str = Field(max_length=40)
    business_key: str = Field(min_length=1, max_length=120)
    lane: str = Field(max_length=80)
    sequence: int = Field(ge=0)
    issued_at: AwareDatetime
    in_reply_to: UUID | None = None
    payload: dict[str, Any]
    key_id: str = Field(max_length=64)
    signature: str = Field(max_length=200)

    def signed_bytes(self) -> bytes:
        """What the signature covers: everything but itself, keys sorted, no spaces, UTF-8."""
        return canonical(self.model_dump(mode="json", exclude={"signature"}))


def canonical(content: dict[str, Any]) -> bytes:
    """JSON with sorted keys and no spaces; the same content gives the same bytes on both sides."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def payload_digest(payload: dict[str, Any]) -> bytes:
    """SHA-256 of a payload's canonical bytes without nulls: not every dialect tells a null, and it says nothing."""
    told = canonical(payload)
    if b"null" in told:  # as a null, or within a word
        told = canonical(_told(payload))
    return sha256(told).digest()


def _told(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _told(value) for name, value in content.items() if value is not None}
    return [_told(each) for each in content] if isinstance(content, list | tuple) else content


class FilingChange(StrEnum):
    """What became of an institution on record."""

    FILED = "filed"
    CHANGED = "changed"
    RENEWED = "renewed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REVOKED = "revoked"


class SiteFiled(Wire):
    """考核点: a place where it evaluates, with its station code when it has one (N2.6)."""

    name: Text
    address: Text
    station_code: StationCode | None = None


class InstitutionFiled(Wire):
    """省级备案下发: an institution the province assessed and filed, or what became of it (N2.1, N2.6).

    Each message tells the record as it stands now; `change` says what happened to it, `effective_on` since when.
    """

    provincial_number: Text
    name: Text
    uscc: Uscc
    category: Category
    audience: Audience
    organ: Text = Field(description="所在区经办机关 · the organ where it is located")
    scope: tuple[ScopeItem, ...] = Field(min_length=1, max_length=2000)
    station_codes: tuple[StationCode, ...] = Field(min_length=1, max_length=200)
    valid_from: date
    valid_until: date
    change: FilingChange = FilingChange.FILED
    effective_on: date | None = Field(default=None, description="自该日起 · from this day on")
    address: str | None = Field(default=None, max_length=200)
    sites: tuple[SiteFiled, ...] | None = Field(default=None, max_length=200)
    site_organs: tuple[Text, ...] = Field(
        default=(),
        max_length=200,
        description="考核点所在机关 · of one located elsewhere, where its sites here lie",
    )
    reason: str = Field(default="", max_length=500)


class AccountOpenedReport(Wire):
    """账号已开通: the district opened the account."""

    account_id: UUID
    institution_id: UUID
    uscc: Uscc
    organ: Text


class AccountChangedReport(Wire):
    """账号状态变更: the account was suspended, resumed or closed."""

    account_id: UUID
    institution_id: UUID
    uscc: Uscc
    organ: Text
    state: Text
    reason: str = Field(default="", max_length=500)


class FilingReport(Wire):
    """备案上报: what a district or the city has filed, and every later change: the record as it stands then.

    `action` is `registered` or what was changed; `revision` the version of the record, which only rises.
    """

    institution_id: UUID
    filing_number: Text
    name: Text
    uscc: Uscc
    category: Category
    audience: Audience
    organ: Text
    scope: tuple[ScopeItem, ...]
    valid_from: date
    valid_until: date
    action: Text = "registered"
    revision: int = Field(default=1, ge=0)
    standing: Text = "active"
    station_codes: tuple[StationCode, ...] = Field(default=(), max_length=200)
    effective_on: date | None = Field(default=None, description="自该日起 · from this day on")
    reason: str = Field(default="", max_length=500)


class IssuedCertificate(Wire):
    """One certificate of a batch. 姓名 and 证件号码 are personal data and are encrypted where they are kept."""

    number: CertificateNumber
    holder_name: Text
    holder_id: Annotated[str, StringConstraints(min_length=5, max_length=30)]
    uscc: Uscc = Field(description="评价机构 · of the evaluating institution")
    occupation: ScopeItem
    issued_on: date
    evaluated_on: date


class CertificatesIssued(Wire):
    """证书数据: a batch of certificates."""

    batch: Text
    certificates: tuple[IssuedCertificate, ...] = Field(min_length=1, max_length=1000)


class PaidItem(Wire):
    """What was paid for one certificate."""

    number: str = Field(max_length=22)
    level: Level
    amount_fen: Fen


class SubsidyPaidReport(Wire):
    """补贴发放: what a claim paid."""

    claim_id: UUID
    organ: Text
    amount_fen: Fen
    items: tuple[PaidItem, ...]


class RecoveredItem(Wire):
    """What of it was booked for one certificate; `whole`: all that was paid for it has come back now."""

    number: str = Field(max_length=22)
    level: Level
    amount_fen: Fen
    whole: bool


class SubsidyRecoveredReport(Wire):
    """补贴追回: a sum that came back (`repaid`, `offset`), or was given up (`written_off`)."""

    recovery_id: UUID
    entry_id: UUID
    organ: Text
    cause: Text
    how: Text
    amount_fen: Fen
    remaining_fen: Fen = Field(description="尚未追回 · still to come back")
    items: tuple[RecoveredItem, ...]


class ReportedFinding(Wire):
    """One thing an inspection found."""

    category: Text
    severity: Text
    text: str = Field(min_length=1, max_length=4000)


class SupervisionReport(Wire):
    """督导结果: what was found, its consequence, or its end.

    `number` is that of the province's task or order which it answers; without one it tells of joint supervision (N2.6)
    or of a sanction of the city's own.
    """

    institution_id: UUID
    organ: Text
    measure: Text
    reason: str = Field(default="", max_length=500)
    number: Text | None = None
    inspection_id: UUID | None = None
    findings: tuple[ReportedFinding, ...] = Field(default=(), max_length=500)


class Stage(StrEnum):
    """Which of the two receipts it is."""

    TECHNICAL = "technical"
    BUSINESS = "business"


class Receipt(Wire):
    """回执: first whether the message was accepted, then what became of its business."""

    stage: Stage
    ok: bool
    reason_code: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=500)

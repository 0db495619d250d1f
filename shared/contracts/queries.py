"""What the city asks the provincial system, and what that answers or tells; all of it assumed.

The notice names no message, and the province's list is not public: the codes and payloads are our own.
"""

import hmac
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.province import Text, Wire
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Category
from shared.values import CertificateNumber, StationCode, Uscc, VocationalCertificateNumber

Sealed = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A personal value as `sealed_for` a query: it can be compared, and does not tell what it is."""
AnyNumber = Annotated[CertificateNumber | VocationalCertificateNumber, Field(union_mode="left_to_right")]


class CertificateQuery(Wire):
    """证书查询 (assumed): are these certificates on the provincial register, and what do they say?

    Nothing personal crosses: `key` is made for this query alone, and names and numbers of holders are answered as
    `sealed_for` it.
    """

    query_id: UUID
    key: Sealed
    numbers: tuple[AnyNumber, ...] = Field(min_length=1, max_length=1000)


class RegisterState(StrEnum):
    """How a certificate stands in the provincial register."""

    VALID = "valid"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class RegisteredCertificate(Wire):
    """What the provincial register says of one number; nothing but `state` when it is unknown there."""

    number: AnyNumber
    state: RegisterState
    holder_name: Sealed | None = None
    holder_id: Sealed | None = None
    uscc: Uscc | None = None
    occupation: ScopeItem | None = None
    issued_on: date | None = None
    revoked_on: date | None = None


class CertificatesAnswered(Wire):
    """证书查询结果 (assumed): the answer to one query."""

    query_id: UUID
    certificates: tuple[RegisteredCertificate, ...] = Field(min_length=1, max_length=1000)


class CertificateRevoked(Wire):
    """证书撤销 (assumed): the province no longer stands by a certificate."""

    number: AnyNumber
    uscc: Uscc = Field(description="评价机构 · of the evaluating institution")
    revoked_on: date
    reason: str = Field(default="", max_length=500)


class FactName(StrEnum):
    """What may be asked about the holder of a certificate."""

    INSURED_MONTHS = "insured_months"
    INSURED_IN_MONTH = "insured_in_month"
    EMPLOYMENT = "employment"
    PENSION = "pension"
    ENROLLED = "enrolled"


class FactsAsked(Wire):
    """Which facts about the holder of one certificate: the insurance of which month, which employer on which day.

    No employer, and nothing about one, where the holder claims for itself.
    """

    number: AnyNumber
    names: tuple[FactName, ...] = Field(min_length=1, max_length=5)
    month: date = Field(description="核发当月首日 · the first of the month of issue")
    on: date = Field(description="用工、待遇、在校状态所在日 · the day of which the other facts are asked")
    employer: Uscc | None = None


class FactsQuery(Wire):
    """参保与用工情况查询 (assumed). People are named by their certificates: the province knows whose they are."""

    query_id: UUID
    asked: tuple[FactsAsked, ...] = Field(min_length=1, max_length=500)


class AnsweredFact(Wire):
    """One fact about the holder of one certificate; `employer` is told where the fact is about employment."""

    number: AnyNumber
    name: FactName
    about: date
    value: bool | int | Annotated[str, StringConstraints(max_length=40)]
    employer: Uscc | None = None


class FactsAnswered(Wire):
    """参保与用工情况查询结果 (assumed): what is known; what is not answered is not known."""

    query_id: UUID
    numbers: tuple[AnyNumber, ...] = Field(min_length=1, max_length=500)
    facts: tuple[AnsweredFact, ...] = Field(max_length=2500)


class RegisterQuery(Wire):
    """机构备案查询 (assumed): which institutions that evaluate in the city has the province on its own record?

    Those it filed itself (N2.1, N2.6), by their numbers, at most `size` of them, from the one behind `after` on.
    """

    query_id: UUID
    after: str = Field(default="", max_length=200)
    size: int = Field(default=200, ge=1, le=500)


class ProvincialStanding(StrEnum):
    """How an institution stands in the provincial register."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"


class RegisteredInstitution(Wire):
    """What the provincial register says of one institution now.

    `scope_digest` is as by `scope_digest`. `lane` and `sequence` are those of the message that told it last, at
    `told_at`.
    """

    provincial_number: Text
    name: Text
    uscc: Uscc
    category: Category
    audience: Audience
    organ: Text
    standing: ProvincialStanding
    valid_from: date
    valid_until: date
    station_codes: tuple[StationCode, ...] = Field(max_length=200)
    scope_digest: Sealed
    told_at: AwareDatetime
    lane: str = Field(default="", max_length=80)
    sequence: int = Field(default=0, ge=0)


class RegisterAnswered(Wire):
    """机构备案查询结果 (assumed): one page; `next` is what the next one is asked for behind, if there is one."""

    query_id: UUID
    institutions: tuple[RegisteredInstitution, ...] = Field(max_length=500)
    next: Text | None = None


def scope_digest(scope: Iterable[ScopeItem]) -> str:
    """SHA-256 over the lines `edition TAB occupation TAB work type TAB level LF`, sorted as bytes, in hex."""
    lines = {f"{it.edition}\t{it.occupation}\t{it.work_type}\t{it.level}\n".encode() for it in scope}
    return sha256(b"".join(sorted(lines))).hexdigest()


def sealed_for(key: str, text: str) -> str:
    """A personal value for one query: HMAC-SHA-256 under the query's key, in hex."""
    return hmac.digest(bytes.fromhex(key), text.encode(), "sha256").hex()

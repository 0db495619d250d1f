"""What the two sides say about the exchange itself; the codes and payloads are our own and assumed.

Like receipts these stand outside the lanes (their sequence is 0), and none of them is answered by a receipt unless it
is refused: a query's answer is its receipt, and what was asked for again comes again.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.province import MessageCode, Wire

UNNUMBERED = frozenset(
    {
        MessageCode.RECEIPT,
        MessageCode.STATUS_QUERY,
        MessageCode.STATUS_ANSWERED,
        MessageCode.RESEND_REQUEST,
        MessageCode.RECONCILE,
        MessageCode.RECONCILED,
    }
)
"""Codes outside the lanes. VOID is not among them: it takes the number of a message that will never come."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in hex; of a payload as by `payload_digest`."""
Key = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Prefix = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{0,4}$")]


class Fate(StrEnum):
    """What became of a message at the one who was asked; `taken` waits for an earlier one of its lane."""

    UNKNOWN = "unknown"
    TAKEN = "taken"
    DONE = "done"
    REJECTED = "rejected"
    REFUSED = "refused"


class AskedMessage(Wire):
    """A message whose fate is asked for: the copy by its id, its act by code and business key."""

    message_id: UUID
    code: Code
    business_key: Key


class StatusQuery(Wire):
    """STATUS_QUERY: what became of these? Asked before anything is sent again."""

    query_id: UUID
    messages: tuple[AskedMessage, ...] = Field(min_length=1, max_length=500)


class KnownMessage(Wire):
    """The fate of one message; `digest` is of the payload that was taken under its business key, if any was."""

    message_id: UUID
    fate: Fate
    digest: Digest | None = None
    reason_code: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=500)


class StatusAnswered(Wire):
    """STATUS_ANSWERED: the fate of each message that was asked about."""

    query_id: UUID
    messages: tuple[KnownMessage, ...] = Field(min_length=1, max_length=500)


class ResendRequest(Wire):
    """RESEND_REQUEST: these numbers of a lane are missing here; send them again, or void them."""

    lane: str = Field(min_length=1, max_length=80)
    first: int = Field(ge=1)
    last: int = Field(ge=1)


class Voided(Wire):
    """VOID: the message of this number will never come; the lane goes on behind it."""

    message_id: UUID
    code: Code
    reason: str = Field(default="", max_length=500)


class Teller(StrEnum):
    """Who told: what the city told the province, or the province the city."""

    CITY = "city"
    PROVINCE = "province"


class Bucket(Wire):
    """What is compared: the messages of one kind, about institutions of one organ, that one side told the other."""

    teller: Teller
    code: Code
    organ: str = Field(default="", max_length=40)


class Total(Wire):
    """How many acts were carried out, and a digest over them.

    The digest of some acts is the SHA-256 over their lines `business key TAB payload digest LF`, sorted as bytes.
    `part` is empty for the whole bucket, else the hex digit by which the next prefix is longer.
    """

    bucket: Bucket
    part: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]?$")] = ""
    count: int = Field(ge=0)
    digest: Digest


class ActOnRecord(Wire):
    """One act as it is on record: its business key, the digest of its payload, and the place it had in its lane."""

    business_key: Key
    digest: Digest
    lane: str = Field(default="", max_length=80)
    sequence: int = Field(default=0, ge=0)


class Reconcile(Wire):
    """RECONCILE: our totals of one day in Shanghai (of `issued_at`); what are yours?

    Without `bucket` all buckets of the day are compared. With it, the acts whose SHA-256 of the business key begins
    with `prefix`: first by parts, or one by one where there are few.
    """

    reconciliation_id: UUID
    day: date
    bucket: Bucket | None = None
    prefix: Prefix = ""
    totals: tuple[Total, ...] = Field(max_length=2000)


class Reconciled(Wire):
    """RECONCILED: the same totals on the other side, or, where a prefix holds at most 1,000 acts, those acts."""

    reconciliation_id: UUID
    day: date
    bucket: Bucket | None = None
    prefix: Prefix = ""
    totals: tuple[Total, ...] = Field(max_length=2000)
    acts: tuple[ActOnRecord, ...] | None = Field(default=None, max_length=1000)

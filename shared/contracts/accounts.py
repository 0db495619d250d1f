"""Facts the accounts service announces. Fields may be added, never renamed or removed."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event
from shared.values import Uscc


class AccountFact(Event):
    """What every fact about an institution's account carries."""

    stream: ClassVar = "accounts.account"

    account_id: UUID
    institution_id: UUID
    uscc: Uscc

    @property
    def subject(self) -> UUID:
        return self.account_id


class AccountOpened(AccountFact):
    """The district opened the institution's account."""

    topic: ClassVar = "accounts.account-opened.v1"


class AccountSuspended(AccountFact):
    """The account may not be used for new evaluations."""

    topic: ClassVar = "accounts.account-suspended.v1"

    change: int = Field(ge=1, description="第几次变更 · which change of this account it is")
    reason: str


class AccountResumed(AccountFact):
    """The account may be used again."""

    topic: ClassVar = "accounts.account-resumed.v1"

    change: int = Field(ge=1, description="第几次变更 · which change of this account it is")


class OperatorInvited(AccountFact):
    """邀请首位操作员: somebody of the institution was given a way in; `client` is the name of its access."""

    topic: ClassVar = "accounts.operator-invited.v1"

    client: str


class RecordAsked(Event):
    """比对差异: an account is other than the province's register says; whoever keeps the record is to look again.

    `standing` is how it stands there, "" where it is unknown there; `lane` and `sequence` are those of the message by
    which the province says to have told it last, if it did.
    """

    stream: ClassVar = "accounts.drift"
    topic: ClassVar = "accounts.record-asked.v1"

    drift_id: UUID
    number: str
    uscc: Uscc
    standing: str = ""
    lane: str = ""
    sequence: int = Field(default=0, ge=0)

    @property
    def subject(self) -> UUID:
        return self.drift_id


class AccountClosed(AccountFact):
    """The institution is on record no more; the account is closed for good."""

    topic: ClassVar = "accounts.account-closed.v1"

    change: int = Field(ge=1, description="第几次变更 · which change of this account it is")
    reason: str

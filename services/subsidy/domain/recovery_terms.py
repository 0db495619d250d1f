"""The words of a recovery: why and from whom, how far it is, the notice, what the debtor says, what is given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.policy.terms import Term
from shared.values import Fen, Uscc


class Cause(Term):
    """Why money has to come back."""

    CERTIFICATE_REVOKED = "certificate_revoked", "证书被撤销", "certificate revoked"
    SANCTION = "sanction", "机构被取消备案", "institution revoked"
    FRAUD = "fraud", "弄虚作假", "fraud"
    ERROR = "error", "发放有误", "paid in error"


BASIS: Mapping[Cause, tuple[str, ...]] = {
    Cause.CERTIFICATE_REVOKED: ("N1.4",),
    Cause.SANCTION: ("N3.3",),
    Cause.FRAUD: ("N1.6", "N3.3"),
    Cause.ERROR: ("N1.6",),
}
"""A revoked certificate no longer counts as one (N1.4), supervision has its effect on money (N3.3), and what is paid
rests on the conditions of N1.6. That and how it is recovered the notice does not say."""


class RecoveryState(Term):
    """How far a recovery is; the last four are final."""

    PROPOSED = "proposed", "拟追回", "proposed"
    NOTICED = "noticed", "已通知，可陈述申辩", "noticed, the debtor may state its case"
    DUE = "due", "通知已生效，退款中", "final, being repaid"
    SETTLED = "settled", "已结清", "settled"
    WRITTEN_OFF = "written_off", "已核销", "written off"
    CANCELLED = "cancelled", "已撤销", "cancelled"
    STOPPED = "stopped", "已止付，无须追回", "stopped before payment, nothing to recover"


OPEN = (RecoveryState.PROPOSED, RecoveryState.NOTICED, RecoveryState.DUE)
"""What may still bring money back."""


@dataclass(frozen=True, kw_only=True)
class Debtor:
    """Who was paid: a body, through one of its institutions, or the person who claimed for a certificate of its own."""

    institution_id: UUID | None = None
    uscc: Uscc | None = None
    holder_index: bytes | None = None

    @property
    def key(self) -> str:
        """The same for all that one body, or one person, was paid."""
        return str(self.uscc) if self.uscc else (self.holder_index or b"").hex()


@dataclass(frozen=True, kw_only=True)
class Notice:
    """追回通知书 as it was issued; `statement_until` is when the debtor's right to state its case ends."""

    number: str
    by: str
    at: datetime
    statement_until: datetime
    due_on: date
    amount: Fen
    certificates: int


@dataclass(frozen=True, kw_only=True)
class Statement:
    """陈述申辩: what the debtor says against the notice; `received_by` is the officer who wrote it down, if one did."""

    text: str
    by: str
    at: datetime
    received_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was made of the statement; upheld, all or some of the items are let go."""

    text: str
    by: str
    at: datetime
    upheld: bool


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """核销: that what remains be given up, and why; another person decides."""

    by: str
    at: datetime
    reason: str

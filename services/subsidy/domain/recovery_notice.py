"""追回通知书: what the debtor is told, in words that stand for themselves; the same notice whenever it is asked for."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.subsidy.domain.receipt import Cited, Named, Part
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_item import RecoveryItem
from services.subsidy.domain.rules.money import LINE_NAMES
from shared.clock import SHANGHAI
from shared.policy import Policy

FORMAT: Literal["ningjitong-recovery-notice/1"] = "ningjitong-recovery-notice/1"
_TERMS = {
    "subsidy.statement_days": "陈述申辩期限",
    "subsidy.recover_days": "退款期限",
}


class NoticedItem(Part):
    """What is asked back for one certificate, of what was paid for it."""

    certificate_number: str
    level: Named
    paid_fen: int
    due_fen: int
    reason: str


class NoticedTerm(Part):
    """A number of days, and what it rests on."""

    name: str
    working_days: int
    status: Named
    document: str


class NoticeContent(Part):
    """Everything a notice says; `debtor` is a body, or a person by masked name and document number."""

    format: Literal["ningjitong-recovery-notice/1"] = FORMAT
    recovery_id: UUID
    number: str
    organ: Named
    debtor: Named
    line: Named
    cause: Named
    reason: str
    evidence: tuple[str, ...]
    amount_fen: int
    certificates: int
    issued_at: datetime
    statement_until: datetime
    due_on: date
    items: tuple[NoticedItem, ...]
    basis: tuple[Cited, ...]
    terms: tuple[NoticedTerm, ...]


def notice_of(
    recovery: Recovery, items: Iterable[RecoveryItem], policy: Policy, *, debtor: Named
) -> NoticeContent:
    """What the notice of a recovery says, as it was issued, whatever became of it since; raises NoNotice."""
    notice = recovery.issued
    day = notice.at.astimezone(SHANGHAI).date()
    return NoticeContent(
        recovery_id=recovery.id,
        number=notice.number,
        organ=Named(code=recovery.organ, name=policy.organ(recovery.organ).office),
        debtor=debtor,
        line=Named(code=recovery.line.value, name=LINE_NAMES[recovery.line][0]),
        cause=Named(code=recovery.cause.value, name=recovery.cause.zh),
        reason=recovery.reason,
        evidence=recovery.evidence,
        amount_fen=int(notice.amount),
        certificates=notice.certificates,
        issued_at=notice.at,
        statement_until=notice.statement_until,
        due_on=notice.due_on,
        items=tuple(map(_noticed, items)),
        basis=tuple(_cited(clause, policy) for clause in recovery.basis),
        terms=tuple(_terms(policy, day)),
    )


def _noticed(item: RecoveryItem) -> NoticedItem:
    return NoticedItem(
        certificate_number=str(item.certificate_number),
        level=Named(code=str(int(item.level)), name=item.level.title),
        paid_fen=int(item.paid),
        due_fen=int(item.due),
        reason=item.reason,
    )


def _cited(clause: str, policy: Policy) -> Cited:
    said = policy.clause(clause)
    document = policy.document(said.document)
    return Cited(clause=clause, text=said.zh, document=document.title, number=document.number)


def _terms(policy: Policy, on: date) -> Iterator[NoticedTerm]:
    for key, name in _TERMS.items():
        parameter = policy.parameter(key, on)
        status = Named(code=parameter.status.value, name=parameter.status.zh)
        yield NoticedTerm(
            name=name,
            working_days=policy.days(key, on),
            status=status,
            document=policy.document(parameter.source).title,
        )

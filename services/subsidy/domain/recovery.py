"""追回: subsidy money that has to come back from whoever it was paid to, from the proposal to the last fen."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.subsidy.domain.recovery_faults import (
    NoNotice,
    NotFinal,
    NoWriteOffProposed,
    OffsetUnderway,
    OverPaid,
    RecoveryOutOfTurn,
    StatementClosed,
    StatementUnanswered,
)
from services.subsidy.domain.recovery_terms import (
    BASIS,
    Answer,
    Cause,
    Debtor,
    Notice,
    Proposal,
    RecoveryState,
    Statement,
)
from services.subsidy.domain.refusals import NotTheHandlingOrgan, SamePerson
from shared.clock import SHANGHAI
from shared.policy import MoneyLine, Policy
from shared.values import Fen

_REPAID = (RecoveryState.NOTICED, RecoveryState.DUE)


@dataclass(eq=False, kw_only=True)
class Recovery:
    """What one debtor has to pay back to one organ on one line for one cause.

    `due` is what its items come to, of which `recovered` came back and `written_off` was given up; `reserved` stands
    in payment orders the bank has not spoken on. Sums are Fen, so none of them is ever negative. `stopped` counts
    the items that were left out before they were paid.
    """

    id: UUID
    organ: str
    debtor: Debtor
    line: MoneyLine
    cause: Cause
    reason: str
    evidence: tuple[str, ...]
    opened_by: str
    opened_at: datetime
    state: RecoveryState = RecoveryState.PROPOSED
    certificates: int = 0
    stopped: int = 0
    due: Fen = Fen(0)  # noqa: RUF009 — an immutable number
    recovered: Fen = Fen(0)  # noqa: RUF009 — as above
    written_off: Fen = Fen(0)  # noqa: RUF009 — as above
    reserved: Fen = Fen(0)  # noqa: RUF009 — as above
    notice: Notice | None = None
    statement: Statement | None = None
    answer: Answer | None = None
    proposal: Proposal | None = None
    overdue_since: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    closed_for: str = ""
    version: int = 0

    @property
    def basis(self) -> tuple[str, ...]:
        return BASIS[self.cause]

    @property
    def remaining(self) -> Fen:
        """What is still to come back."""
        return Fen(self.due - self.recovered - self.written_off)

    @property
    def free(self) -> Fen:
        """What of it stands in no payment order."""
        return Fen(self.remaining - self.reserved)

    @property
    def freezes(self) -> bool:
        """Whether what the debtor is still to be paid is held back: while fraud is looked into."""
        return self.cause is Cause.FRAUD and self.state in (RecoveryState.PROPOSED, RecoveryState.NOTICED)

    def add(self, amount: Fen) -> None:
        """One more item, before the notice; raises RecoveryOutOfTurn."""
        self.expect(RecoveryState.PROPOSED)
        self.certificates += 1
        self.due = Fen(self.due + amount)

    def close_stopped(self, *, at: datetime) -> None:
        """Nothing of it had been paid yet: what was stopped needs no recovery."""
        self.expect(RecoveryState.PROPOSED)
        self._close(RecoveryState.STOPPED, by=self.opened_by, at=at)

    def notify(self, number: str, policy: Policy, *, by: str, at: datetime) -> Notice:
        """发出通知: the terms begin to run; raises RecoveryOutOfTurn."""
        self.expect(RecoveryState.PROPOSED)
        today = at.astimezone(SHANGHAI).date()
        self.notice = Notice(
            number=number,
            by=by,
            at=at,
            statement_until=policy.calendar.deadline(at, policy.days("subsidy.statement_days", today)),
            due_on=_due_on(policy, today),
            amount=self.due,
            certificates=self.certificates,
        )
        self.state = RecoveryState.NOTICED
        return self.notice

    def cancel(self, reason: str, *, by: str, at: datetime) -> None:
        """撤销, before the notice only; raises RecoveryOutOfTurn."""
        self.expect(RecoveryState.PROPOSED)
        self._close(RecoveryState.CANCELLED, by=by, at=at, reason=reason)

    def state_case(self, statement: Statement) -> None:
        """陈述申辩, once, until its term ends and while nothing came back; raises StatementClosed."""
        if self.state is not RecoveryState.NOTICED or statement.at > self.issued.statement_until:
            raise StatementClosed(self.state.label)
        if self.statement is not None or self.recovered:
            raise StatementClosed
        self.statement = statement

    def check_unanswered(self) -> None:
        """Raises RecoveryOutOfTurn unless a statement waits for its answer."""
        if self.statement is None or self.answer is not None:
            raise RecoveryOutOfTurn("没有待答复的陈述申辩 · no statement waits for an answer")

    def let_go(self, amount: Fen) -> None:
        """One of its items need not come back."""
        self.certificates -= 1
        self.due = Fen(self.due - amount)

    def conclude_statement(self, answer: Answer, policy: Policy) -> date:
        """The answer is given: what remains is final and its term runs anew, until the day returned.

        With nothing left the notice is withdrawn.
        """
        self.answer = answer
        self.state = RecoveryState.DUE
        if not self.due:
            self._close(RecoveryState.CANCELLED, by=answer.by, at=answer.at, reason=answer.text)
        return _due_on(policy, answer.at.astimezone(SHANGHAI).date())

    def become_final(self, *, at: datetime) -> bool:
        """生效: the debtor's term ended and nothing was said; False when it is not so, or was so already."""
        if self.state is not RecoveryState.NOTICED or self.statement or at <= self.issued.statement_until:
            return False
        self.state = RecoveryState.DUE
        return True

    def accept(self) -> None:
        """Whoever repays or agrees on instalments accepts the notice: it is final from now on.

        Raises RecoveryOutOfTurn before the notice and after the end, StatementUnanswered.
        """
        self.expect(*_REPAID)
        if self.statement is not None and self.answer is None:
            raise StatementUnanswered
        self.state = RecoveryState.DUE

    def take(self, amount: Fen, *, by: str, at: datetime) -> None:
        """退款: money came in; raises what `accept` raises, or OverPaid."""
        self.accept()
        if amount > self.free:
            underway = f"，其中 {self.reserved.yuan} 元正在抵扣" if self.reserved else ""
            raise OverPaid(
                f"应退余额 {self.remaining.yuan} 元{underway} · {self.free.yuan} yuan can still be repaid",
                extra={"remaining_fen": int(self.remaining), "reserved_fen": int(self.reserved)},
            )
        self.recovered = Fen(self.recovered + amount)
        self._settle_if_done(by=by, at=at)

    def reserve(self, most: Fen) -> Fen:
        """抵扣: hold as much as this of what is final for a payment order; what was held."""
        held = Fen(min(most, self.free)) if self.state is RecoveryState.DUE else Fen(0)
        self.reserved = Fen(self.reserved + held)
        return held

    def release(self, held: Fen) -> None:
        """The order is not paid: what it held is due as before."""
        self.reserved = Fen(self.reserved - held)

    def offset(self, held: Fen, *, by: str, at: datetime) -> None:
        """The order is paid: what it held has come back."""
        self.release(held)
        self.recovered = Fen(self.recovered + held)
        self._settle_if_done(by=by, at=at)

    def propose_write_off(self, proposal: Proposal) -> None:
        """提出核销, of what is final; raises RecoveryOutOfTurn or NotFinal."""
        self._expect_final()
        self.proposal = proposal

    def drop_proposal(self) -> None:
        """不予核销: it stays due; raises NoWriteOffProposed."""
        if self.proposal is None or self.state is not RecoveryState.DUE:
            raise NoWriteOffProposed
        self.proposal = None

    def write_off(self, *, by: str, at: datetime) -> Fen:
        """核销, by another person than the one who proposed it; what was given up.

        Raises RecoveryOutOfTurn, NoWriteOffProposed, SamePerson or OffsetUnderway.
        """
        self._expect_final()
        if self.proposal is None:
            raise NoWriteOffProposed
        if self.proposal.by == by:
            raise SamePerson("提出与核定核销须由不同人员办理 · Whoever proposed it may not confirm it")
        if self.reserved:
            raise OffsetUnderway(f"{self.reserved.yuan} 元 · {self.reserved.yuan} yuan")
        given_up = self.remaining
        self.written_off = Fen(self.written_off + given_up)
        self._close(RecoveryState.WRITTEN_OFF, by=by, at=at, reason=self.proposal.reason)
        return given_up

    @property
    def issued(self) -> Notice:
        """The notice; raises NoNotice."""
        if self.notice is None:
            raise NoNotice
        return self.notice

    def check_handled_by(self, organ: str, policy: Policy) -> None:
        """Raises NotTheHandlingOrgan unless it is the recovery's own organ or one above it (N2.0)."""
        if not organ or self.organ not in policy.territory(organ):
            raise NotTheHandlingOrgan(f"由 {self.organ} 经办 · {self.organ} handles it", basis=("N2.0",))

    def expect(self, *states: RecoveryState) -> None:
        if self.state not in states:
            wanted = " / ".join(state.label for state in states)
            raise RecoveryOutOfTurn(f"当前为 {self.state.label}，须为 {wanted} · it is {self.state}")

    def _expect_final(self) -> None:
        if self.state is RecoveryState.NOTICED:
            raise NotFinal(f"至 · until {self.issued.statement_until:%Y-%m-%d}")
        self.expect(RecoveryState.DUE)

    def _settle_if_done(self, *, by: str, at: datetime) -> None:
        if not self.remaining:
            self.proposal = None
            self._close(RecoveryState.SETTLED, by=by, at=at)

    def _close(self, state: RecoveryState, *, by: str, at: datetime, reason: str = "") -> None:
        self.state, self.overdue_since = state, None
        self.closed_by, self.closed_at, self.closed_for = by, at, reason


def _due_on(policy: Policy, today: date) -> date:
    return policy.calendar.add_working_days(today, policy.days("subsidy.recover_days", today))

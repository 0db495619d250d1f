"""What supervision knows of an institution on record: its own copy, fed by announcements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.supervision.domain.refusals import (
    EvaluationSuspended,
    NoLongerOnRecord,
    NotTheSupervisingOrgan,
    OutsideScope,
    OutsideValidity,
)
from services.supervision.domain.terms import Standing
from shared.contracts.scope import DatedScope, ScopeItem, scope_on
from shared.policy import Audience, Policy
from shared.values import Uscc


@dataclass(eq=False, kw_only=True)
class SupervisedInstitution:
    """An institution on record, whoever filed it, and what was paid on its certificates, and came back of it (fen).

    `scope` is the latest announced; `versions` tell what it may evaluate on which day, and are empty until
    that changes. `joint` are the clauses by which the responsible organ supervises it together with the province: none
    where the province has not filed it.
    """

    id: UUID
    name: str
    uscc: Uscc
    organ: str
    audience: Audience
    scope: tuple[ScopeItem, ...]
    valid_from: date
    valid_until: date
    standing: Standing = Standing.ACTIVE
    paid_certificates: int = 0
    paid_fen: int = 0
    recovered_fen: int = 0
    revoked_certificates: int = 0
    versions: tuple[DatedScope, ...] = ()
    number: str = ""
    joint: tuple[str, ...] = ()
    version: int = 0

    def rescope(self, scope: tuple[ScopeItem, ...], *, since: date) -> None:
        """It may evaluate this from a day on."""
        before = self.versions or (DatedScope(valid_from=self.valid_from, items=self.scope),)
        self.versions = (*before, DatedScope(valid_from=since, items=scope))
        self.scope = scope

    def scope_on(self, day: date) -> tuple[ScopeItem, ...]:
        """What it is on record for on a day (N3.6)."""
        return scope_on(self.versions, day) if self.versions else self.scope

    def note_paid(self, *, certificates: int, amount_fen: int) -> None:
        """More of its certificates were paid for; what draws money is looked at more often."""
        self.paid_certificates += certificates
        self.paid_fen += amount_fen

    def note_recovered(self, amount_fen: int) -> None:
        """So much came back; it weighs in a sample as before, since money that had to come back is reason to look."""
        self.recovered_fen += amount_fen

    @property
    def kept_fen(self) -> int:
        """What was paid and did not come back. Of a claim and of its recovery one may be heard of before the other."""
        return max(self.paid_fen - self.recovered_fen, 0)

    def note_revoked(self) -> None:
        """The province revoked one of its certificates: something to look at."""
        self.revoked_certificates += 1

    def check_may_evaluate(self, item: ScopeItem, audience: Audience, *, on: date) -> None:
        """Raises EvaluationSuspended (N3.3), NoLongerOnRecord, OutsideValidity, or OutsideScope for others (N3.6)."""
        if self.standing is Standing.SUSPENDED:
            raise EvaluationSuspended(basis=("N3.3",))
        if self.standing is not Standing.ACTIVE:
            raise NoLongerOnRecord(self.standing.value)
        if not self.valid_from <= on <= self.valid_until:
            raise OutsideValidity(f"有效期 {self.valid_from} – {self.valid_until} · in force then only")
        if audience is not self.audience:
            raise OutsideScope(f"评价对象为{self.audience.label} · is its audience", basis=("N3.6",))
        if item not in self.scope_on(on):
            raise OutsideScope(
                f"{item.occupation}{item.work_type} {item.level.title} 未核定 · is not in its scope",
                basis=("N3.6",),
            )


def check_supervises(policy: Policy, *, officer: str, organ: str) -> None:
    """The officer's organ must be the institution's or stand above it (N2.0); raises NotTheSupervisingOrgan."""
    if not officer or organ not in policy.territory(officer):
        raise NotTheSupervisingOrgan(f"由 {organ} 属地管理 · {organ} is responsible for it", basis=("N2.0",))


class SupervisedInstitutions(Protocol):
    """The local copy of the register; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> SupervisedInstitution: ...

    def add(self, aggregate: SupervisedInstitution) -> None: ...

    async def known(self, key: UUID) -> SupervisedInstitution | None: ...

    async def of_uscc(self, uscc: Uscc) -> Sequence[SupervisedInstitution]: ...

    async def in_force(self, *, on: date) -> Sequence[SupervisedInstitution]: ...

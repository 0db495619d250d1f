"""The port through which facts from elsewhere come: what is known, what is waited for, and who is to be asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.fact import MONTHLY, Fact, FactSheet
from services.subsidy.domain.terms import AnyNumber
from shared.values import Uscc


@dataclass(eq=False, kw_only=True)
class KeptFact:
    """A fact about a person, found by the blind index of their number. It is never changed: a later one counts more.

    `employer` is empty unless the fact is about who somebody works for. Facts have no organ, like entitlements: a
    person who changes districts is still one person, and nothing here names one.
    """

    id: UUID
    holder_index: bytes
    employer: str
    fact: Fact
    version: int = 0


@dataclass(eq=False, kw_only=True)
class FactWait:
    """A claim waits for facts about the holder of one certificate; `uscc` is the employer's who claims, if one does.

    `asked_at` is when the province was last asked, `told_at` when something new became known since the claim last
    looked; it ends when the claim no longer waits.
    """

    id: UUID
    claim_id: UUID
    organ: str
    uscc: Uscc | None
    certificate_number: AnyNumber
    holder_index: bytes
    since: datetime
    asked_at: datetime | None = None
    told_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0

    def asked(self, at: datetime) -> None:
        self.asked_at = at

    def told(self, at: datetime) -> None:
        """Something new is known about the holder."""
        self.told_at = at


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A certificate for which somebody waits, and what the question about it needs."""

    wait: FactWait
    issued_on: date
    evaluated_on: date

    @property
    def month(self) -> date:
        """The first of the month of issue."""
        return self.issued_on.replace(day=1)


def answers(fact: Fact, *, issued_on: date, evaluated_on: date, on: date) -> bool:
    """Whether a fact counts for a certificate, in a claim of the day `on`.

    Insurance counts in the month of issue; a tie, drawing a pension and being enrolled from the month of evaluation
    until the claim (assumed: no document names the day).
    """
    if fact.kind in MONTHLY:
        return fact.about == issued_on.replace(day=1)
    return evaluated_on.replace(day=1) <= fact.about <= on


class Facts(Protocol):
    """What is known, from whichever source. Nothing is guessed: what nobody told is not on the sheet."""

    def add(self, aggregate: KeptFact) -> None: ...

    async def known_of(
        self, holders: Collection[bytes], claimant: Uscc | None
    ) -> Mapping[bytes, Sequence[Fact]]:
        """What is known of each of whom anything is; of ties, those to this claimant alone."""
        ...

    async def sheet_for(
        self, certificates: Sequence[Certificate], claimant: Uscc | None, on: date
    ) -> Mapping[AnyNumber, FactSheet]:
        """What is known about the holder of each, as far as it answers for a claim of the day `on` by this claimant."""
        ...


class FactWaits(Protocol):
    """Which claims wait for facts; only those within the caller's reach exist for it."""

    async def of_claim(self, claim_id: UUID) -> Sequence[FactWait]: ...

    async def of_holders(self, holders: Collection[bytes]) -> Sequence[FactWait]: ...

    async def begin(self, waits: Sequence[FactWait]) -> None: ...

    async def end(self, claim_id: UUID, numbers: Collection[AnyNumber] | None, *, at: datetime) -> None: ...

    async def looked(self, claim_id: UUID) -> None: ...

    async def to_ask(self, *, asked_before: datetime, most: int) -> Sequence[Waiting]: ...

    async def count_to_ask(self, *, asked_before: datetime) -> int: ...

    async def told_claims(self) -> Sequence[tuple[UUID, int]]: ...

"""The port through which facts from elsewhere come: what is known, what is waited for, and who is to be asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.fact import Fact, FactSheet
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
    """A claim waits for facts about the holder of one certificate.

    `asked_at` is when the province was last asked, `told_at` when something new became known since the claim last
    looked; it ends when the claim no longer waits.
    """

    id: UUID
    claim_id: UUID
    organ: str
    uscc: Uscc
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

    def looked(self) -> None:
        """The claim was decided again with what was known."""
        self.told_at = None

    def end(self, at: datetime) -> None:
        self.ended_at = at


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


class Facts(Protocol):
    """What is known, from whichever source. Nothing is guessed: what nobody told is not on the sheet."""

    def add(self, aggregate: KeptFact) -> None: ...

    async def sheet_for(
        self, certificates: Sequence[Certificate], claimant: Uscc | None, on: date
    ) -> Mapping[AnyNumber, FactSheet]:
        """What is known about the holder of each, for a claim of the day `on` by this claimant.

        Insurance counts in the month of issue; the tie to this claimant alone, drawing a pension and being enrolled from
        the month of evaluation until the claim (assumed: no document names the day).
        """
        ...


class FactWaits(Protocol):
    """Which claims wait for facts; only those within the caller's reach exist for it."""

    def add(self, aggregate: FactWait) -> None: ...

    async def of_claim(self, claim_id: UUID) -> Sequence[FactWait]: ...

    async def of_holders(self, holders: Collection[bytes]) -> Sequence[FactWait]: ...

    async def to_ask(self, *, asked_before: datetime, most: int) -> Sequence[Waiting]: ...

    async def count_to_ask(self, *, asked_before: datetime) -> int: ...

    async def told_claims(self) -> Sequence[UUID]: ...

"""影响测算: what a release would change, over items whose inputs are kept, before anybody decides by it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.subsidy.domain.decision import Decision, Tariff
from services.subsidy.domain.fact import FactSheet
from services.subsidy.domain.inputs import Asked, restore
from services.subsidy.domain.item import Item
from services.subsidy.domain.terms import AnyNumber, CertificateFacts, Claiming, History, Lot, Outcome
from shared.policy import MoneyLine, Policy
from shared.policy.terms import Term
from shared.values import Level

MOST_EXAMPLES = 100
_CLAIMS_AT_HAND = 50


class Effect(Term):
    """影响: what becomes of one item."""

    NEWLY_PAYABLE = "newly_payable", "由不发转为发放", "Newly payable"
    NEWLY_REFUSED = "newly_refused", "由发放转为不发", "Newly refused"
    MORE = "more", "增加", "More"
    LESS = "less", "减少", "Less"
    UNCHANGED = "unchanged", "不变", "Unchanged"


@dataclass(frozen=True, kw_only=True)
class Considered:
    """An item that was decided: where it counts, what it was decided from, and a checksum of how it stands."""

    id: UUID
    claim_id: UUID
    certificate_id: UUID
    certificate_number: AnyNumber
    organ: str
    line: MoneyLine
    family: str
    level: Level
    inputs: str
    marks: tuple[int, int]


@dataclass
class Figures:
    """So many items, what they come to before and after, and how many fare how."""

    items: int = 0
    before_fen: int = 0
    after_fen: int = 0
    effects: dict[Effect, int] = field(default_factory=lambda: dict.fromkeys(Effect, 0))

    def count(self, effect: Effect, before: int, after: int) -> None:
        self.items += 1
        self.before_fen += before
        self.after_fen += after
        self.effects[effect] += 1

    def plus(self, told: Mapping[str, Any]) -> None:
        """Add what was told of other items."""
        self.items += told["items"]
        self.before_fen += told["before_fen"]
        self.after_fen += told["after_fen"]
        for effect in Effect:
            self.effects[effect] += told[effect.value]

    @property
    def told(self) -> dict[str, Any]:
        return {
            "items": self.items,
            "before_fen": self.before_fen,
            "after_fen": self.after_fen,
            **{effect.value: count for effect, count in self.effects.items()},
        }


@dataclass(frozen=True, kw_only=True)
class Example:
    """One item that would fare otherwise."""

    item: Considered
    effect: Effect
    before_fen: int
    after_fen: int


class Impact:
    """Counts what items would come to by a policy with the release and by the same without it."""

    def __init__(self, before: Policy, after: Policy, *, known_on: date) -> None:
        self._policies = before, after
        self._known_on = known_on
        self._tariffs: dict[Claiming, tuple[Tariff, Tariff]] = {}
        self._lots: dict[bytes, Lot] = {}
        self.total = Figures()
        self._by: defaultdict[tuple[str, str], Figures] = defaultdict(Figures)
        self.examples: list[Example] = []

    def add(self, items: Iterable[Considered]) -> None:
        for item in items:
            self._add(item)

    def _add(self, item: Considered) -> None:
        before, after = self._decided(item)
        effect = effect_of(before, after)
        for figures in (
            self.total,
            self._by["line", item.line.value],
            self._by["level", str(int(item.level))],
            self._by["occupation", item.family],
            self._by["organ", item.organ],
        ):
            figures.count(effect, int(before.amount), int(after.amount))
        if effect is not Effect.UNCHANGED and len(self.examples) < MOST_EXAMPLES:
            self.examples.append(
                Example(item=item, effect=effect, before_fen=int(before.amount), after_fen=int(after.amount))
            )

    def _decided(self, item: Considered) -> tuple[Decision, Decision]:
        kept = restore(item.inputs.encode())
        tariffs = self._tariffs.get(kept.claim)
        if tariffs is None:
            self._forget()
            made = tuple(Tariff(each, kept.claim, known_on=self._known_on) for each in self._policies)
            tariffs = self._tariffs[kept.claim] = (made[0], made[1])
        # Equal lots are made one, so that each is judged once.
        written = Asked(kept.claim, kept.certificate.lot, self._known_on).written
        lot = self._lots.setdefault(written, kept.certificate.lot)
        certificate = CertificateFacts(kept.certificate.number, lot)
        history, facts = History(kept.history), FactSheet(kept.facts)
        first, second = (tariff.decide(certificate, history, facts) for tariff in tariffs)
        return first, second

    def _forget(self) -> None:
        """Items come claim by claim, so what was worked out for claims long past is not needed again."""
        if len(self._tariffs) >= _CLAIMS_AT_HAND:
            self._tariffs.clear()
            self._lots.clear()

    @property
    def told(self) -> dict[str, Any]:
        """Totals in fen: of all, and by line, level, occupation and organ."""
        rows = [
            {"by": dimension, "key": key, **figures.told}
            for (dimension, key), figures in sorted(self._by.items())
        ]
        return {"total": self.total.told, "rows": rows}


def effect_of(before: Decision, after: Decision) -> Effect:
    paid = before.outcome is Outcome.PAYABLE, after.outcome is Outcome.PAYABLE
    if paid == (False, True):
        return Effect.NEWLY_PAYABLE
    if paid == (True, False):
        return Effect.NEWLY_REFUSED
    if before.amount == after.amount:
        return Effect.UNCHANGED
    return Effect.MORE if after.amount > before.amount else Effect.LESS


class Decided(Protocol):
    """What was decided in all claims, to be read; only those within the caller's reach exist for it."""

    async def of_certificate(self, number: AnyNumber) -> Sequence[Item]: ...

    async def considered(
        self, *, since: datetime, after: UUID | None, until: UUID | None = None, most: int
    ) -> Sequence[Considered]: ...

    async def count_considered(self, *, since: datetime) -> int: ...

    async def state_of_data(self, *, since: datetime) -> str: ...

    async def undecided(self) -> int: ...

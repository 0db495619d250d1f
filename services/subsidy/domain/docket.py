"""案卷: certificates decided together, in columns: each class of equal inputs is judged once, for all that are in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import eq
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.assessment import Candidate, ClaimItem, assess_person
from services.subsidy.domain.certificate import Issue
from services.subsidy.domain.decision import Tariff
from services.subsidy.domain.fact import FactSheet
from services.subsidy.domain.inputs import Known
from services.subsidy.domain.item import Tally
from services.subsidy.domain.terms import (
    EMPTY_HISTORY,
    FIRST_PLACE,
    AnyNumber,
    CertificateFacts,
    Grant,
    History,
    Lot,
    Outcome,
)
from services.subsidy.domain.verdict import Decision, Verdict
from shared.values import Fen, parse_certificate_number


@dataclass(frozen=True, kw_only=True)
class Docket:
    """Certificates about to be decided: each has one place in every column, and each person's stand together.

    `lots` and `sheets` are all that there are; `lot` and `sheet` say which of them each certificate has. `held` is what
    was granted before to those holders to whom anything was.
    """

    numbers: Sequence[str]
    holders: Sequence[bytes]
    lot: Sequence[int]
    sheet: Sequence[int]
    lots: Sequence[Lot]
    sheets: Sequence[FactSheet]
    held: Mapping[bytes, History]

    def number(self, place: int) -> AnyNumber:
        return parse_certificate_number(self.numbers[place])

    def candidate(self, place: int) -> Candidate:
        return Candidate(
            certificate=CertificateFacts(self.number(place), self.lots[self.lot[place]]),
            holder_index=self.holders[place],
            facts=self.sheets[self.sheet[place]],
        )


@dataclass(frozen=True, kw_only=True)
class Rulings:
    """The verdict on each place of a docket. `in_turn` are those that were decided after what their holders had before."""

    docket: Docket
    verdicts: Sequence[Verdict]
    in_turn: Mapping[int, ClaimItem]

    def history(self, place: int) -> History:
        """What the holder had been granted when this one's turn came."""
        item = self.in_turn.get(place)
        inputs = item.decision.inputs if item else None
        return inputs.history if inputs else EMPTY_HISTORY

    @property
    def known(self) -> Sequence[bytes]:
        """What was known of each when it was decided, as it is kept: the same bytes for all of whom it is the same."""
        sheets = self.docket.sheets
        alone = [Known(EMPTY_HISTORY, sheet).written for sheet in sheets]
        column = [alone[sheet] for sheet in self.docket.sheet]
        for place in self.in_turn:
            column[place] = Known(self.history(place), sheets[self.docket.sheet[place]]).written
        return column

    def decision(self, place: int, tariff: Tariff) -> Decision:
        """The whole decision on one place, as if it had been decided alone."""
        candidate = self.docket.candidate(place)
        certificate = candidate.certificate
        person = certificate.number, self.history(place), candidate.facts
        return Decision(self.verdicts[place], tariff.asked(certificate.lot), person)

    @property
    def granted(self) -> Iterator[tuple[int, int]]:
        """Every place that is paid, with the place of the year that it takes up."""
        for place, verdict in enumerate(self.verdicts):
            if verdict.outcome is Outcome.PAYABLE:
                item = self.in_turn.get(place)
                yield place, item.grant.place if item and item.grant else FIRST_PLACE

    def granted_to_last(self, tariff: Tariff) -> tuple[Grant, ...]:
        """What the person whose certificates stand last is granted here."""
        docket, place, grants = self.docket, len(self.verdicts) - 1, list[Grant]()
        while place >= 0 and docket.holders[place] == docket.holders[-1]:
            item = self.in_turn.get(place)
            if item is None:
                (item,) = assess_person([docket.candidate(place)], EMPTY_HISTORY, tariff)
            grants += [item.grant] if item.grant else []
            place -= 1
        return tuple(grants)

    @property
    def pending(self) -> Sequence[int]:
        """The places that wait for facts."""
        return [place for place, each in enumerate(self.verdicts) if each.outcome is Outcome.PENDING]

    @property
    def tally(self) -> Tally:
        """What these come to by themselves."""
        told = {id(each): each for each in self.verdicts}
        found = [(told[key], count) for key, count in Counter(map(id, self.verdicts)).items()]
        paid = [(each, count) for each, count in found if each.outcome is Outcome.PAYABLE]
        return Tally(
            certificates=len(self.verdicts),
            pending=sum(count for each, count in found if each.outcome is Outcome.PENDING),
            payable=sum(count for _, count in paid),
            total=Fen(sum(each.amount * count for each, count in paid)),
            basis=tuple(sorted({clause for each, _ in paid for clause in each.basis})),
        )


class _Classes(dict[tuple[int, int], Verdict]):
    """The verdict on each class, a lot and a sheet of facts: judged when the first certificate of it is met."""

    def __init__(self, docket: Docket, tariff: Tariff) -> None:
        super().__init__()
        self._docket = docket
        self._tariff = tariff

    def __missing__(self, key: tuple[int, int]) -> Verdict:
        lot, sheet = key
        verdict = self._tariff.verdict(self._docket.lots[lot], self._docket.sheets[sheet].signature)
        self[key] = verdict
        return verdict


def rule(docket: Docket, tariff: Tariff) -> Rulings:
    """Decide about all of a docket: a person with one certificate and nothing before it has the verdict of the class.

    Whoever has several here, or was granted anything before, is decided for one certificate after the other.
    """
    classes = _Classes(docket, tariff)
    verdicts = list(map(classes.__getitem__, zip(docket.lot, docket.sheet, strict=True)))
    in_turn: dict[int, ClaimItem] = {}
    for places in _in_turn(docket):
        candidates = {docket.numbers[place]: docket.candidate(place) for place in places}
        of_number = dict(zip(candidates, places, strict=True))
        history = docket.held.get(docket.holders[places[0]], EMPTY_HISTORY)
        for item in assess_person(list(candidates.values()), history, tariff):
            place = of_number[item.certificate_number]
            in_turn[place], verdicts[place] = item, item.decision.verdict
    return Rulings(docket=docket, verdicts=verdicts, in_turn=in_turn)


def _in_turn(docket: Docket) -> Iterator[range]:
    """The places of each person that are decided one after the other."""
    holders = docket.holders
    met: set[int] = set()
    same = bytes(map(eq, holders, islice(holders, 1, None)))
    start = same.find(1)
    while start >= 0:
        end = same.find(0, start)
        end = len(same) if end < 0 else end
        places = range(start, end + 1)
        met.update(places)
        yield places
        start = same.find(1, end)
    if docket.held:
        for place, holder in enumerate(holders):
            if holder in docket.held and place not in met:
                yield range(place, place + 1)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Items of a claim as they stand on record, in their turns: a column for each thing that deciding needs.

    `issues` are all that there are; `issue` says which of them each item has.
    """

    turns: Sequence[int]
    numbers: Sequence[str]
    holders: Sequence[bytes]
    employments: Sequence[str]
    issue: Sequence[int]
    issues: Sequence[Issue]


class Dockets(Protocol):
    """Reads and writes what is decided about many items at once, in few statements and without an object for each."""

    async def listed(self, claim_id: UUID, turns: Sequence[int]) -> Listed: ...

    async def note(
        self, claim_id: UUID, turns: Sequence[int], rulings: Rulings, tariff: Tariff, *, at: datetime
    ) -> None: ...

    async def with_news(self, claim_id: UUID, *, most: int) -> Sequence[int]: ...

"""Certificates that nobody holds, as many as are asked for and always the same: whole for us, a few columns for peers.

They come claim by claim, ten thousand to a claim, each claim by another institution for its own staff.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import product
from typing import NamedTuple
from uuid import UUID

from services.subsidy.domain.docket import Docket
from services.subsidy.domain.fact import Fact, FactKind, FactSheet, Tie
from services.subsidy.domain.terms import Claiming, Evaluator, Lot, Validity
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, MoneyLine, Policy, months_after
from shared.values import Edition, Occupation, OccupationCode

SCHEMA = "subsidy"
AT_ONCE = 50
"""Claims of one certificate at the same moment."""
CLAIM_SIZE = 10_000
CLAIMED_ON = date(2024, 6, 3)
LEARNT = datetime(2024, 6, 1, 8, tzinfo=UTC)
LINE = MoneyLine.TRAINING
CLASSES = ("A", "B", "C")
TIES = (Tie.EMPLOYEE, Tie.NONE)
"""What is known of the holders, by the number of its sheet."""

_EDITION = Edition("2015")
_OCCUPATIONS = (
    *("6-18-01-01", "6-18-01-02", "6-20-03-01", "6-25-02-05", "6-31-01-10", "6-30-99-00"),
    *("4-01-02-02", "4-02-06-03", "4-04-05-05", "4-03-02-01", "4-10-01-05", "4-10-01-06"),
)
# The last one is too long ago to be claimed for.
_ISSUED = (date(2024, 3, 4), date(2024, 1, 22), date(2023, 12, 11), date(2023, 9, 4), date(2023, 3, 1))
_VALID_FROM, _VALID_UNTIL = date(2021, 3, 1), date(2027, 2, 28)
_UNVERIFIED_EVERY = 17  # kinds, more or less
_NOT_STAFF_EVERY = 53  # people
_TWICE_EVERY = 40  # people who hold a second certificate of the same kind
_STEPS = (0, 4, 8)  # from one occupation of an institution to the next
_BEFORE_ISSUE = timedelta(days=14)
_MIX, _MASK = 0x9E3779B97F4A7C15, 2**64 - 1


class Plain(NamedTuple):
    """What a peer is told of one certificate: all that it would have to look up is looked up for it."""

    rate_class: int
    level: int
    listed: bool
    in_window: bool
    verified: bool
    employed: bool
    first: bool


@dataclass(frozen=True)
class Columns:
    """The certificates as a peer has them: one byte of each for each column, in their order."""

    rate_class: bytes
    level: bytes
    listed: bytes
    in_window: bytes
    verified: bytes
    employed: bytes
    first: bytes


@dataclass(frozen=True)
class _Kind:
    """What the certificates of one lot in every claim have in common."""

    item: ScopeItem
    issued_on: date
    verified: bool
    listed: bool
    in_window: bool
    rate_class: int
    fen: int


@dataclass(frozen=True)
class Batch:
    """One institution's claim for its own staff; every person's certificates stand together."""

    claiming: Claiming
    by: Evaluator
    docket: Docket


class Cohort:
    """So many certificates by one policy."""

    def __init__(self, policy: Policy, count: int) -> None:
        self.policy = policy
        self.count = count
        self._kinds = tuple(_kinds(policy))

    def claims(self) -> Iterator["Batch"]:
        """Claim by claim, each made when somebody reads it."""
        for start in range(0, self.count, CLAIM_SIZE):
            yield self._batch(
                UUID(int=start // CLAIM_SIZE + 1), range(start, min(start + CLAIM_SIZE, self.count))
            )

    def columns(self) -> Columns:
        rows = (self._plain(place) for place in range(self.count))
        return Columns(*(bytes(column) for column in zip(*rows, strict=True)))

    def rates(self) -> list[tuple[int, int, int]]:
        """Class (0 is A), level and fen; raises ValueError where an amount changed within the months of issue."""
        found: dict[tuple[int, int], int] = {}
        for each in self._kinds:
            if found.setdefault((each.rate_class, int(each.item.level)), each.fen) != each.fen:
                raise ValueError("标准在核发月份间有变 · the amounts changed between the months of issue")
        return [(*place, fen) for place, fen in sorted(found.items())]

    def uplift(self) -> tuple[int, int]:
        """Per cent, and the lowest level that is raised (5 is the lowest there is); raises ValueError without one."""
        uplift = self.policy.uplift(LINE, CLAIMED_ON, known_on=CLAIMED_ON)
        if uplift is None:
            raise ValueError("没有上浮规定 · there is no uplift")
        return uplift.percent, max(int(level) for level in uplift.levels)

    def _batch(self, institution: UUID, places: range) -> "Batch":
        kinds = self._kinds_of(institution.int)
        by = _evaluator(institution, kinds)
        lots = [_lot(each, by) for each in kinds]
        people = [_person(place) for place in places]
        lot = array("H", (_mixed(person) % len(lots) for person in people))
        return Batch(
            claiming=Claiming(line=LINE, claimant_id=institution, on=CLAIMED_ON),
            by=by,
            docket=Docket(
                numbers=[
                    f"{lots[each].head}{place % CLAIM_SIZE + 1:06d}"
                    for place, each in zip(places, lot, strict=True)
                ],
                holders=[sha256(person.to_bytes(8, "big")).digest() for person in people],
                lot=lot,
                sheet=bytes(not _is_staff(person) for person in people),
                lots=lots,
                sheets=[FactSheet((_learnt(tie),)) for tie in TIES],
                held={},
            ),
        )

    @cache  # noqa: B019 — a cohort lives as long as its process
    def _kinds_of(self, institution: int) -> tuple[_Kind, ...]:
        """What an institution evaluates: three occupations, on the days of issue there are."""
        own = {_OCCUPATIONS[(institution + step) % len(_OCCUPATIONS)] for step in _STEPS}
        return tuple(each for each in self._kinds if each.item.occupation in own)

    def _plain(self, place: int) -> Plain:
        person = _person(place)
        kinds = self._kinds_of(place // CLAIM_SIZE + 1)
        kind = kinds[_mixed(person) % len(kinds)]
        return Plain(
            rate_class=kind.rate_class,
            level=int(kind.item.level),
            listed=kind.listed,
            in_window=kind.in_window,
            verified=kind.verified,
            employed=_is_staff(person),
            first=place == person,
        )


def _kinds(policy: Policy) -> Iterator[_Kind]:
    months = policy.number("subsidy.claim_window_months", CLAIMED_ON, known_on=CLAIMED_ON)
    for code, issued_on in product(_OCCUPATIONS, _ISSUED):
        occupation = Occupation(_EDITION, OccupationCode(code))
        entry = policy.occupations[occupation]
        listing = policy.shortage(occupation, on=issued_on, known_on=CLAIMED_ON)
        for level in sorted(entry.levels):
            rate = policy.rate(LINE, occupation, level, on=issued_on, known_on=CLAIMED_ON)
            yield _Kind(
                item=ScopeItem(edition=_EDITION, occupation=occupation.code, level=level),
                issued_on=issued_on,
                verified=(int(level) * 7 + issued_on.month + len(entry.name)) % _UNVERIFIED_EVERY != 0,
                listed=listing is not None,
                in_window=issued_on <= CLAIMED_ON <= months_after(issued_on, months),
                rate_class=CLASSES.index(entry.rate_class),
                fen=int(rate.amount),
            )


def _learnt(tie: Tie) -> Fact:
    return Fact(
        kind=FactKind.EMPLOYMENT, value=tie.value, about=CLAIMED_ON, source="province", obtained_at=LEARNT
    )


def _evaluator(institution: UUID, kinds: Sequence[_Kind]) -> Evaluator:
    return Evaluator(
        institution_id=institution,
        audience=Audience.OWN_STAFF,
        scope=tuple(dict.fromkeys(each.item for each in kinds)),
        valid_from=_VALID_FROM,
        valid_until=_VALID_UNTIL,
    )


def _lot(kind: _Kind, by: Evaluator) -> Lot:
    issued = kind.issued_on
    return Lot(
        head=f"Y000032{by.institution_id.int:06d}{issued.year % 100:02d}{int(kind.item.level)}",
        item=kind.item,
        issued_on=issued,
        evaluated_on=issued - _BEFORE_ISSUE,
        evaluator=by,
        validity=Validity.VALID if kind.verified else Validity.UNVERIFIED,
    )


def _person(place: int) -> int:
    """The place of the holder's first certificate."""
    return place - 1 if place % _TWICE_EVERY == _TWICE_EVERY - 1 else place


def _is_staff(person: int) -> bool:
    return _mixed(person + 1) % _NOT_STAFF_EVERY != 0


def _mixed(number: int) -> int:
    return ((number + 1) * _MIX & _MASK) >> 24

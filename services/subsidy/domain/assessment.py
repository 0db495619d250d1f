"""Deciding about certificates claimed together: the order in which they count against each other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from services.subsidy.domain.decision import Decision, Tariff
from services.subsidy.domain.fact import NOTHING_KNOWN, FactSheet
from services.subsidy.domain.terms import EMPTY_HISTORY, AnyNumber, CertificateFacts, Claiming, Grant, History
from shared.policy import Policy
from shared.values import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A certificate about to be decided, the blind index of its holder, and what is known of them."""

    certificate: CertificateFacts
    holder_index: bytes
    facts: FactSheet = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class ClaimItem:
    """One certificate of a claim and what was decided about it; a payable one takes up the grant."""

    certificate_number: AnyNumber
    level: Level
    decision: Decision
    holder_index: bytes
    grant: Grant | None


@dataclass(frozen=True)
class Assessment:
    """What was decided about some certificates, in the order in which they were asked, and the grants it makes."""

    items: tuple[ClaimItem, ...]

    @property
    def grants(self) -> tuple[tuple[bytes, Grant], ...]:
        """By person, so that two claims for the same people wait for each other and never in a circle."""
        made = [(each.holder_index, each.grant) for each in self.items if each.grant is not None]
        return tuple(sorted(made, key=lambda each: (each[0], each[1].place)))


def assess(
    candidates: Sequence[Candidate],
    histories: Mapping[bytes, History],
    claim: Claiming,
    policy: Policy,
    *,
    known_on: date | None = None,
) -> Assessment:
    """Decide about certificates claimed together on a day, by what is known then or was on the day `known_on`.

    The order in which they are listed changes nothing.
    """
    tariff = Tariff(policy, claim, known_on=known_on or claim.on)
    by_person = sorted(candidates, key=lambda each: each.holder_index)
    decided = {item.certificate_number: item for item in assess_all(by_person, histories, tariff)}
    return Assessment(tuple(decided[each.certificate.number] for each in candidates))


def assess_all(
    candidates: Iterable[Candidate], histories: Mapping[bytes, History], tariff: Tariff
) -> Iterator[ClaimItem]:
    """Decide about a stream in which each person's certificates stand together; people count for themselves alone."""
    for holder, own in groupby(candidates, key=lambda each: each.holder_index):
        yield from assess_person(list(own), histories.get(holder, EMPTY_HISTORY), tariff)


def assess_person(candidates: list[Candidate], history: History, tariff: Tariff) -> Iterator[ClaimItem]:
    """Decide about one person's certificates, the earlier issued and the lower level first.

    What is payable counts against what follows. What waits for facts takes up nothing yet.
    """
    if len(candidates) > 1:
        candidates = sorted(candidates, key=turn)
    for candidate in candidates:
        certificate = candidate.certificate
        decision = tariff.decide(certificate, history, candidate.facts)
        grant = None
        if decision.payable:
            grant = _grant(certificate, history, tariff, shortage=decision.shortage)
            history = History((*history.grants, grant))
        yield ClaimItem(certificate.number, certificate.item.level, decision, candidate.holder_index, grant)


def turn(candidate: Candidate) -> tuple[date, int, str]:
    """Where among its holder's certificates one stands."""
    lot = candidate.certificate.lot
    return lot.issued_on, -lot.item.level, candidate.certificate.number


def _grant(certificate: CertificateFacts, history: History, tariff: Tariff, *, shortage: bool) -> Grant:
    claim = tariff.claim
    return Grant(
        certificate_number=certificate.number,
        family=tariff.trade(certificate.lot).family,
        level=certificate.lot.item.level,
        line=claim.line,
        year=claim.on.year,
        place=history.free_place(claim.on.year),
        shortage=shortage,
    )

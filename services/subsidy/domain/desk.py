"""What was worked out for one chunk of a claim and serves the next: nothing that a person is known by."""

from datetime import date

from services.subsidy.domain.certificate import Issue
from services.subsidy.domain.day import Day
from services.subsidy.domain.decision import Tariff
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.terms import Claiming, Lot
from shared.policy import MoneyLine, Policy

_MOST_DAYS = 4
_MOST_LOTS = 5_000


class Desk:
    """The policy made ready for one claim, and the lots that its certificates were found to be of."""

    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff
        self._lots: dict[tuple[Issue, int], Lot] = {}

    def lot(self, issue: Issue, institution: ClaimingInstitution) -> Lot:
        """The same lot for the same issue, as long as its institution stands on record as it did."""
        key = issue, institution.version
        found = self._lots.get(key)
        if found is None:
            if len(self._lots) >= _MOST_LOTS:
                self._lots.clear()
            found = self._lots[key] = issue.lot(institution.evaluator_on(issue.evaluated_on))
        return found


class Desks:
    """The desk of the claim decided last, and the policy on the days of the last claims.

    Whatever is published clears it.
    """

    def __init__(self) -> None:
        self._policy: Policy | None = None
        self._days: dict[tuple[MoneyLine, date, date], Day] = {}
        self._last: tuple[Claiming, date, Desk] | None = None

    def of(self, policy: Policy, claim: Claiming, *, known_on: date) -> Desk:
        """Raises UnknownParameter for a claim of a day before the policy begins."""
        if policy is not self._policy:
            self._policy, self._last = policy, None
            self._days.clear()
        if self._last is None or self._last[:2] != (claim, known_on):
            day = self._day(policy, claim, known_on=known_on)
            desk = Desk(Tariff(policy, claim, known_on=known_on, day=day))
            self._last = claim, known_on, desk
        return self._last[2]

    def _day(self, policy: Policy, claim: Claiming, *, known_on: date) -> Day:
        key = claim.line, claim.on, known_on
        if key not in self._days:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            self._days[key] = Day(policy, claim.line, claim.on, known_on=known_on)
        return self._days[key]

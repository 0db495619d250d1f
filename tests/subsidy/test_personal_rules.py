"""What a worker's own claim is worth: the table of line A, the insurance, the window, the cap, and old certificates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.subsidy.domain.assessment import ClaimItem
from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.fact import FactKind, Tie
from services.subsidy.domain.terms import Outcome, Rule
from services.subsidy.handlers import Work
from services.subsidy.handlers.claims import preview_claim
from services.subsidy.handlers.knowledge import ask_facts
from services.subsidy.queries import ProvinceQueries
from shared.clock import SHANGHAI
from shared.contracts.queries import FactName, FactsQuery
from shared.contracts.scope import ScopeItem
from shared.policy import MoneyLine
from shared.values import CertificateNumber
from tests.subsidy.builders import SCOPE, item, lathe, robot
from tests.subsidy.claiming import ORGAN, Claimant
from tests.subsidy.persons import Worker

NURSE = item("4-10-01-05", 5)
"""养老护理员: on the shortage lists of the sample, evaluated at level 5 too."""


@pytest.fixture
def worker(employer: Claimant) -> Worker:
    return Worker(employer)


class Undone(Exception):  # noqa: N818 — what is done is not to stay, because others wait for facts too
    """The unit of work is given up."""


class Heard(ProvinceQueries):
    """Notes which facts are asked for, and owes nothing."""

    def __init__(self) -> None:
        self.asked: list[FactsQuery] = []

    def ask_facts(self, query: FactsQuery) -> None:
        self.asked.append(query)

    async def hear(self, work: Work) -> None:
        """Have the next query asked, and nothing of it kept; raises Undone."""
        await ask_facts(uuid4(), replace(work, queries=self))
        raise Undone


def against(items: Sequence[ClaimItem]) -> list[list[Rule]]:
    return [[each.rule for each in item.decision.against] for item in items]


@pytest.mark.parametrize(
    ("scope_item", "yuan"),
    [
        (lathe(5), "1,000.00"),
        (lathe(4), "1,500.00"),
        (lathe(3), "2,000.00"),
        (NURSE, "1,300.00"),
        (robot(4), "1,950.00"),
        (robot(3), "2,600.00"),
    ],
    ids=str,
)
async def test_nj2022_uplift_the_table_of_line_a_as_a_person_claims_it(
    worker: Worker, scope_item: ScopeItem, yuan: str
) -> None:
    async with worker.works() as work:
        (await work.institutions.get(worker.evaluator.key)).scope = (*SCOPE, NURSE)
    claim = await worker.claimed(scope_item)
    assert (claim.state, claim.total.yuan, claim.line) == (ClaimState.SUBMITTED, yuan, MoneyLine.INSURANCE)
    raised = {"NJ2022-UPLIFT"} if scope_item != lathe(int(scope_item.level)) else set()
    assert set(claim.tally.basis) == {"N1.4", "NJ2023-WINDOW", "NJ2023-INSURED"} | raised


async def test_line_a_pays_nothing_above_level_three(worker: Worker) -> None:
    claim = await worker.claimed(lathe(2))
    assert (claim.state, claim.total) == (ClaimState.REFUSED, 0)


async def test_nj2023_insured_what_is_not_known_makes_it_wait_until_the_province_tells(
    worker: Worker,
) -> None:
    numbers = await worker.certified(lathe(4))
    claim = await worker.claims(*numbers)
    assert (claim.state, claim.tally.pending, claim.total) == (ClaimState.SUBMITTED, 1, 0)
    async with worker.works() as work:
        (waiting,) = await work.fact_waits.of_claim(claim.id)
        assert (waiting.organ, waiting.uscc) == (ORGAN, None)
    await worker.insured()
    claim = await worker.decided_again(claim)
    assert (claim.tally.pending, claim.total) == (0, 150_000)


async def test_the_province_is_asked_about_the_insurance_and_about_no_employer(worker: Worker) -> None:
    (number_,) = await worker.certified(lathe(4))
    await worker.claims(number_)
    heard = Heard()
    with pytest.raises(Undone):
        async with worker.works() as work:
            await heard.hear(work)
    (asked,) = [each for query in heard.asked for each in query.asked if each.number == number_]
    assert (asked.employer, asked.month) == (None, date(2024, 3, 1))
    assert set(asked.names) == set(FactName) - {FactName.EMPLOYMENT}


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        ({"months": 11}, Rule.INSURED_MONTHS),
        ({"in_month": False}, Rule.INSURED_IN_MONTH),
    ],
)
async def test_nj2023_insured_eleven_months_or_not_in_the_month_of_issue_is_refused(
    worker: Worker, known: dict[str, Any], rule: Rule
) -> None:
    numbers = await worker.certified(lathe(4))
    await worker.insured(**known)
    assert against((await worker.tries(*numbers)).items) == [[rule]]


@pytest.mark.parametrize(
    ("issued", "last", "too_late"),
    [
        (date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1)),
        (date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29)),
        (date(2024, 3, 4), date(2025, 3, 4), date(2025, 3, 5)),
        (date(2023, 8, 31), date(2024, 8, 31), date(2024, 9, 1)),
    ],
)
async def test_nj2023_window_the_last_day_is_that_of_the_month_of_issue_a_year_later(
    worker: Worker, issued: date, last: date, too_late: date
) -> None:
    of = CertificateNumber(f"{worker.evaluator.station}{issued.year % 100:02d}4900001")
    worker.works.at = datetime(too_late.year, too_late.month, too_late.day, 0, 0, tzinfo=SHANGHAI)
    (certified,) = await worker.certified(
        lathe(4), number=of, issued_on=issued, evaluated_on=issued.replace(day=1)
    )
    await worker.insured(about=issued.replace(day=1))
    assert against((await worker.tries(certified)).items) == [[Rule.WINDOW]]
    worker.works.at = datetime(last.year, last.month, last.day, 23, 59, tzinfo=SHANGHAI)
    assert against((await worker.tries(certified)).items) == [[]]


async def test_the_yearly_cap_counts_natural_years_so_december_and_january_pay_twice(worker: Worker) -> None:
    first, second, third = await worker.certified(lathe(5), item("6-18-01-01", 4), lathe(3))
    await worker.insured()
    worker.works.at = datetime(2024, 12, 31, 23, 59, tzinfo=SHANGHAI)
    assert (await worker.claims(first)).total == 100_000
    assert against((await worker.tries(second)).items) == [[Rule.YEAR_CAP]]
    worker.works.at = datetime(2025, 1, 1, 0, 0, tzinfo=SHANGHAI)
    assert (await worker.claims(second)).total == 150_000
    assert against((await worker.tries(third)).items) == [[Rule.YEAR_CAP]]


async def test_dispatched_labour_claims_on_line_a_whoever_it_works_for(worker: Worker) -> None:
    numbers = await worker.certified(lathe(4))
    await worker.insured()
    await worker.known(
        FactKind.EMPLOYMENT,
        Tie.DISPATCHED_WITHOUT.value,
        about=date(2024, 3, 1),
        employer=str(worker.evaluator.uscc),
    )
    (item_,) = (await worker.tries(*numbers)).items
    assert item_.decision.outcome is Outcome.PAYABLE
    assert Rule.EMPLOYMENT not in {each.rule for each in item_.decision.rules}


async def test_n1_4_an_old_certificate_of_sixteen_digits_counts_the_same(worker: Worker) -> None:
    old = await worker.qualified(lathe(4))
    (new,) = await worker.certified(lathe(4))
    await worker.insured()
    claim = await worker.claims(old)
    assert (claim.state, claim.total) == (ClaimState.SUBMITTED, 150_000)
    assert Rule.ONCE in against((await worker.tries(new)).items)[0]
    async with worker.works() as work:
        (employers,) = (await preview_claim(worker.evaluator.asks(new), work)).items
    assert Rule.OTHER_LINE in against([employers])[0]

"""What applicants and officers ask of filing, from draft to publicity."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.filing.domain.filing import Filing
from services.filing.domain.queue import Wanted
from services.filing.domain.refusals import (
    FiledElsewhere,
    NotEvaluated,
    NotResponsible,
    UnknownFiling,
)
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import CorrectionItem, Revision
from services.filing.handlers import Work, cases, registration
from services.filing.handlers.cases import DraftFiling, OnFiling
from shared.contracts.scope import ScopeItem
from shared.errors import Stale
from shared.policy import Attribute, Audience, Category, NotRoutable, UnknownOrgan
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    MILLER,
    OTHER_DISTRICT,
    a_uscc,
    a_verdict,
    an_applicant,
    an_institution,
    an_item,
    required_materials,
)
from tests.filing.works import EVERYTHING, FilingWorks, holder, keep, within


def asking(**changes: Any) -> DraftFiling:
    command = DraftFiling(
        applicant=an_applicant(),
        organ=DISTRICT,
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        scope=(an_item(),),
        training=frozenset(),
        evidence=frozenset(),
    )
    return replace(command, **changes)


async def drafted(works: FilingWorks, **changes: Any) -> Filing:
    async with works(EVERYTHING) as work:
        return await cases.draft_filing(asking(**changes), work)


async def test_a_draft_goes_to_the_district_and_names_its_clause(works: FilingWorks) -> None:
    filing = await drafted(works)
    assert (filing.organ, filing.handled_by, filing.basis) == (DISTRICT, DISTRICT, ("N2.2",))
    assert (filing.state, filing.drafted_at, filing.version) == (FilingState.DRAFT, AT, 1)
    assert works.announced == []


async def test_n2_1_a_draft_of_a_central_enterprise_is_refused_because_the_province_files_it(
    works: FilingWorks,
) -> None:
    with pytest.raises(FiledElsewhere) as caught:
        await drafted(works, category=Category.CENTRAL_ENTERPRISE)
    assert caught.value.basis == ("N2.1",)


async def test_n2_4_a_second_filing_needs_a_first_one_in_force(works: FilingWorks) -> None:
    uscc = a_uscc()
    wanted: dict[str, Any] = {
        "applicant": an_applicant(uscc),
        "category": Category.CENTRAL_ENTERPRISE,
        "audience": Audience.PUBLIC,
        "evidence": frozenset(Attribute),
    }
    with pytest.raises(NotRoutable):
        await drafted(works, **wanted)
    await keep(works, an_institution(uscc=uscc, category=Category.CENTRAL_ENTERPRISE))
    filing = await drafted(works, **wanted)
    assert (filing.handled_by, filing.basis) == (DISTRICT, ("N2.4",))


async def test_n2_5_a_key_school_must_bring_evidence_and_its_case_goes_to_the_city(
    works: FilingWorks,
) -> None:
    wanted: dict[str, Any] = {"category": Category.KEY_TECHNICAL_SCHOOL, "audience": Audience.PUBLIC}
    with pytest.raises(NotRoutable):
        await drafted(works, **wanted)
    filing = await drafted(works, **wanted, evidence=frozenset({Attribute.KEY_SCHOOL_EVIDENCE}))
    assert (filing.organ, filing.handled_by) == (DISTRICT, CITY)


async def test_n2_7_an_association_takes_only_what_nobody_covers_whatever_it_claims(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    wanted: dict[str, Any] = {
        "category": Category.MUNICIPAL_ASSOCIATION,
        "audience": Audience.PUBLIC,
        "evidence": frozenset(Attribute),
    }
    first, second = uncovered[:2]
    assert (await drafted(works, **wanted, scope=(first,))).basis == ("N2.7",)
    await keep(works, an_institution(scope=(first,)))
    for scope in ((first,), (second, first)):
        with pytest.raises(NotRoutable) as caught:
            await drafted(works, **wanted, scope=scope)
        assert caught.value.basis == ("N2.7",)
    assert (await drafted(works, **wanted, scope=(second,))).basis == ("N2.7",)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"organ": "990000"}, UnknownOrgan),
        ({"organ": CITY}, NotResponsible),
        ({"scope": (an_item("1-01-01-01"),)}, NotEvaluated),
        ({"audience": Audience.OWN_STUDENTS}, NotRoutable),
    ],
)
async def test_what_can_never_be_filed_is_refused_as_a_draft(
    works: FilingWorks, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    uscc = a_uscc()
    with pytest.raises(refusal):
        await drafted(works, applicant=an_applicant(uscc), **changes)
    async with works(holder(uscc)) as work:
        page = await work.filings.queue(Wanted(), cursor=None, size=10)
    assert page.items == []


Ask = Callable[[OnFiling, Work], Awaitable[object]]


async def asked(works: FilingWorks, key: UUID, *asks: Ask) -> Filing:
    """The case after these, each in a unit of work of its own at the version it is at."""
    for ask in asks:
        async with works(EVERYTHING) as work:
            seen = (await work.filings.get(key)).version
            await ask(OnFiling(filing_id=key, seen=seen, organ=DISTRICT), work)
    async with works(EVERYTHING) as work:
        return await work.filings.get(key)


async def hand_in_all(command: OnFiling, work: Work) -> None:
    """Every document, of today; how a file is handed in is told elsewhere."""
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    for each in required_materials(work.policy):
        if filing.correction is None or f"materials.{each.kind}" in filing.correction.fields:
            filing.hand_in(replace(each, size=filing.version), work.policy)


def noting(*fields: str) -> Ask:
    items = tuple(CorrectionItem(field=each, reason="与原件不符") for each in fields)
    return lambda command, work: cases.ask_correction(command, items, work)


def revise(**wanted: Any) -> Ask:
    return lambda command, work: cases.revise_filing(command, Revision(**wanted), work)


def refuse(reason: str) -> Ask:
    return lambda command, work: cases.refuse_filing(command, reason, work)


def assess(total: int) -> Ask:
    async def ask(command: OnFiling, work: Work) -> None:
        filing = await work.filings.get(command.filing_id, seen=command.seen)
        filing.assess(a_verdict(total), work.policy, at=work.at)

    return ask


async def test_a_case_walks_from_draft_to_publicity_by_way_of_correcting_and_mending(
    works: FilingWorks,
) -> None:
    key = (await drafted(works)).id
    way = [
        hand_in_all,
        cases.submit_filing,
        noting("materials.application_form"),
        hand_in_all,
        cases.correct_filing,
        cases.accept_filing,
        assess(200),
        cases.mend_filing,
        assess(255),
        cases.publicise_filing,
    ]
    filing = await asked(works, key, *way)
    assert filing.state is FilingState.PUBLICITY
    assert filing.rounds == 2
    assert filing.version == 1 + len(way)
    assert works.announced == []


async def test_a_withdrawn_case_is_over(works: FilingWorks) -> None:
    filing = await asked(works, (await drafted(works)).id, cases.withdraw_filing)
    assert filing.state is FilingState.WITHDRAWN


async def test_a_refused_case_says_why(works: FilingWorks) -> None:
    key = (await drafted(works)).id
    filing = await asked(works, key, hand_in_all, cases.submit_filing, refuse("材料不实"))
    assert (filing.state, filing.refused_for) == (FilingState.REFUSED, "材料不实")


async def test_a_revised_draft_is_checked_and_routed_again(works: FilingWorks) -> None:
    key = (await drafted(works)).id
    filing = await asked(works, key, revise(scope=(an_item(MILLER),)))
    assert (filing.scope, filing.basis) == ((an_item(MILLER),), ("N2.2",))
    with pytest.raises(NotEvaluated):
        await asked(works, key, revise(scope=(an_item("1-01-01-01"),)))
    async with works(EVERYTHING) as work:
        assert (await work.filings.get(key)).scope == (an_item(MILLER),)


async def test_n2_7_a_revised_draft_of_an_association_may_not_reach_for_what_is_covered(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    free, taken = uncovered[:2]
    await keep(works, an_institution(scope=(taken,)))
    wanted: dict[str, Any] = {"category": Category.MUNICIPAL_ASSOCIATION, "audience": Audience.PUBLIC}
    key = (await drafted(works, **wanted, scope=(free,))).id
    with pytest.raises(NotRoutable):
        await asked(works, key, revise(scope=(free, taken)))


async def test_what_the_applicant_let_lapse_is_over(works: FilingWorks) -> None:
    key = (await drafted(works)).id
    filing = await asked(works, key, hand_in_all, cases.submit_filing, noting("scope"))
    due = filing.applicant_due_at
    assert due is not None
    works.at = due + timedelta(seconds=1)
    async with works(EVERYTHING) as work:
        assert key not in await work.filings.lapsed(at=due)
        assert key in await work.filings.lapsed(at=works.at)
        await cases.lapse_filing(key, work)
    async with works(EVERYTHING) as work:
        assert (await work.filings.get(key)).state is FilingState.WITHDRAWN
        assert key not in await work.filings.lapsed(at=works.at)


async def test_a_clock_is_found_once_before_its_end_and_once_after_it(works: FilingWorks) -> None:
    key = (await drafted(works)).id
    filing = await asked(works, key, hand_in_all, cases.submit_filing)
    assert filing.deadline is not None
    due, found = filing.deadline.due_at, []
    for at in (AT, due - timedelta(days=3), due, due + timedelta(seconds=1), due + timedelta(days=9)):
        works.at = at
        async with works(EVERYTHING) as work:
            late = key in await work.filings.late(at=work.at, soon=work.soon)
        if late:
            found.append(at)
            async with works(EVERYTHING) as work:
                await cases.watch_filing(key, work)
    assert found == [due - timedelta(days=3), due + timedelta(seconds=1)]
    async with works(EVERYTHING) as work:
        clock = (await work.filings.get(key)).deadline
    assert clock is not None
    assert [clock.warned_at, clock.escalated_at] == found


ASKED: list[Ask] = [
    noting("scope"),
    revise(scope=(an_item(MILLER),)),
    refuse("材料不实"),
    cases.submit_filing,
    cases.correct_filing,
    cases.withdraw_filing,
    cases.accept_filing,
    cases.mend_filing,
    cases.publicise_filing,
    registration.register_filing,
]


@pytest.mark.parametrize("ask", ASKED)
async def test_whoever_saw_an_older_version_changes_nothing(works: FilingWorks, ask: Ask) -> None:
    filing = await drafted(works)
    with pytest.raises(Stale):
        async with works(EVERYTHING) as work:
            await ask(OnFiling(filing_id=filing.id, seen=7, organ=DISTRICT), work)


@pytest.mark.parametrize("ask", ASKED)
async def test_nobody_acts_on_a_case_out_of_reach(works: FilingWorks, ask: Ask) -> None:
    filing = await drafted(works)
    with pytest.raises(UnknownFiling):
        async with works(within(OTHER_DISTRICT)) as work:
            await ask(OnFiling(filing_id=filing.id, seen=1, organ=OTHER_DISTRICT), work)

"""What applicants and officers ask of filing, from draft to publicity; on repositories in memory."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.filing import handlers
from services.filing.domain.filing import Filing
from services.filing.domain.refusals import (
    FiledElsewhere,
    NotEvaluated,
    NotResponsible,
    UnknownFiling,
)
from services.filing.domain.terms import FilingState
from services.filing.handlers import DraftFiling, OnFiling, Work
from shared.errors import Stale
from shared.policy import Attribute, Audience, Category, NotRoutable, Policy, UnknownOrgan
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    OTHER_DISTRICT,
    a_material,
    a_uscc,
    an_applicant,
    an_institution,
    an_item,
    marks,
    required_materials,
)
from tests.fakes import MemoryWorks
from tests.filing.works import EVERYTHING, keep, within

Memory = MemoryWorks[Work]


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


async def drafted(memory: Memory, **changes: Any) -> Filing:
    async with memory(EVERYTHING) as work:
        return await handlers.draft_filing(asking(**changes), work)


async def test_a_draft_goes_to_the_district_and_names_its_clause(memory: Memory) -> None:
    filing = await drafted(memory)
    assert (filing.organ, filing.handled_by, filing.basis) == (DISTRICT, DISTRICT, ("N2.2",))
    assert (filing.state, filing.drafted_at, filing.version) == (FilingState.DRAFT, AT, 1)
    assert memory.announced == []


async def test_n2_1_a_draft_of_a_central_enterprise_is_refused_because_the_province_files_it(
    memory: Memory,
) -> None:
    with pytest.raises(FiledElsewhere) as caught:
        await drafted(memory, category=Category.CENTRAL_ENTERPRISE)
    assert caught.value.basis == ("N2.1",)


async def test_n2_4_a_second_filing_needs_a_first_one_in_force(memory: Memory) -> None:
    uscc = a_uscc()
    wanted: dict[str, Any] = {
        "applicant": an_applicant(uscc),
        "category": Category.CENTRAL_ENTERPRISE,
        "audience": Audience.PUBLIC,
        "evidence": frozenset(Attribute),
    }
    with pytest.raises(NotRoutable):
        await drafted(memory, **wanted)
    await keep(memory, an_institution(uscc=uscc, category=Category.CENTRAL_ENTERPRISE))
    filing = await drafted(memory, **wanted)
    assert (filing.handled_by, filing.basis) == (DISTRICT, ("N2.4",))


async def test_n2_5_a_key_school_must_bring_evidence_and_its_case_goes_to_the_city(memory: Memory) -> None:
    wanted: dict[str, Any] = {"category": Category.KEY_TECHNICAL_SCHOOL, "audience": Audience.PUBLIC}
    with pytest.raises(NotRoutable):
        await drafted(memory, **wanted)
    filing = await drafted(memory, **wanted, evidence=frozenset({Attribute.KEY_SCHOOL_EVIDENCE}))
    assert (filing.organ, filing.handled_by) == (DISTRICT, CITY)


async def test_n2_7_an_association_takes_only_what_nobody_covers_whatever_it_claims(memory: Memory) -> None:
    wanted: dict[str, Any] = {
        "category": Category.MUNICIPAL_ASSOCIATION,
        "audience": Audience.PUBLIC,
        "evidence": frozenset(Attribute),
    }
    assert (await drafted(memory, **wanted)).basis == ("N2.7",)
    await keep(memory, an_institution())
    with pytest.raises(NotRoutable) as caught:
        await drafted(memory, **wanted)
    assert caught.value.basis == ("N2.7",)
    assert (await drafted(memory, **wanted, scope=(an_item("4-03-02-08"),))).basis == ("N2.7",)


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
    memory: Memory, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await drafted(memory, **changes)
    async with memory(EVERYTHING) as work:
        page = await work.filings.queue(state=None, cursor=None, size=10)
    assert page.items == []


async def on(memory: Memory, filing_id: UUID) -> OnFiling:
    """Names a case at the version it is at just now, for the district."""
    async with memory(EVERYTHING) as work:
        filing = await work.filings.get(filing_id)
    return OnFiling(filing_id=filing_id, seen=filing.version, organ=DISTRICT)


async def test_a_case_walks_from_draft_to_publicity(memory: Memory, policy: Policy) -> None:
    key = (await drafted(memory)).id
    for material in required_materials(policy):
        async with memory(EVERYTHING) as work:
            await handlers.hand_in_material(await on(memory, key), material, work)
    async with memory(EVERYTHING) as work:
        await handlers.submit_filing(await on(memory, key), work)
    async with memory(EVERYTHING) as work:
        await handlers.accept_filing(await on(memory, key), work)
    async with memory(EVERYTHING) as work:
        await handlers.assess_filing(await on(memory, key), marks(85, 85, 85), work)
    async with memory(EVERYTHING) as work:
        filing = await handlers.publicise_filing(await on(memory, key), work)
    assert filing.state is FilingState.PUBLICITY
    assert filing.version == 1 + len(required_materials(policy)) + 4
    assert memory.announced == []


async def test_a_withdrawn_case_is_over(memory: Memory) -> None:
    key = (await drafted(memory)).id
    async with memory(EVERYTHING) as work:
        filing = await handlers.withdraw_filing(await on(memory, key), work)
    assert filing.state is FilingState.WITHDRAWN


ASKED: list[Callable[[OnFiling, Work], Awaitable[Filing]]] = [
    lambda command, work: handlers.hand_in_material(command, a_material(), work),
    lambda command, work: handlers.assess_filing(command, marks(90, 90, 90), work),
    handlers.submit_filing,
    handlers.withdraw_filing,
    handlers.accept_filing,
    handlers.publicise_filing,
    handlers.register_filing,
    handlers.acknowledge_copy,
]


@pytest.mark.parametrize("ask", ASKED)
async def test_whoever_saw_an_older_version_changes_nothing(
    memory: Memory, ask: Callable[[OnFiling, Work], Awaitable[Filing]]
) -> None:
    filing = await drafted(memory)
    with pytest.raises(Stale):
        async with memory(EVERYTHING) as work:
            await ask(OnFiling(filing_id=filing.id, seen=7, organ=DISTRICT), work)


@pytest.mark.parametrize("ask", ASKED)
async def test_nobody_acts_on_a_case_out_of_reach(
    memory: Memory, ask: Callable[[OnFiling, Work], Awaitable[Filing]]
) -> None:
    filing = await drafted(memory)
    with pytest.raises(UnknownFiling):
        async with memory(within(OTHER_DISTRICT)) as work:
            await ask(OnFiling(filing_id=filing.id, seen=1, organ=OTHER_DISTRICT), work)

"""What cannot come to anything is refused when it is asked for, and what has lost its ground needs no panel to end."""

from typing import Any

import pytest

from services.filing.domain.institution import Institution, Standing
from services.filing.domain.refusals import AlreadyOnRecord, Ended, NotOfThisKind, TooManySites
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import Particulars, Revision, Site
from services.filing.handlers import cases, register
from services.filing.handlers.cases import DraftFiling, OnFiling
from shared.policy import Audience, Category, FilingKind
from tests.builders import (
    CITY,
    DISTRICT,
    GUARD,
    OTHER_DISTRICT,
    a_filing,
    an_applicant,
    an_institution,
    an_item,
)
from tests.filing.amending import ANOTHER_NAME, CHANGE, EXTENSION, MILLING, RENEWAL, SITE, drafted
from tests.filing.works import EVERYTHING, FilingWorks, holder, keep
from tests.interfaces import Interfaces

OTHER_KINDS: list[tuple[FilingKind, dict[str, Any]]] = [
    (EXTENSION, {"particulars": ANOTHER_NAME}),
    (RENEWAL, {"particulars": ANOTHER_NAME}),
    (RENEWAL, {"scope": (MILLING,)}),
    (CHANGE, {"scope": (MILLING,)}),
]
MANY = Particulars(sites=tuple(Site(name=f"{each}号", address=SITE.address) for each in range(51)))


@pytest.fixture
async def known(works: FilingWorks) -> Institution:
    institution = an_institution(batches=9)
    await keep(works, institution)
    return institution


async def ended(works: FilingWorks, institution: Institution) -> None:
    async with works(EVERYTHING) as work:
        found = await work.institutions.get(institution.id)
        await register.end(found, Standing.REVOKED, work, reason="不再具备条件", basis=("N3.3",))


@pytest.mark.parametrize(("kind", "more"), OTHER_KINDS)
async def test_what_a_kind_of_filing_does_not_change_is_refused_and_not_dropped(
    works: FilingWorks, known: Institution, kind: FilingKind, more: dict[str, Any]
) -> None:
    with pytest.raises(NotOfThisKind):
        await drafted(works, known, kind, **more)
    filing = await drafted(works, known, kind)
    with pytest.raises(NotOfThisKind):
        async with works(holder(known.uscc)) as work:
            await cases.revise_filing(OnFiling(filing_id=filing.id, seen=1), Revision(**more), work)


async def test_an_initial_filing_changes_no_particulars(works: FilingWorks) -> None:
    filing = a_filing()
    await keep(works, filing)
    wanted = Revision(particulars=ANOTHER_NAME)
    with pytest.raises(NotOfThisKind):
        async with works(EVERYTHING) as work:
            await cases.revise_filing(OnFiling(filing_id=filing.id, seen=1), wanted, work)


async def test_n2_6_one_filing_names_only_so_many_sites(works: FilingWorks, known: Institution) -> None:
    with pytest.raises(TooManySites, match="假设值"):
        await drafted(works, known, CHANGE, particulars=MANY)


@pytest.mark.parametrize("kind", [EXTENSION, RENEWAL, CHANGE])
async def test_nothing_is_handed_in_for_a_record_that_ended_meanwhile(
    works: FilingWorks, known: Institution, kind: FilingKind
) -> None:
    filing = await drafted(works, known, kind)
    await ended(works, known)
    with pytest.raises(Ended):
        async with works(holder(known.uscc)) as work:
            await cases.submit_filing(OnFiling(filing_id=filing.id, seen=1), work)


@pytest.mark.parametrize("state", [FilingState.ACCEPTED, FilingState.PASSED])
async def test_an_accepted_case_whose_ground_is_gone_is_refused_without_a_panel(
    works: FilingWorks, known: Institution, state: FilingState
) -> None:
    filing = await drafted(works, known, EXTENSION)
    async with works(EVERYTHING) as work:
        (await work.filings.get(filing.id)).state = state
    await ended(works, known)
    async with works(EVERYTHING) as work:
        command = OnFiling(filing_id=filing.id, seen=2, organ=DISTRICT)
        refused = await cases.refuse_filing(command, "机构已取消备案", work)
    assert (refused.state, refused.refused_for) == (FilingState.REFUSED, "机构已取消备案")


@pytest.mark.parametrize("standing", [Standing.ACTIVE, Standing.SUSPENDED])
@pytest.mark.parametrize("organ", [DISTRICT, OTHER_DISTRICT])
async def test_a_body_on_record_amends_that_wherever_in_the_city_it_is(
    works: FilingWorks, known: Institution, organ: str, standing: Standing
) -> None:
    if standing is Standing.SUSPENDED:
        async with works(EVERYTHING) as work:
            (await work.institutions.get(known.id)).suspend(reason="整改逾期", on=work.today)
    command = DraftFiling(
        applicant=an_applicant(known.uscc),
        organ=organ,
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        scope=(an_item(),),
    )
    with pytest.raises(AlreadyOnRecord, match=known.number):
        async with works(holder(known.uscc)) as work:
            await cases.draft_filing(command, work)
    await ended(works, known)
    async with works(holder(known.uscc)) as work:
        assert (await cases.draft_filing(command, work)).state is FilingState.DRAFT


ASKED = {"category": "municipal_enterprise", "audience": "own_staff"}
NOWHERE: list[tuple[dict[str, Any], tuple[int, str, str]]] = [
    ({"organ": CITY}, (409, "NJT-FIL-1017", "N2.0")),
    ({"organ": "320000"}, (409, "NJT-FIL-1017", "N2.0")),
    ({"scope": [{"edition": "2015", "occupation": GUARD, "level": 4}]}, (409, "NJT-FIL-1004", "N1.5")),
]


@pytest.mark.parametrize(("more", "refused"), NOWHERE)
async def test_a_routing_decision_says_what_drafting_would(
    interfaces: Interfaces, more: dict[str, Any], refused: tuple[int, str, str]
) -> None:
    caller = interfaces.bearer(organ=DISTRICT)
    answer = await interfaces.filing.post("/v1/routing-decisions", headers=caller, json=ASKED | more)
    shown = answer.json()
    assert (answer.status_code, shown["code"], shown["basis"][0]) == refused

"""Who may amend what is on record, and what is refused as an amendment."""

from typing import Any

import pytest

from services.filing.domain.institution import Institution, Standing
from services.filing.domain.refusals import (
    AlreadyCovered,
    Ended,
    NotEvaluated,
    NothingToAmend,
    NotMarked,
    NotTheHandlingOrgan,
    OutOfTurn,
    UnknownInstitution,
)
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import Particulars, Revision
from services.filing.handlers import cases, registration
from services.filing.handlers.cases import DraftAmendment, OnFiling
from services.filing.handlers.register import recognize_institution
from shared.contracts.scope import ScopeItem
from shared.policy import Attribute, Audience, Category, FilingKind, NotRoutable
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    GUARD,
    OTHER_DISTRICT,
    an_applicant,
    an_institution,
    an_item,
    institution_filed,
)
from tests.filing.amending import (
    CHANGE,
    EXTENSION,
    MILLING,
    RENEWAL,
    TURNING,
    WANTED,
    amended,
    drafted,
    read,
    registered,
)
from tests.filing.works import EVERYTHING, FilingWorks, holder, keep, within


@pytest.fixture
async def known(works: FilingWorks) -> Institution:
    """An enterprise on record for turning."""
    institution = an_institution(scope=(TURNING,), batches=9)
    await keep(works, institution)
    return institution


@pytest.mark.parametrize("kind", WANTED)
@pytest.mark.parametrize("other", [CITY, OTHER_DISTRICT])
async def test_only_the_organ_that_filed_it_amends_it(
    works: FilingWorks, known: Institution, kind: FilingKind, other: str
) -> None:
    filing = await drafted(works, known, kind)
    with pytest.raises(NotTheHandlingOrgan):
        await registered(works, filing, organ=other)
    assert (await read(works, known)).version == 1


async def test_n2_5_what_the_city_filed_the_city_amends(works: FilingWorks) -> None:
    school = an_institution(
        category=Category.KEY_TECHNICAL_SCHOOL, audience=Audience.PUBLIC, filed_by=CITY, basis=("N2.5",)
    )
    await keep(works, school)
    filing = await drafted(works, school, EXTENSION)
    assert (filing.organ, filing.handled_by) == (DISTRICT, CITY)
    assert filing.evidence == {Attribute.KEY_SCHOOL_EVIDENCE}
    with pytest.raises(NotTheHandlingOrgan):
        await registered(works, filing)
    await registered(works, filing, organ=CITY)
    assert (await read(works, school)).scope == (TURNING, MILLING)


@pytest.mark.parametrize("kind", WANTED)
async def test_n2_1_what_the_province_filed_is_not_amended_here(works: FilingWorks, kind: FilingKind) -> None:
    async with works(EVERYTHING) as work:
        institution = await recognize_institution(institution_filed(), work)
    with pytest.raises(NothingToAmend) as caught:
        await drafted(works, institution, kind)
    assert (caught.value.basis, "省" in caught.value.detail) == (("N2.1",), True)


NOTHING: list[tuple[FilingKind, dict[str, Any]]] = [
    (FilingKind.INITIAL, {"scope": (MILLING,)}),
    (EXTENSION, {"scope": ()}),
    (EXTENSION, {"scope": (TURNING,)}),
    (CHANGE, {"particulars": None}),
    (CHANGE, {"particulars": Particulars()}),
]


@pytest.mark.parametrize(("kind", "wanted"), NOTHING)
async def test_a_case_that_amends_nothing_is_refused(
    works: FilingWorks, known: Institution, kind: FilingKind, wanted: dict[str, Any]
) -> None:
    with pytest.raises(NothingToAmend):
        async with works(EVERYTHING) as work:
            await cases.draft_amendment(DraftAmendment(institution_id=known.id, kind=kind, **wanted), work)


@pytest.mark.parametrize(
    ("kind", "wanted", "refusal"),
    [
        (EXTENSION, {"scope": (TURNING,)}, NothingToAmend),
        (EXTENSION, {"scope": (an_item(GUARD),)}, NotEvaluated),
        (CHANGE, {"particulars": Particulars()}, NothingToAmend),
        (CHANGE, {"applicant": an_applicant()}, NotMarked),
    ],
)
async def test_nor_may_it_be_revised_into_one_that_amends_nothing_or_another_body(
    works: FilingWorks,
    known: Institution,
    kind: FilingKind,
    *,
    wanted: dict[str, Any],
    refusal: type[Exception],
) -> None:
    filing = await drafted(works, known, kind)
    command = OnFiling(filing_id=filing.id, seen=1)
    with pytest.raises(refusal):
        async with works(EVERYTHING) as work:
            await cases.revise_filing(command, Revision(**wanted), work)


async def test_an_extension_reaches_for_what_the_catalogue_offers_only(
    works: FilingWorks, known: Institution
) -> None:
    with pytest.raises(NotEvaluated):
        await drafted(works, known, EXTENSION, scope=(an_item(GUARD),))


@pytest.mark.parametrize("standing", [Standing.EXPIRED, Standing.CANCELLED, Standing.REVOKED])
async def test_what_has_ended_is_not_amended(works: FilingWorks, standing: Standing) -> None:
    before, ended = an_institution(), an_institution()
    ended.end(standing, reason="终止", on=AT.date())
    await keep(works, before, ended)
    with pytest.raises(Ended):
        await drafted(works, ended, CHANGE)
    filing = await drafted(works, before, CHANGE)
    async with works(EVERYTHING) as work:
        (await work.institutions.get(before.id)).end(standing, reason="终止", on=AT.date())
    with pytest.raises(Ended):
        await registered(works, filing)


async def test_a_renewal_and_a_change_are_not_assessed_and_an_extension_is(
    works: FilingWorks, known: Institution
) -> None:
    filing = await drafted(works, known, EXTENSION)
    async with works(EVERYTHING) as work:
        (await work.filings.get(filing.id)).state = FilingState.ACCEPTED
    with pytest.raises(OutOfTurn):
        async with works(EVERYTHING) as work:
            await registration.register_filing(OnFiling(filing_id=filing.id, seen=2, organ=DISTRICT), work)


async def test_nobody_amends_what_is_out_of_reach(works: FilingWorks, known: Institution) -> None:
    command = DraftAmendment(institution_id=known.id, kind=RENEWAL)
    for scope in (within(OTHER_DISTRICT), holder(an_institution().uscc)):
        with pytest.raises(UnknownInstitution):
            async with works(scope) as work:
                await cases.draft_amendment(command, work)


async def an_association(works: FilingWorks, *scope: ScopeItem) -> Institution:
    institution = an_institution(
        category=Category.MUNICIPAL_ASSOCIATION, audience=Audience.PUBLIC, scope=scope, basis=("N2.7",)
    )
    await keep(works, institution)
    return institution


async def test_n2_7_an_association_extends_to_what_nobody_else_covers(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    held, free, taken = uncovered[:3]
    institution = await an_association(works, held)
    await keep(works, an_institution(scope=(taken,)))
    for scope in ((taken,), (free, taken)):
        with pytest.raises(NotRoutable) as caught:
            await drafted(works, institution, EXTENSION, scope=scope)
        assert caught.value.basis == ("N2.7",)
    after = await amended(works, institution, EXTENSION, scope=(held, free))
    assert after.scope == (held, free)


async def test_n2_7_what_was_taken_meanwhile_is_refused_when_the_extension_is_decided(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    held, free = uncovered[:2]
    institution = await an_association(works, held)
    filing = await drafted(works, institution, EXTENSION, scope=(free,))
    await an_association(works, free)
    with pytest.raises((NotRoutable, AlreadyCovered)):
        await registered(works, filing)
    assert (await read(works, institution)).scope == (held,)


async def test_n2_4_an_extension_for_the_public_needs_the_first_filing_still_in_force(
    works: FilingWorks,
) -> None:
    first = an_institution(category=Category.LEADING_ENTERPRISE)
    second = an_institution(
        category=Category.LEADING_ENTERPRISE, audience=Audience.PUBLIC, uscc=first.uscc, basis=("N2.4",)
    )
    await keep(works, first, second)
    filing = await drafted(works, second, EXTENSION)
    async with works(EVERYTHING) as work:
        (await work.institutions.get(first.id)).suspend(reason="督导", on=AT.date())
    with pytest.raises(NotRoutable) as caught:
        await registered(works, filing)
    assert caught.value.basis == ("N2.4",)

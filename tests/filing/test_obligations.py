"""What is owed once a case is decided: by whom, until when, and what settles it."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import uuid4

from services.filing.domain.obligation import (
    ObligationState,
    all_settled,
)
from services.filing.handlers import obligations
from services.filing.handlers.register import recognize_institution
from services.filing.schemas.cases import FilingView
from shared.clock import SHANGHAI
from shared.contracts.scope import ScopeItem
from shared.policy import Attribute, Audience, Category
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    a_filing,
    a_material,
    account_opened,
    an_applicant,
    an_institution,
    institution_filed,
)
from tests.filing.owing import (
    Kind,
    account,
    by_itself,
    owed_after_registering,
    owed_on,
    publicised,
    settle,
    told,
)
from tests.filing.works import EVERYTHING, FilingWorks, keep

DUTIES = {("hand_over", DISTRICT), ("tell_province", DISTRICT), ("open_account", DISTRICT)}


async def test_n2_2_the_district_owes_account_plaque_and_word_to_the_province(works: FilingWorks) -> None:
    owed = await owed_after_registering(works, publicised())
    assert told(owed) == DUTIES
    assert {each.basis for each in owed} == {("N2.2",)}
    assert {each.deadline.due_at.astimezone(SHANGHAI).date() for each in owed} == {date(2024, 3, 7)}
    assert not all_settled(owed)


async def test_n2_4_the_city_is_copied_besides(works: FilingWorks) -> None:
    first = an_institution(category=Category.LEADING_ENTERPRISE)
    await keep(works, first)
    second = publicised(
        applicant=an_applicant(first.uscc), category=Category.LEADING_ENTERPRISE, audience=Audience.PUBLIC
    )
    owed = await owed_after_registering(works, second)
    assert told(owed) == DUTIES | {("be_copied", CITY)}
    copy = next(each for each in owed if each.kind is Kind.BE_COPIED)
    assert copy.deadline.due_at.astimezone(SHANGHAI).date() == date(2024, 3, 11)


async def test_n2_5_the_city_hands_over_and_tells_and_the_district_opens_the_account(
    works: FilingWorks,
) -> None:
    filing = publicised(
        handled_by=CITY,
        category=Category.KEY_TECHNICAL_SCHOOL,
        audience=Audience.PUBLIC,
        evidence=frozenset({Attribute.KEY_SCHOOL_EVIDENCE}),
    )
    owed = await owed_after_registering(works, filing)
    assert told(owed) == {("hand_over", CITY), ("tell_province", CITY), ("open_account", DISTRICT)}


async def test_n2_7_an_association_is_the_districts_like_an_enterprise(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    filing = publicised(
        category=Category.MUNICIPAL_ASSOCIATION,
        audience=Audience.PUBLIC,
        scope=uncovered[:1],
        basis=("N2.7",),
    )
    assert told(await owed_after_registering(works, filing)) == DUTIES


async def test_n2_1_of_what_the_province_filed_the_district_connects_and_opens_the_account(
    works: FilingWorks,
) -> None:
    async with works(EVERYTHING) as work:
        institution = await recognize_institution(institution_filed(), work)
    async with works(EVERYTHING) as work:
        owed = await work.obligations.of_institution(institution.id)
    duties = ("connect", "open_account", "invite_operator")
    assert told(owed) == {(each, DISTRICT) for each in duties}
    assert {each.filing_id for each in owed} == {None}
    assert {each.uscc for each in owed} == {institution.uscc}


async def test_n3_3_every_pledged_document_is_to_be_checked(works: FilingWorks) -> None:
    pledged = ("legal_registration", "full_time_staff")
    materials = (a_material(), *(a_material(each, pledged=True) for each in pledged))
    owed = await owed_after_registering(works, publicised(materials=materials))
    checks = [each for each in owed if each.kind is Kind.CHECK_PLEDGE]
    assert sorted(each.subject for each in checks) == sorted(pledged)
    assert {each.owner for each in checks} == {DISTRICT}


async def test_a_case_is_complete_when_all_that_was_owed_is_settled(works: FilingWorks) -> None:
    filing = publicised()
    owed = {each.kind: each for each in await owed_after_registering(works, filing)}
    steps: list[Callable[[], Awaitable[object]]] = [
        lambda: settle(works, owed[Kind.HAND_OVER]),
        lambda: account(works, owed[Kind.OPEN_ACCOUNT]),
        lambda: by_itself(works, owed[Kind.TELL_PROVINCE]),
    ]
    async with works(EVERYTHING) as work:
        registered = await work.filings.get(filing.id)
    for step in steps:
        assert not FilingView.whole(registered, await owed_on(works, filing.id)).complete
        await step()
    view = FilingView.whole(registered, await owed_on(works, filing.id))
    assert view.complete
    assert {each.state for each in view.obligations} == {ObligationState.DONE}


def test_a_draft_that_owes_nothing_is_not_complete() -> None:
    assert not FilingView.whole(a_filing(version=1), ()).complete


async def test_an_account_that_is_opened_settles_that_and_nothing_else_and_only_once(
    works: FilingWorks,
) -> None:
    filing = publicised()
    owed = {each.kind: each for each in await owed_after_registering(works, filing)}
    await account(works, owed[Kind.OPEN_ACCOUNT])
    works.at = AT + timedelta(days=1)
    await account(works, owed[Kind.OPEN_ACCOUNT])
    after = {each.kind: each for each in await owed_on(works, filing.id)}
    done = after[Kind.OPEN_ACCOUNT]
    assert (done.state, done.settled_at, done.settled_by) == (ObligationState.DONE, AT, "accounts")
    assert {each.state for kind, each in after.items() if kind is not Kind.OPEN_ACCOUNT} == {"open"}


async def test_an_account_of_an_institution_that_was_never_filed_here_settles_nothing(
    works: FilingWorks,
) -> None:
    filing = publicised()
    before = await owed_after_registering(works, filing)
    async with works(EVERYTHING) as work:
        await obligations.note_account_opened(account_opened(uuid4()), work)
    assert [each.version for each in await owed_on(works, filing.id)] == [each.version for each in before]

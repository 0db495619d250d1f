"""指定管辖: the city says who handles a case that the organ it came to cannot decide."""

from typing import Any

import pytest

from cli.suite.database import SuiteDatabase
from services.filing.domain.designation import NotDesignable, NotTheOrganAbove
from services.filing.domain.filing import Filing
from services.filing.domain.objection import Statement, object_to
from services.filing.domain.officer import Recusal, RecusedOfficer
from services.filing.domain.refusals import OutOfTurn
from services.filing.domain.stages import FilingState
from services.filing.handlers.cases import OnFiling
from services.filing.handlers.designation import Designation, designate_filing
from shared.errors import Refusal
from shared.identity import Permission
from shared.policy import Policy
from shared.policy.terms import Status
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT, PROVINCE
from tests.databases import connected
from tests.filing.casework import Case
from tests.filing.network import appointed, assigned, handed_in
from tests.filing.panelwork import a_panel
from tests.filing.works import EVERYTHING, FilingWorks
from tests.interfaces import Interfaces

TO_CITY: dict[str, Any] = {"handled_by": CITY, "reason": "本区经办人均须回避"}


def case_of(interfaces: Interfaces, filing: Filing) -> Case:
    return Case(interfaces=interfaces, uscc=filing.applicant.uscc, id=str(filing.id), tag='"1"')


async def test_n3_2_what_everybody_in_the_district_is_recused_from_is_decided_by_the_city(
    interfaces: Interfaces, works: FilingWorks, database: SuiteDatabase
) -> None:
    filing = await handed_in(works, DISTRICT)
    recusal = Recusal(uscc=filing.applicant.uscc, reason="近亲属任职")
    filing.officer_id = (await appointed(works, DISTRICT, recusals=(recusal,))).id
    case = case_of(interfaces, filing)
    view = await case.done("designation", case.officer(CITY), TO_CITY)
    assert (view["organ"], view["handled_by"], view["officer_id"]) == (DISTRICT, CITY, None)
    assert view["basis"] == ["N2.2"]
    assert (await case.ask("acceptance", case.officer(DISTRICT))).json()["code"] == "NJT-FIL-1007"
    assert (await case.done("acceptance", case.officer(CITY)))["state"] == "accepted"
    async with connected(database.owners["filing"]) as connection:
        entry = await connection.fetchrow(
            "SELECT act, reason FROM ledger_entry WHERE subject_id = $1 AND reason <> ''", filing.id
        )
    assert tuple(entry) == ("designate_filing", TO_CITY["reason"])


async def test_what_the_city_must_not_decide_it_gives_back_and_an_officer_there_takes_it(
    interfaces: Interfaces, works: FilingWorks
) -> None:
    filing = await handed_in(works, DISTRICT, handled_by=CITY)
    officer = await appointed(works, DISTRICT)
    case = case_of(interfaces, filing)
    await case.done("designation", case.officer(CITY), TO_CITY | {"handled_by": DISTRICT})
    assert officer.id is not None
    assert (await assigned(works, filing)) != [None]


async def test_the_open_panel_and_the_open_objections_go_with_the_case(
    works: FilingWorks, policy: Policy
) -> None:
    filing = await handed_in(works, DISTRICT, state=FilingState.PUBLICITY, publicity_until=AT)
    other = await handed_in(works, DISTRICT, state=FilingState.ACCEPTED)
    panel = a_panel(other, policy)
    async with works(EVERYTHING) as work:
        held = await work.filings.get(filing.id)
        objection = object_to(
            held, Statement(text="异议"), policy, key=work.new_id(), reference=work.new_code(), at=AT
        )
        work.objections.add(objection)
        work.panels.add(panel)
    for each, seen in ((filing, 2), (other, 1)):
        async with works(EVERYTHING) as work:
            command = OnFiling(filing_id=each.id, seen=seen, organ=CITY)
            await designate_filing(command, Designation(handled_by=CITY, reason="回避"), work)
    async with works(EVERYTHING) as work:
        assert (await work.panels.get(panel.id)).convened_by == CITY
        assert (await work.objections.get(objection.id)).handled_by == CITY


@pytest.mark.parametrize(
    ("organ", "changes", "to", "refusal"),
    [
        (DISTRICT, {}, CITY, NotTheOrganAbove),
        (OTHER_DISTRICT, {}, CITY, NotTheOrganAbove),
        (PROVINCE, {}, CITY, NotTheOrganAbove),
        (CITY, {}, DISTRICT, NotDesignable),
        (CITY, {"handled_by": CITY}, CITY, NotDesignable),
        (CITY, {}, OTHER_DISTRICT, NotDesignable),
        (CITY, {}, "NOWHERE", NotDesignable),
        (CITY, {"state": FilingState.DRAFT}, CITY, OutOfTurn),
        (CITY, {"state": FilingState.REGISTERED}, CITY, OutOfTurn),
        (CITY, {"state": FilingState.REFUSED}, CITY, OutOfTurn),
    ],
)
async def test_only_the_organ_above_gives_it_before_the_decision_to_one_that_sees_it(
    *, works: FilingWorks, organ: str, changes: dict[str, Any], to: str, refusal: type[Refusal]
) -> None:
    filing = await handed_in(works, DISTRICT, **changes)
    command = OnFiling(filing_id=filing.id, seen=1, organ=organ)
    with pytest.raises(refusal):
        async with works(EVERYTHING) as work:
            await designate_filing(command, Designation(handled_by=to, reason="回避"), work)


async def test_who_keeps_away_from_the_applicant_designates_nothing(
    interfaces: Interfaces, works: FilingWorks
) -> None:
    filing = await handed_in(works, DISTRICT)
    recusal = Recusal(uscc=filing.applicant.uscc, reason="近亲属任职")
    officer = await appointed(works, CITY, recusals=(recusal,))
    case = case_of(interfaces, filing)
    who = interfaces.bearer(Permission.ASSESS, Permission.READ_REGISTER, organ=CITY, subject=officer.subject)
    answer = await case.ask("designation", who, TO_CITY)
    assert (answer.status_code, answer.json()["code"]) == (403, RecusedOfficer.code)


def test_whom_it_may_be_given_to_is_an_assumption_that_says_so(policy: Policy) -> None:
    assert policy.parameter("filing.designation", AT.date()).status is Status.ASSUMED

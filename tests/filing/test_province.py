"""What filing takes from the province and what it tells it, as its worker does it on a real database."""

from typing import Any

import pytest
from sqlalchemy import text

from services.filing.province import province
from shared.contracts.province import FilingReport, MessageCode
from shared.policy import Audience, Category
from tests.builders import (
    CITY,
    GUARD,
    account_opened,
    an_institution,
    an_item,
    institution_filed,
    recognized,
    registered,
)
from tests.filing.casework import registered as registered_case
from tests.filing.works import EVERYTHING, holder, keep
from tests.interfaces import Interfaces
from tests.provincial import owed, receipts, send

FILED = MessageCode.INSTITUTION_FILED
ACCEPTED = {"stage": "technical", "ok": True, "reason_code": "", "reason": ""}


@pytest.mark.parametrize(
    ("category", "audience"),
    [
        (Category.CENTRAL_ENTERPRISE, Audience.OWN_STAFF),
        (Category.PROVINCIAL_ENTERPRISE, Audience.OWN_STAFF),
        (Category.PROVINCIAL_ASSOCIATION, Audience.PUBLIC),
    ],
)
async def test_n2_1_n2_6_what_the_province_filed_is_on_record_and_both_receipts_are_owed(
    interfaces: Interfaces, category: Category, audience: Audience
) -> None:
    filed = institution_filed(category=category, audience=audience)
    message = await send(interfaces, "filing", FILED, filed)
    async with interfaces.suite.runtimes["filing"].works(holder(filed.uscc)) as work:
        (institution,) = (await work.institutions.page(cursor=None, size=5)).items
    assert institution.number == filed.provincial_number
    assert institution.station_codes == filed.station_codes
    done = ACCEPTED | {"stage": "business"}
    assert await receipts(interfaces, "filing", message) == [ACCEPTED, done]


async def test_n2_1_a_recognition_is_announced_and_entered_in_the_ledger(interfaces: Interfaces) -> None:
    filed = institution_filed()
    await send(interfaces, "filing", FILED, filed)
    async with interfaces.suite.runtimes["filing"].engine.connect() as connection:
        announced = await connection.execute(
            text("SELECT topic, sequence FROM outbox WHERE data LIKE :uscc"), {"uscc": f"%{filed.uscc}%"}
        )
        assert [tuple(row) for row in announced] == [("filing.institution-recognized.v1", 1)]
        entered = await connection.execute(
            text(
                "SELECT act, basis FROM ledger_entry JOIN outbox ON subject = subject_id"
                " WHERE data LIKE :uscc"
            ),
            {"uscc": f"%{filed.uscc}%"},
        )
        acts = [tuple(row) for row in entered]
    assert acts == [("province.INSTITUTION_FILED", ["N2.1"])]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": Category.MUNICIPAL_ENTERPRISE}, "NJT-FIL-1015"),
        ({"category": Category.LEADING_ENTERPRISE}, "NJT-FIL-1015"),
        (
            {"category": Category.TECHNICAL_SCHOOL, "audience": Audience.OWN_STUDENTS},
            "NJT-FIL-1015",
        ),
        ({"audience": Audience.PUBLIC}, "NJT-POL-1005"),
        ({"organ": "990000"}, "NJT-POL-1001"),
        ({"organ": CITY}, "NJT-FIL-1017"),
        ({"scope": (an_item(GUARD),)}, "NJT-FIL-1004"),
    ],
)
async def test_what_the_province_may_not_file_is_declined_with_a_reason_and_leaves_nothing(
    interfaces: Interfaces, changes: dict[str, Any], code: str
) -> None:
    filed = institution_filed(**changes)
    message = await send(interfaces, "filing", FILED, filed)
    technical, business = await receipts(interfaces, "filing", message)
    assert technical == ACCEPTED
    assert (business["ok"], business["reason_code"]) == (False, code)
    assert " · " in business["reason"]
    async with interfaces.suite.runtimes["filing"].works(holder(filed.uscc)) as work:
        assert (await work.institutions.page(cursor=None, size=5)).items == []


async def test_a_body_that_is_on_record_already_is_declined(interfaces: Interfaces) -> None:
    filed = institution_filed()
    await keep(interfaces.suite.runtimes["filing"].works, an_institution(uscc=filed.uscc))
    message = await send(interfaces, "filing", FILED, filed)
    _, business = await receipts(interfaces, "filing", message)
    assert (business["ok"], business["reason_code"]) == (False, "NJT-FIL-1010")
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        assert await work.institutions.has_first_filing(filed.uscc, on=filed.valid_from)


async def test_a_validity_that_ends_before_it_began_is_declined(interfaces: Interfaces) -> None:
    filed = institution_filed()
    backwards = filed.model_copy(update={"valid_until": filed.valid_from})
    message = await send(interfaces, "filing", FILED, backwards)
    _, business = await receipts(interfaces, "filing", message)
    assert business["reason_code"] == "NJT-FIL-1016"


async def test_a_registration_is_reported_to_the_province_once(interfaces: Interfaces) -> None:
    case, view = await registered_case(interfaces)
    (report,) = await owed(interfaces, "filing", case.uscc)
    assert (report.code, report.business_key) == ("FILING_REPORTED", f"filing:{view['filing_number']}")
    told = FilingReport.model_validate(report.payload)
    assert (str(told.institution_id), told.uscc) == (view["institution_id"], case.uscc)


def test_the_province_is_told_of_registrations_and_of_nothing_it_filed_itself() -> None:
    assert province.dispatch(registered()) is not None
    assert province.dispatch(recognized()) is None
    assert province.dispatch(account_opened(an_institution().id)) is None


def test_filing_takes_provincial_filings_and_the_catalogue_and_nothing_else() -> None:
    taken = [code for code in MessageCode if province.taken(code)]
    assert taken == [FILED, MessageCode.CATALOGUE_UPDATED]

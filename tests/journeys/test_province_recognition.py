"""一次备案、全省认可: what the province has filed is recognised, its account opened, and the province told (N2.1, N2.6)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from cli.suite.home import Home
from shared.contracts.province import AccountOpenedReport, CertificatesIssued, MessageCode, Stage
from shared.policy import Audience, Category
from tests.builders import DISTRICT, a_uscc, institution_filed
from tests.shared.province.exchange import until
from tests.shared.province.letters import ACCEPTED, DONE, TRACE, TRACE_ID
from tests.shared.province.suite import Suite, opened_suite
from tests.shared.province.tongues import PROFILES
from tests.subsidy.builders import HOLDER, SCOPE, certificate, lathe

NAME = "测试员甲"


@pytest.fixture(scope="module", params=list(PROFILES))
async def suite(
    request: pytest.FixtureRequest, postgres_url: str, home: Home, scratch: Path
) -> AsyncIterator[Suite]:
    """In each dialect, with keys of its algorithm."""
    folder = scratch / f"recognition_{request.param}"
    async with opened_suite(postgres_url, home.passwords, folder, spoken=PROFILES[request.param]) as suite:
        yield suite
    assert suite.province.unreadable == []


async def test_n2_1_one_filing_opens_the_account_without_a_second_assessment(suite: Suite) -> None:
    filed = institution_filed()
    message_id = await suite.file(filed, trace=TRACE)
    assert await suite.conclusion(message_id) == DONE
    assert suite.province.sent[message_id].technical == ACCEPTED
    (institution,) = await suite.rows("filing", "SELECT * FROM institution WHERE uscc = $1", filed.uscc)
    assert (institution["filed_by"], institution["basis"]) == ("province", ["N2.1"])
    assert (institution["organ"], institution["number"]) == (DISTRICT, filed.provincial_number)
    assert await suite.count("filing", "filing") == 0
    heard = await suite.opened(filed.uscc)
    (account,) = await suite.rows("accounts", "SELECT * FROM account WHERE uscc = $1", filed.uscc)
    assert account["institution_id"] == institution["id"]
    assert account["station_codes"] == list(filed.station_codes)
    assert heard.payload == AccountOpenedReport(
        account_id=account["id"], institution_id=institution["id"], uscc=filed.uscc, organ=DISTRICT
    )


async def test_n2_1_the_whole_journey_is_one_trace_and_ends_when_the_province_has_answered(
    suite: Suite,
) -> None:
    filed = institution_filed()
    await suite.file(filed, trace=TRACE)
    heard = await suite.opened(filed.uscc)
    assert heard.traceparent is not None
    assert heard.traceparent[TRACE_ID] == TRACE[TRACE_ID]
    await suite.at_rest()
    query = (
        "SELECT state, attempts, lane, sequence FROM exchange_intent WHERE lane = $1 AND code <> 'RECEIPT'"
    )
    (told,) = await suite.rows("accounts", query, filed.uscc)
    assert tuple(told.values()) == ("done", 1, filed.uscc, 1)


async def test_n2_1_the_same_filing_told_again_opens_no_second_account(suite: Suite) -> None:
    filed = institution_filed()
    first = await suite.file(filed)
    await suite.opened(filed.uscc)
    again = await suite.file(filed)
    assert [await suite.conclusion(each) for each in (first, again)] == [DONE, DONE]
    await suite.at_rest()
    assert suite.told_opened().count(filed.uscc) == 1
    for service, table in (("filing", "institution"), ("accounts", "account")):
        rows = await suite.rows(service, f"SELECT 1 FROM {table} WHERE uscc = $1", filed.uscc)  # noqa: S608 — the names above
        assert len(rows) == 1


async def test_n2_6_a_provincial_association_is_recognised_by_its_own_clause(suite: Suite) -> None:
    filed = institution_filed(category=Category.PROVINCIAL_ASSOCIATION, audience=Audience.PUBLIC)
    assert await suite.conclusion(await suite.file(filed)) == DONE
    (institution,) = await suite.rows("filing", "SELECT * FROM institution WHERE uscc = $1", filed.uscc)
    assert (institution["basis"], institution["audience"]) == (["N2.6"], "public")
    await suite.opened(filed.uscc)
    (account,) = await suite.rows("accounts", "SELECT basis FROM account WHERE uscc = $1", filed.uscc)
    assert account["basis"] == ["N2.6"]


@pytest.mark.parametrize(
    ("category", "audience", "told"),
    [
        (Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF, ("NJT-FIL-1015", "N2.2")),
        (Category.VOCATIONAL_SCHOOL, Audience.OWN_STUDENTS, ("NJT-FIL-1015", "N2.3")),
        (Category.LEADING_ENTERPRISE, Audience.PUBLIC, ("NJT-POL-1005", "N2.4")),
        (Category.MUNICIPAL_ASSOCIATION, Audience.PUBLIC, ("NJT-POL-1005", "N2.7")),
    ],
)
async def test_what_a_district_files_is_not_taken_from_the_province_and_the_clause_is_told(
    suite: Suite, category: Category, audience: Audience, told: tuple[str, str]
) -> None:
    filed = institution_filed(category=category, audience=audience)
    message_id = await suite.file(filed)
    rejection = await suite.conclusion(message_id)
    assert suite.province.sent[message_id].technical == ACCEPTED
    code, clause = told
    assert (rejection.stage, rejection.ok, rejection.reason_code) == (Stage.BUSINESS, False, code)
    assert clause in rejection.reason
    await suite.at_rest()
    assert await suite.rows("filing", "SELECT 1 FROM institution WHERE uscc = $1", filed.uscc) == []
    assert filed.uscc not in suite.told_opened()


async def test_after_a_rejection_the_same_body_filed_rightly_is_recognised(suite: Suite) -> None:
    uscc = a_uscc()
    wrongly = institution_filed(uscc=uscc, category=Category.MUNICIPAL_ENTERPRISE)
    assert not (await suite.conclusion(await suite.file(wrongly))).ok
    rightly = institution_filed(uscc=uscc)
    assert await suite.conclusion(await suite.file(rightly)) == DONE
    assert (await suite.opened(uscc)).envelope.sequence == 1


async def test_certificates_that_come_before_their_institution_wait_sealed_and_are_kept_in_the_end(
    suite: Suite,
) -> None:
    uscc = a_uscc()
    batch = CertificatesIssued(batch=f"批次-{uscc}", certificates=(certificate(lathe(4), uscc=uscc),))
    issued = await suite.province.send(
        "subsidy",
        MessageCode.CERTIFICATES_ISSUED,
        business_key=batch.batch,
        lane=uscc,
        payload=batch,
    )

    async def held() -> bool:
        return await suite.count("subsidy", "held_message") == 1

    await until(held)
    (waiting,) = await suite.rows("subsidy", "SELECT * FROM held_message")
    assert waiting["state"] == "waiting"
    assert all(each.encode() not in waiting["body"] for each in (HOLDER, NAME, batch.batch))
    suite.later(timedelta(days=30))
    filed = institution_filed(uscc=uscc, scope=SCOPE, station_codes=("Y000032000001",))
    await suite.file(filed)
    await suite.opened(uscc)
    suite.later(timedelta(seconds=11))
    assert await suite.conclusion(issued) == DONE
    (kept,) = await suite.rows("subsidy", "SELECT * FROM certificate WHERE uscc = $1", uscc)
    assert all(each.encode() not in kept["holder_id"] + kept["holder_name"] for each in (HOLDER, NAME))
    assert await suite.count("subsidy", "held_message") == 0

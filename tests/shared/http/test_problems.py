"""Every refusal, and everything nobody expected, as a problem document."""

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.testing import capture_logs

from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Stale
from shared.http.client import Unreachable
from shared.http.problems import Malformed, PreconditionMissing, TooBusy, problems, status_of
from shared.identity import NotAuthenticated, NotYours
from tests.builders import CITIZEN_ID
from tests.interfaces import Interfaces
from tests.shared.http.conftest import Wrong, problem


class Crossed(Exception):  # noqa: N818 — as the driver would say it
    """Two waited for each other."""

    sqlstate = "40P01"


class TooLate(Conflict):
    """已过期限 · The term is over."""

    code = "NJT-TST-1001"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Malformed, (400, "NJT-GEN-0400")),
        (NotAuthenticated, (401, "NJT-IDN-0401")),
        (Forbidden, (403, "NJT-GEN-0403")),
        (NotYours, (403, "NJT-IDN-0001")),
        (NotFound, (404, "NJT-GEN-0404")),
        (Conflict, (409, "NJT-GEN-0409")),
        (TooLate, (409, "NJT-TST-1001")),
        (Stale, (412, "NJT-GEN-0412")),
        (Invalid, (422, "NJT-GEN-0422")),
        (PreconditionMissing, (428, "NJT-GEN-0428")),
        (Unreachable, (502, "NJT-GEN-0502")),
        (TooBusy, (503, "NJT-GEN-0503")),
    ],
)
async def test_each_family_of_refusal_has_its_status_and_each_refusal_its_code(
    client: httpx.AsyncClient, wrong: Wrong, kind: type[Refusal], expected: tuple[int, str]
) -> None:
    wrong.raised = kind("说明 · detail")
    answer = await client.get("/wrong")
    told = problem(answer)
    assert (answer.status_code, told["code"]) == expected
    assert told["title"] == kind().title
    assert told["detail"] == "说明 · detail"
    assert status_of(kind) == expected[0]


async def test_a_refusal_names_its_clauses_and_what_may_be_done_instead(
    client: httpx.AsyncClient, wrong: Wrong
) -> None:
    wrong.raised = TooLate(basis=("N2.4", "N2.8"), extra={"alternatives": [{"clause": "N2.1"}]})
    told = problem(await client.get("/wrong"))
    assert told["basis"] == ["N2.4", "N2.8"]
    assert told["extra"] == {"alternatives": [{"clause": "N2.1"}]}
    assert told["detail"] == told["title"] == "已过期限 · The term is over"


async def test_a_refusal_is_found_again_by_the_trace_it_was_made_in(
    client: httpx.AsyncClient, wrong: Wrong
) -> None:
    wrong.raised = TooLate()
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = await client.get("/wrong", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert problem(answer)["trace_id"] == trace


async def test_personal_data_in_a_reason_is_masked(client: httpx.AsyncClient, wrong: Wrong) -> None:
    wrong.raised = TooLate(f"证件 {CITIZEN_ID} 电话 13800000000")
    answer = await client.get("/wrong")
    assert CITIZEN_ID not in answer.text
    assert "13800000000" not in answer.text


async def test_whoever_is_not_logged_in_is_told_how(client: httpx.AsyncClient, wrong: Wrong) -> None:
    wrong.raised = NotAuthenticated()
    assert (await client.get("/wrong")).headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "raised",
    [
        PoolTimeout(),
        ConnectionRefusedError(111, "refused"),
        ConnectionResetError(),
        TimeoutError(),
        OSError("Multiple exceptions: refused, refused"),
        DBAPIError("", {}, Exception(), connection_invalidated=True),
        DBAPIError("", {}, Crossed()),
        TooBusy(),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_while_the_database_is_away_callers_are_asked_to_come_again(
    client: httpx.AsyncClient, wrong: Wrong, raised: Exception
) -> None:
    wrong.raised = raised
    answer = await client.get("/wrong")
    assert (answer.status_code, problem(answer)["code"]) == (503, "NJT-GEN-0503")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "raised",
    [
        ZeroDivisionError(f"secret {CITIZEN_ID}"),
        ValueError("secret"),
        FileNotFoundError("secret"),
        DBAPIError("SELECT secret", {}, Exception("secret")),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_what_nobody_expected_is_a_problem_without_any_detail(
    client: httpx.AsyncClient, wrong: Wrong, raised: Exception
) -> None:
    wrong.raised = raised
    with capture_logs() as logged:
        answer = await client.get("/wrong")
    assert [(each["event"], each["path"], each["exc_info"]) for each in logged] == [
        ("unexpected", "/wrong", raised)
    ]
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (500, "NJT-GEN-0500")
    assert told["detail"] == told["title"]
    for word in ("secret", type(raised).__name__, "Traceback", CITIZEN_ID):
        assert word not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_text_that_no_column_can_hold_is_the_callers_fault(
    client: httpx.AsyncClient, wrong: Wrong, interfaces: Interfaces
) -> None:
    async def look_for_it() -> None:
        async with interfaces.suite.runtimes["filing"].engine.connect() as connection:
            await connection.execute(text("SELECT CAST(:wanted AS text)"), {"wanted": "a\x00b"})

    wrong.first = look_for_it
    answer = await client.get("/wrong")
    assert (answer.status_code, problem(answer)["code"]) == (422, "NJT-GEN-0422")


async def test_an_address_that_does_not_exist_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/nowhere/{CITIZEN_ID}")
    assert (answer.status_code, problem(answer)["code"]) == (404, "NJT-GEN-0404")
    assert CITIZEN_ID not in answer.text


async def test_a_method_that_is_not_offered_is_a_problem_that_names_those_that_are(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.delete("/wrong")
    assert (answer.status_code, problem(answer)["code"]) == (405, "NJT-GEN-0405")
    assert answer.headers["allow"] == "GET"


def test_the_document_lists_what_a_route_may_refuse_with_and_what_any_may() -> None:
    listed = problems(TooLate, Stale)
    assert sorted(listed, key=str) == [400, 401, 403, 409, 412, 422, 503]
    assert listed[409]["description"] == "NJT-TST-1001 已过期限 · The term is over"
    assert problems(TooLate, Conflict)[409]["description"].count("; ") == 1

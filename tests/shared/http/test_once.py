"""A creation asked for twice, at once or later, happens once."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.identity import Permission
from shared.values import Uscc
from tests.builders import a_uscc, new_filing
from tests.interfaces import Headers, Interfaces, fresh_key
from tests.shared.http.conftest import problem


@pytest.fixture
def uscc() -> Uscc:
    return a_uscc()


@pytest.fixture
def applicant(interfaces: Interfaces, uscc: Uscc) -> Headers:
    return interfaces.bearer(
        Permission.APPLY, Permission.READ_REGISTER, holder=uscc, subject=f"portal-{uscc}"
    )


async def draft(interfaces: Interfaces, headers: Headers, body: dict[str, Any]) -> httpx.Response:
    return await interfaces.filing.post("/v1/filings", headers=headers, json=body)


async def count(interfaces: Interfaces, who: Headers) -> int:
    return len((await interfaces.filing.get("/v1/filings", headers=who)).json()["items"])


async def test_a_repeat_is_answered_as_the_first_time(
    interfaces: Interfaces, applicant: Headers, uscc: Uscc
) -> None:
    headers = applicant | fresh_key()
    first = await draft(interfaces, headers, new_filing(uscc))
    again = await draft(interfaces, headers, new_filing(uscc))
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"] == '"1"'
    assert await count(interfaces, applicant) == 1


async def test_of_five_at_once_one_has_the_effect_and_all_have_its_answer(
    interfaces: Interfaces, applicant: Headers, uscc: Uscc
) -> None:
    headers = applicant | fresh_key()
    answers = await asyncio.gather(*(draft(interfaces, headers, new_filing(uscc)) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await count(interfaces, applicant) == 1


async def test_the_same_key_for_something_else_is_refused(
    interfaces: Interfaces, applicant: Headers, uscc: Uscc
) -> None:
    headers = applicant | fresh_key()
    await draft(interfaces, headers, new_filing(uscc))
    other = await draft(interfaces, headers, new_filing(uscc, training=["work_for_training"]))
    assert (other.status_code, problem(other)["code"]) == (409, "NJT-GEN-1001")
    assert await count(interfaces, applicant) == 1


async def test_the_same_content_written_differently_is_the_same(
    interfaces: Interfaces, applicant: Headers, uscc: Uscc
) -> None:
    headers = applicant | fresh_key()
    both = ["work_for_training", "new_apprenticeship"]
    first = await draft(interfaces, headers, new_filing(uscc, training=both))
    for training in (both[::-1], [*both, *both]):
        body = dict(reversed(new_filing(uscc, training=training, evidence=[]).items()))
        assert (await draft(interfaces, headers, body)).json()["id"] == first.json()["id"]


async def test_another_caller_may_use_the_same_key(
    interfaces: Interfaces, applicant: Headers, uscc: Uscc
) -> None:
    key = fresh_key()
    first = await draft(interfaces, applicant | key, new_filing(uscc))
    other = interfaces.bearer(Permission.APPLY, holder=uscc, subject=f"other-{uscc}")
    second = await draft(interfaces, other | key, new_filing(uscc))
    assert first.json()["id"] != second.json()["id"]


async def test_what_was_refused_may_be_tried_again_under_the_same_key(
    interfaces: Interfaces, applicant: Headers, uscc: Uscc
) -> None:
    headers = applicant | fresh_key()
    refused = await draft(interfaces, headers, new_filing(uscc, category="central_enterprise"))
    assert refused.status_code == 409
    assert (await draft(interfaces, headers, new_filing(uscc))).status_code == 201


@pytest.mark.parametrize("key", [None, "", "short", "x" * 101, "with space 1", "tab\there12"])
async def test_without_a_key_of_the_right_form_nothing_is_created(
    interfaces: Interfaces, applicant: Headers, uscc: Uscc, key: str | None
) -> None:
    headers = applicant if key is None else applicant | {"Idempotency-Key": key}
    answer = await draft(interfaces, headers, new_filing(uscc))
    told = problem(answer)
    assert answer.status_code == 422
    assert [each["field"] for each in told["errors"]] == ["header.idempotency-key"]
    assert await count(interfaces, applicant) == 0

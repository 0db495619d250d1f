"""扫码核验: a phone is shown a page, a program what it always was."""

from base64 import b64encode
from datetime import date
from hashlib import sha256
from typing import Any

import httpx
import pytest

from services.filing.domain.institution import Institution, Standing
from tests.builders import an_institution, an_item, standing
from tests.filing.works import keep
from tests.interfaces import Interfaces

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(autouse=True)
def _fresh_buckets(interfaces: Interfaces) -> None:
    """Each test asks as if from an address of its own."""
    interfaces.suite.apps["filing"].state.rates._buckets.clear()  # noqa: SLF001 — no test waits for a minute


async def ask(interfaces: Interfaces, code: str, accept: str) -> httpx.Response:
    return await interfaces.filing.get(f"/v1/public/institutions/{code}", headers={"Accept": accept})


async def page_of(interfaces: Interfaces, institution: Institution) -> httpx.Response:
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    answer = await ask(interfaces, institution.verification, BROWSER)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer


async def test_a_phone_is_shown_who_it_is_and_that_it_may_evaluate(interfaces: Interfaces) -> None:
    scope = (an_item(), an_item(level=3))
    answer = await page_of(interfaces, an_institution(scope=scope, valid_until=date(2099, 3, 3)))
    assert "备案有效，今日可开展评价" in answer.text
    assert "车工<span>6-18-01-01　四级/中级工、三级/高级工</span>" in answer.text
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"standings": (standing(Standing.SUSPENDED, on=date(2024, 5, 1)),)}, "暂停"),
        ({"valid_until": date(2024, 6, 1)}, "不在有效期"),
    ],
)
async def test_it_says_why_one_may_not(interfaces: Interfaces, changes: dict[str, Any], told: str) -> None:
    answer = await page_of(interfaces, an_institution(**{"valid_until": date(2099, 3, 3), **changes}))
    assert f"今日不可开展评价（{told}" in answer.text


async def test_what_somebody_typed_is_text_and_no_script_may_run(interfaces: Interfaces) -> None:
    answer = await page_of(interfaces, an_institution(name='<script>alert("1")</script>$style'))
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_code_nobody_carries_is_told_in_the_form_that_was_asked_for(interfaces: Interfaces) -> None:
    page = await ask(interfaces, "0" * 32, BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "查无此核验码" in page.text
    plain = await ask(interfaces, "0" * 32, "application/json")
    assert (plain.status_code, plain.json()["code"]) == (404, "NJT-FIL-1002")


@pytest.mark.parametrize(
    "accept", ["*/*", "", "application/json", "application/json, text/html;q=0.5", "text/html;q=none"]
)
async def test_a_program_is_answered_as_before(interfaces: Interfaces, accept: str) -> None:
    institution = an_institution(valid_until=date(2099, 3, 3))
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    answer = await ask(interfaces, institution.verification, accept)
    assert answer.json()["number"] == institution.number

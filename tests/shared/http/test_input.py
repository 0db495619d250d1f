"""What does not fit is refused at the door, by field and reason, and never repeated."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.identity import Permission
from tests.builders import CITIZEN_ID, a_uscc, new_filing
from tests.interfaces import Headers, Interfaces, fresh_key
from tests.shared.http.conftest import LIMIT, problem

USCC = a_uscc()
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "body", [b"{", b"", b"{'text': 1}", b'{"text": "a",}', b"\xff\xfe", b'{"text": "\xff"}', b"[" * 1500]
)
async def test_what_is_no_json_is_malformed(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/letters", content=body, headers=JSON)
    told = problem(answer)
    assert (answer.status_code, told["code"]) in ((400, "NJT-GEN-0400"), (422, "NJT-GEN-0422"))
    assert answer.status_code == 400 or body == b""


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
async def test_json_that_does_not_say_so_is_refused(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.post("/letters", content=b'{"text": "a"}', headers={"content-type": kind})
    assert (answer.status_code, problem(answer)["code"]) == (422, "NJT-GEN-0422")


async def test_a_body_within_the_limit_is_taken(client: httpx.AsyncClient) -> None:
    whole = b'{"text": "' + b"a" * (LIMIT - 12) + b'"}'
    assert len(whole) == LIMIT
    answer = await client.post("/letters", content=whole, headers=JSON)
    assert (answer.status_code, answer.json()) == (200, LIMIT - 12)


async def in_parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 500):
        yield content[start : start + 500]


@pytest.mark.parametrize("path", ["/letters", "/deaf"])
async def test_a_body_that_announces_too_much_is_a_problem_before_it_is_read(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.post(path, content=b"a" * (LIMIT + 1), headers=JSON)
    assert (answer.status_code, problem(answer)["code"]) == (413, "NJT-GEN-0413")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_body_that_turns_out_too_large_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.post("/letters", content=in_parts(b"a" * (LIMIT + 1)), headers=JSON)
    assert (answer.status_code, problem(answer)["code"]) == (413, "NJT-GEN-0413")


@pytest.mark.parametrize("length", ["9" * 5000, "²", "many", "-1"])
async def test_a_length_that_cannot_be_breaks_nothing(client: httpx.AsyncClient, length: str) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", length.encode("latin-1"))]
    request = httpx.Request("POST", "http://service.test/letters", content=b"{}")
    request.headers = httpx.Headers(headers)
    answer = await client.send(request)
    assert answer.status_code in {413, 422}


@pytest.fixture
def applicant(interfaces: Interfaces) -> Headers:
    """One who may apply for USCC, under a fresh key."""
    return interfaces.bearer(Permission.APPLY, holder=USCC) | fresh_key()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"applicant": None}, ("body.applicant", "model_attributes_type")),
        ({"applicant": {"name": "甲"}}, ("body.applicant.uscc", "missing")),
        ({"applicant": {"name": 7, "uscc": USCC}}, ("body.applicant.name", "string_type")),
        ({"applicant": {"name": "", "uscc": USCC}}, ("body.applicant.name", "string_too_short")),
        ({"applicant": {"name": "甲" * 121, "uscc": USCC}}, ("body.applicant.name", "string_too_long")),
        (
            {"applicant": {"name": "甲\u0000", "uscc": USCC}},
            ("body.applicant.name", "string_pattern_mismatch"),
        ),
        ({"applicant": {"name": "甲", "uscc": USCC[:-1]}}, ("body.applicant.uscc", "NJT-VAL-1001")),
        ({"applicant": {"name": "甲", "uscc": 7}}, ("body.applicant.uscc", "NJT-VAL-1001")),
        ({"category": "bank"}, ("body.category", "enum")),
        ({"audience": None}, ("body.audience", "enum")),
        ({"organ": "浦口"}, ("body.organ", "string_pattern_mismatch")),
        ({"scope": []}, ("body.scope", "too_short")),
        ({"scope": "all"}, ("body.scope", "tuple_type")),
        ({"scope": [{"edition": "2015"}]}, ("body.scope.0.occupation", "missing")),
        (
            {"scope": [{"edition": "2015", "occupation": "6-18-01-01", "level": 6}]},
            ("body.scope.0.level", "NJT-VAL-1008"),
        ),
        (
            {"scope": [{"edition": "2015", "occupation": "6-18-01-01", "level": True}]},
            ("body.scope.0.level", "NJT-VAL-1008"),
        ),
        ({"training": ["none"]}, ("body.training.0", "enum")),
        ({"unknown": 1}, ("body.unknown", "extra_forbidden")),
    ],
)
async def test_a_field_that_does_not_fit_is_named_with_its_reason_in_both_languages(
    interfaces: Interfaces, applicant: Headers, changes: dict[str, Any], fault: tuple[str, str]
) -> None:
    answer = await interfaces.filing.post("/v1/filings", headers=applicant, json=new_filing(USCC) | changes)
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (422, "NJT-GEN-0422")
    assert fault in [(each["field"], each["code"]) for each in told["errors"]]
    for each in told["errors"]:
        chinese, _, english = each["reason"].partition(" · ")
        assert chinese
        assert english


PLACES: list[dict[str, Any]] = [
    {"category": CITIZEN_ID},
    {"audience": [CITIZEN_ID]},
    {"organ": CITIZEN_ID},
    {"organ": USCC},
    {"applicant": CITIZEN_ID},
    {"applicant": {"name": {"id": CITIZEN_ID}, "uscc": USCC}},
    {"applicant": {"name": "甲" * 200 + CITIZEN_ID, "uscc": USCC}},
    {"applicant": {"name": "甲", "uscc": CITIZEN_ID}},
    {"applicant": {"name": "甲", "uscc": USCC[:-1] + "%"}},
    {"applicant": {"name": "甲", "uscc": USCC, CITIZEN_ID: 1}},
    {"applicant": {"name": "甲", "uscc": USCC, USCC: 1}},
    {CITIZEN_ID: USCC},
    {USCC: CITIZEN_ID},
    {f"id_{CITIZEN_ID}": 1},
    {"\ud800": 1},
    {"张三": CITIZEN_ID},
    {"scope": [{"edition": CITIZEN_ID, "occupation": USCC, "level": CITIZEN_ID}]},
    {"scope": {CITIZEN_ID: USCC}},
    {"training": [USCC]},
    {"evidence": {CITIZEN_ID: 1}},
]


@pytest.mark.parametrize("changes", PLACES)
async def test_an_identifier_in_the_wrong_place_does_not_come_back(
    interfaces: Interfaces, applicant: Headers, changes: dict[str, Any]
) -> None:
    body = json.dumps(new_filing(USCC) | changes).encode()
    answer = await interfaces.filing.post("/v1/filings", headers=applicant | JSON, content=body)
    told = problem(answer)
    assert answer.status_code == 422
    assert told["errors"]
    for secret in (CITIZEN_ID, CITIZEN_ID[:-1], USCC, USCC[:-1], "张三"):
        assert secret not in answer.text


@pytest.mark.parametrize("secret", [CITIZEN_ID, USCC])
async def test_an_identifier_in_an_address_or_a_header_does_not_come_back(
    interfaces: Interfaces, secret: str
) -> None:
    reader = interfaces.bearer(Permission.READ_REGISTER, Permission.APPLY, holder=USCC)
    for answer in (
        await interfaces.filing.get(f"/v1/filings/{secret}", headers=reader),
        await interfaces.filing.get("/v1/filings", params={"state": secret}, headers=reader),
        await interfaces.filing.get("/v1/filings", params={"size": secret + "x"}, headers=reader),
        await interfaces.filing.get("/v1/filings", params={"cursor": secret}, headers=reader),
        await interfaces.filing.post(
            "/v1/filings", headers=reader | {"Idempotency-Key": f"{secret} x"}, json=new_filing(USCC)
        ),
        await interfaces.filing.post(
            f"/v1/filings/{'0' * 8}-0000-0000-0000-{'0' * 12}/submission",
            headers=reader | {"If-Match": secret},
        ),
    ):
        assert answer.status_code == 422
        assert secret not in answer.text


async def test_a_hundred_faults_are_not_all_listed(interfaces: Interfaces, applicant: Headers) -> None:
    body = new_filing(USCC) | {f"unknown_{number}": 1 for number in range(100)}
    answer = await interfaces.filing.post("/v1/filings", headers=applicant, json=body)
    assert len(problem(answer)["errors"]) == 50

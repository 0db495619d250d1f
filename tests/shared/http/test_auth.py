"""Who is calling, as the interface reads it off a request."""

import pytest
from joserfc.jwk import OKPKey

from shared.identity import Permission, TokenIssuer
from tests.builders import DISTRICT
from tests.interfaces import Interfaces
from tests.shared.http.conftest import problem


def token_of(interfaces: Interfaces, *permissions: Permission) -> str:
    return interfaces.bearer(*permissions, organ=DISTRICT)["Authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_bearer_token_opens_the_door(interfaces: Interfaces, scheme: str) -> None:
    token = token_of(interfaces, Permission.READ_REGISTER)
    headers = {"Authorization": f"{scheme} {token}"}
    assert (await interfaces.filing.get("/v1/filings", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "form", [None, "", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer {}x", "Bearer Bearer {}"]
)
async def test_anything_else_does_not(interfaces: Interfaces, form: str | None) -> None:
    token = token_of(interfaces, Permission.READ_REGISTER)
    headers = {} if form is None else {"Authorization": form.format(token)}
    answer = await interfaces.filing.get("/v1/filings", headers=headers)
    assert (answer.status_code, problem(answer)["code"]) == (401, "NJT-IDN-0401")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert token not in answer.text


async def test_a_token_in_the_address_does_not_count(interfaces: Interfaces) -> None:
    token = token_of(interfaces, Permission.READ_REGISTER)
    answer = await interfaces.filing.get("/v1/filings", params={"access_token": token})
    assert answer.status_code == 401


async def test_the_permission_that_is_missing_is_named(interfaces: Interfaces) -> None:
    headers = interfaces.bearer(Permission.APPLY, organ=DISTRICT)
    answer = await interfaces.filing.get("/v1/filings", headers=headers)
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (403, "NJT-IDN-0403")
    assert "register:read" in told["detail"]


async def test_a_token_is_asked_for_before_the_body_is_looked_at(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.post("/v1/filings", json={"applicant": 7})
    assert answer.status_code == 401


async def test_a_token_of_another_issuer_is_not_trusted(interfaces: Interfaces) -> None:
    key = OKPKey.import_key(interfaces.plan.home.signing_key("tokens").read_bytes(), {"use": "sig"})
    key.ensure_kid()
    foreign = TokenIssuer(issuer="http://somebody.else", audience="ningjitong", key=key, lifetime_seconds=900)
    at = interfaces.clock.now().timestamp()
    token = foreign.issue("intruder", {"scope": "register:read", "organ": DISTRICT}, at=at, token_id="t")
    answer = await interfaces.filing.get("/v1/filings", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, problem(answer)["code"]) == (401, "NJT-IDN-0401")

"""Accounts over HTTP, on the assembled interface with a real database and real tokens."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.accounts.domain import Account
from shared.identity import Permission
from tests.accounts.works import keep
from tests.builders import CITY, DISTRICT, OTHER_DISTRICT, a_uscc, an_account
from tests.interfaces import Headers, Interfaces, fresh_key

READ = Permission.READ_ACCOUNTS
MANAGE = Permission.MANAGE_CLIENTS


@pytest.fixture
async def account(interfaces: Interfaces) -> Account:
    """One that is open in the district."""
    opened = an_account()
    await keep(interfaces.suite.runtimes["accounts"].works, opened)
    return opened


def a_name() -> str:
    return f"client-{uuid4().hex[:12]}"


async def add(interfaces: Interfaces, who: Headers, **body: Any) -> httpx.Response:
    content = {"client_id": a_name(), "permissions": ["register:read"]} | body
    return await interfaces.accounts.post("/v1/clients", headers=fresh_key() | who, json=content)


async def test_an_account_is_shown_to_its_district_the_city_and_its_institution(
    interfaces: Interfaces, account: Account
) -> None:
    for reach in ({"organ": DISTRICT}, {"organ": CITY}, {"holder": account.uscc}):
        headers = interfaces.bearer(READ, **reach)
        for path in (f"/v1/accounts/{account.id}", f"/v1/accounts/of-institution/{account.institution_id}"):
            answer = await interfaces.accounts.get(path, headers=headers)
            assert answer.status_code == 200
            assert answer.headers["etag"] == '"1"'
            shown = answer.json()
            assert (shown["id"], shown["uscc"], shown["state"]) == (str(account.id), account.uscc, "open")
            assert shown["opened_at"] == "2024-03-04T01:00:00Z"


async def test_an_account_does_not_exist_for_anybody_else(interfaces: Interfaces, account: Account) -> None:
    for reach in ({"organ": OTHER_DISTRICT}, {"holder": a_uscc()}, {}):
        headers = interfaces.bearer(READ, **reach)
        for path in (f"/v1/accounts/{account.id}", f"/v1/accounts/of-institution/{account.institution_id}"):
            answer = await interfaces.accounts.get(path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "NJT-ACC-1001")


async def test_an_institution_lists_its_own_accounts_page_by_page(interfaces: Interfaces) -> None:
    uscc = a_uscc()
    own = [an_account(uscc=uscc), an_account(uscc=uscc)]
    await keep(interfaces.suite.runtimes["accounts"].works, *own)
    headers = interfaces.bearer(READ, holder=uscc)
    first = (await interfaces.accounts.get("/v1/accounts", params={"size": 1}, headers=headers)).json()
    more = {"size": 1, "cursor": first["next"]}
    rest = (await interfaces.accounts.get("/v1/accounts", params=more, headers=headers)).json()
    shown = [each["id"] for each in (*first["items"], *rest["items"])]
    assert sorted(shown) == sorted(str(each.id) for each in own)
    assert rest["next"] is None
    broken = await interfaces.accounts.get("/v1/accounts", params={"cursor": "x"}, headers=headers)
    assert (broken.status_code, broken.json()["code"]) == (422, "NJT-GEN-1002")


async def test_a_new_clients_secret_is_in_the_first_answer_and_nowhere_else(interfaces: Interfaces) -> None:
    name, key = a_name(), fresh_key()
    who = interfaces.bearer(organ=CITY)
    body: dict[str, Any] = {"client_id": name, "organ": DISTRICT, "permissions": ["register:read"]}
    first = await interfaces.accounts.post("/v1/clients", headers=key | who, json=body)
    assert first.status_code == 201
    secret = first.json()["client_secret"]
    assert len(secret) >= 43
    again = await interfaces.accounts.post("/v1/clients", headers=key | who, json=body)
    assert (again.status_code, again.headers["etag"]) == (201, first.headers["etag"])
    assert again.json() == first.json() | {"client_secret": None}
    async with interfaces.suite.runtimes["accounts"].engine.connect() as connection:
        for table in ("client", "idempotency_key", "ledger_entry", "outbox"):
            rows = await connection.execute(text(f"SELECT CAST(row_to_json({table}) AS text) FROM {table}"))  # noqa: S608 — a name from the line above
            stored = [row[0] for row in rows]
            assert not [each for each in stored if secret in each or secret.encode().hex() in each]


async def test_the_same_permissions_in_another_order_are_the_same_request(interfaces: Interfaces) -> None:
    key, who = fresh_key(), interfaces.bearer(organ=CITY)
    permissions = [each.value for each in Permission]
    body: dict[str, Any] = {"client_id": a_name(), "organ": DISTRICT, "permissions": permissions}
    first = await interfaces.accounts.post("/v1/clients", headers=key | who, json=body)
    for order in (permissions[::-1], sorted(permissions), [*permissions, permissions[0]]):
        again = await interfaces.accounts.post(
            "/v1/clients", headers=key | who, json=body | {"permissions": order}
        )
        assert again.json()["id"] == first.json()["id"]
    other = await interfaces.accounts.post(
        "/v1/clients", headers=key | who, json=body | {"permissions": permissions[1:]}
    )
    assert (other.status_code, other.json()["code"]) == (409, "NJT-GEN-1001")


async def test_nobody_grants_what_they_were_not_granted(interfaces: Interfaces) -> None:
    who = interfaces.bearer(MANAGE, Permission.READ_REGISTER, organ=CITY)
    answer = await add(interfaces, who, organ=DISTRICT, permissions=["register:read", "subsidy:pay"])
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001")
    assert (await add(interfaces, who, organ=DISTRICT)).status_code == 201


OWN = a_uscc()


@pytest.mark.parametrize(
    ("maker", "client"),
    [
        ({"organ": DISTRICT}, {"organ": OTHER_DISTRICT}),
        ({"organ": DISTRICT}, {"organ": CITY}),
        ({"organ": DISTRICT}, {"holder": a_uscc()}),
        ({"organ": CITY}, {"organ": "320000"}),
        ({"holder": OWN}, {"organ": DISTRICT}),
        ({"holder": OWN}, {"holder": a_uscc()}),
        ({}, {"organ": DISTRICT}),
        ({}, {"holder": a_uscc()}),
    ],
)
async def test_nobody_makes_a_client_that_reaches_further_than_they_do(
    interfaces: Interfaces, maker: dict[str, str], client: dict[str, str]
) -> None:
    answer = await add(interfaces, interfaces.bearer(**maker), **client)
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001")


@pytest.mark.parametrize(
    ("maker", "client"),
    [
        ({"organ": DISTRICT}, {"organ": DISTRICT}),
        ({"organ": CITY}, {"organ": DISTRICT}),
        ({"organ": CITY}, {"holder": a_uscc()}),
        ({"holder": OWN}, {"holder": OWN}),
    ],
)
async def test_a_client_within_its_makers_reach_is_added(
    interfaces: Interfaces, maker: dict[str, str], client: dict[str, str]
) -> None:
    answer = await add(interfaces, interfaces.bearer(**maker), **client)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"organ": "990000"}, 404, "NJT-POL-1001"),
        ({}, 422, "NJT-ACC-1007"),
        ({"organ": DISTRICT, "holder": OWN}, 422, "NJT-ACC-1007"),
        ({"organ": DISTRICT, "permissions": []}, 422, "NJT-GEN-0422"),
        ({"organ": DISTRICT, "permissions": ["everything"]}, 422, "NJT-GEN-0422"),
        ({"organ": DISTRICT, "client_id": "A b"}, 422, "NJT-GEN-0422"),
        ({"organ": DISTRICT, "client_secret": "mine"}, 422, "NJT-GEN-0422"),
    ],
)
async def test_a_client_that_cannot_be_is_refused(
    interfaces: Interfaces, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await add(interfaces, interfaces.bearer(organ=CITY), **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_name_is_taken_once(interfaces: Interfaces) -> None:
    name, who = a_name(), interfaces.bearer(organ=CITY)
    assert (await add(interfaces, who, client_id=name, organ=DISTRICT)).status_code == 201
    taken = await add(interfaces, who, client_id=name, organ=DISTRICT)
    assert (taken.status_code, taken.json()["code"]) == (409, "NJT-ACC-1004")
    assert name not in json.dumps(taken.json())

"""The authorization server: who gets a token, for what, and what anybody may know."""

import base64
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from services.accounts.domain import Client
from shared.clock import StoryClock
from shared.identity import Permission
from tests.accounts.works import keep
from tests.builders import AT, DISTRICT, SECRET, a_client, a_uscc
from tests.interfaces import Interfaces

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
async def client(interfaces: Interfaces) -> Client:
    """A district's client with two permissions."""
    added = a_client()
    await keep(interfaces.suite.runtimes["accounts"].works, added)
    return added


def basic(name: str, secret: str) -> dict[str, str]:
    encoded = base64.b64encode(f"{name}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


async def ask(interfaces: Interfaces, form: dict[str, str], **more: Any) -> httpx.Response:
    return await interfaces.accounts.post("/oauth/token", data=form, **more)


async def claims_of(interfaces: Interfaces, token: str) -> dict[str, Any]:
    published = (await interfaces.accounts.get("/.well-known/jwks.json")).json()
    decoded = jwt.decode(token, KeySet.import_key_set(published), algorithms=["Ed25519"])
    assert decoded.header["typ"] == "at+jwt"
    return decoded.claims


async def test_a_client_gets_a_token_for_all_it_was_granted(
    interfaces: Interfaces, client: Client, story: StoryClock
) -> None:
    story.set(AT)
    answer = await ask(interfaces, GRANT | {"client_id": client.name, "client_secret": SECRET})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 900)
    assert token["scope"] == "filing:assess register:read"
    claims = await claims_of(interfaces, token["access_token"])
    assert claims["iss"] == interfaces.plan.bases["accounts"]
    assert (claims["aud"], claims["sub"]) == ("ningjitong", client.name)
    assert (claims["organ"], claims["scope"]) == (DISTRICT, token["scope"])
    assert claims["iat"] - AT.timestamp() < 5
    assert claims["exp"] - claims["iat"] == 900
    assert "holder" not in claims


async def test_a_token_of_an_institutions_client_names_its_holder(interfaces: Interfaces) -> None:
    uscc = a_uscc()
    own = a_client(organ=None, holder=uscc)
    await keep(interfaces.suite.runtimes["accounts"].works, own)
    answer = await ask(interfaces, GRANT, headers=basic(own.name, SECRET))
    claims = await claims_of(interfaces, answer.json()["access_token"])
    assert claims["holder"] == uscc
    assert "organ" not in claims


async def test_every_token_has_an_id_of_its_own(interfaces: Interfaces, client: Client) -> None:
    answers = [await ask(interfaces, GRANT, headers=basic(client.name, SECRET)) for _ in range(3)]
    ids = {(await claims_of(interfaces, each.json()["access_token"]))["jti"] for each in answers}
    assert len(ids) == 3


async def test_a_token_opens_what_it_grants_in_every_service(interfaces: Interfaces, client: Client) -> None:
    answer = await ask(interfaces, GRANT, headers=basic(client.name, SECRET))
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await interfaces.filing.get("/v1/filings", headers=headers)).status_code == 200
    refused = await interfaces.accounts.get("/v1/accounts", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-IDN-0403")


async def test_less_may_be_asked_for_and_more_is_refused(interfaces: Interfaces, client: Client) -> None:
    less = await ask(interfaces, GRANT | {"scope": "register:read"}, headers=basic(client.name, SECRET))
    assert less.json()["scope"] == "register:read"
    more = await ask(
        interfaces, GRANT | {"scope": "register:read subsidy:pay"}, headers=basic(client.name, SECRET)
    )
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")
    assert "access_token" not in more.json()


@pytest.mark.parametrize("secret", ["", "wrong", SECRET.upper(), SECRET + " ", SECRET[:-1]])
async def test_a_wrong_secret_is_refused(interfaces: Interfaces, client: Client, secret: str) -> None:
    for answer in (
        await ask(interfaces, GRANT | {"client_id": client.name, "client_secret": secret}),
        await ask(interfaces, GRANT, headers=basic(client.name, secret)),
    ):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"] == "Basic"
        assert " · " in answer.json()["error_description"]


async def test_an_unknown_client_and_a_wrong_secret_are_refused_alike(
    interfaces: Interfaces, client: Client
) -> None:
    unknown = await ask(interfaces, GRANT, headers=basic("nobody", SECRET))
    wrong = await ask(interfaces, GRANT, headers=basic(client.name, "wrong"))
    assert (unknown.status_code, unknown.json()) == (wrong.status_code, wrong.json())


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic !!!",
        "Basic bm8gY29sb24=",
        "Basic //79",
        f"Basic {base64.b64encode(b'a' + bytes(1) + b':b').decode()}",
        f"Basic {base64.b64encode('甲:乙'.encode()).decode()}",
    ],
)
async def test_a_garbled_basic_header_is_refused(interfaces: Interfaces, authorization: str) -> None:
    answer = await ask(interfaces, GRANT, headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_the_header_counts_when_credentials_are_given_twice(
    interfaces: Interfaces, client: Client
) -> None:
    form = GRANT | {"client_id": client.name, "client_secret": SECRET}
    assert (await ask(interfaces, form, headers=basic(client.name, "wrong"))).status_code == 401


@pytest.mark.parametrize(
    "grant", ["", "password", "authorization_code", "refresh_token", "CLIENT_CREDENTIALS"]
)
async def test_no_other_grant_gives_a_token(interfaces: Interfaces, client: Client, grant: str) -> None:
    answer = await ask(interfaces, {"grant_type": grant}, headers=basic(client.name, SECRET))
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    "form",
    [{"client_id": "a\x00b"}, {"client_id": "x" * 201}, {"client_secret": "密"}, {"scope": "x" * 2001}],
)
async def test_what_no_client_can_be_called_is_refused_at_the_door(
    interfaces: Interfaces, form: dict[str, str]
) -> None:
    answer = await ask(interfaces, GRANT | {"client_id": "a", "client_secret": "b"} | form)
    assert answer.status_code == 422
    assert not [value for value in form.values() if value in answer.text]


async def test_anybody_may_know_where_tokens_and_keys_are_had(interfaces: Interfaces) -> None:
    issuer = interfaces.plan.bases["accounts"]
    found = (await interfaces.accounts.get("/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == issuer
    assert found["token_endpoint"] == f"{issuer}/oauth/token"
    assert found["jwks_uri"] == f"{issuer}/.well-known/jwks.json"
    assert set(found["scopes_supported"]) == {each.value for each in Permission}


async def test_only_public_halves_of_keys_are_published(interfaces: Interfaces) -> None:
    (key,) = (await interfaces.accounts.get("/.well-known/jwks.json")).json()["keys"]
    assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")
    assert key["kid"]
    assert "d" not in key

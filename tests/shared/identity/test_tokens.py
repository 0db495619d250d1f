"""Which tokens are believed, and for how long."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from shared.identity import NotAuthenticated, Permission, TokenVerifier, tokens
from tests.shared.identity.conftest import AUDIENCE, ISSUER, LIFETIME, Issuer, a_key, verifier_of


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def claims(issuer: Issuer, **changes: Any) -> dict[str, Any]:
    now = int(issuer.now.timestamp())
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "jiangning",
        "iat": now,
        "exp": now + LIFETIME,
        "scope": "filing:assess",
    } | changes


def signed(key: OKPKey, body: dict[str, Any]) -> str:
    return jwt.encode({"alg": "Ed25519", "kid": key.kid}, body, key, algorithms=["Ed25519"])


async def is_believed(verifier: TokenVerifier, token: str) -> bool:
    try:
        await verifier.verify(token)
    except NotAuthenticated:
        return False
    return True


async def test_a_token_says_who_is_calling_from_where_with_which_permissions(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    token = issuer.token(scope="filing:assess register:read", act_for="officer-7")
    caller = await verifier.verify(token)
    assert caller.subject == "jiangning"
    assert caller.permissions == {Permission.ASSESS, Permission.READ_REGISTER}
    assert (caller.organ, caller.holder, caller.on_behalf_of) == ("320115", None, "officer-7")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://somebody.else"},
        {"issuer": ISSUER + "/"},
        {"audience": "another suite"},
    ],
)
async def test_another_issuer_or_audience_is_not_trusted(
    issuer: Issuer, verifier: TokenVerifier, changes: dict[str, Any]
) -> None:
    assert not await is_believed(verifier, issuer.token(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": None},
        {"aud": None},
        {"aud": [AUDIENCE, "another"]},
        {"sub": None},
        {"sub": 7},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 9e12},
        {"exp": 0},
    ],
)
async def test_a_token_without_its_claims_is_not_believed(
    issuer: Issuer, verifier: TokenVerifier, changes: dict[str, Any]
) -> None:
    assert await is_believed(verifier, signed(issuer.keys[0], claims(issuer)))
    body = {name: value for name, value in claims(issuer, **changes).items() if value is not None}
    assert not await is_believed(verifier, signed(issuer.keys[0], body))


async def test_a_token_is_believed_until_it_expires_also_when_it_was_seen_before(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    seen, unseen = issuer.token(), issuer.token(organ="320102")
    assert await is_believed(verifier, seen)
    issuer.pass_time(LIFETIME - 1)
    assert await is_believed(verifier, seen)
    issuer.pass_time(1)
    assert not await is_believed(verifier, seen)
    assert not await is_believed(verifier, unseen)


async def test_a_token_by_a_forged_key_of_the_same_name_is_not_believed(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    forged = OKPKey.generate_key("Ed25519", {"kid": issuer.keys[0].kid or ""})
    assert forged.kid == issuer.keys[0].kid
    assert not await is_believed(verifier, issuer.token(key=forged))


async def test_a_token_altered_anywhere_is_not_believed(issuer: Issuer, verifier: TokenVerifier) -> None:
    header, body, signature = issuer.token().split(".")
    richer = encoded(claims(issuer, scope=" ".join(Permission)))
    last = "A" if signature[0] != "A" else "B"
    for token in (
        f"{header}.{richer}.{signature}",
        f"{header}.{body}.{last}{signature[1:]}",
        f"{header}.{body}.",
        f"{header}.{body}",
        f"{header}.{body}.{signature}.",
        f"{header}.{body}.{signature[:-4]}",
        f".{body}.{signature}",
        "",
    ):
        assert not await is_believed(verifier, token)


async def test_a_token_that_nobody_signed_is_not_believed(issuer: Issuer, verifier: TokenVerifier) -> None:
    for alg in ("none", "None", "NONE", ""):
        head = encoded({"alg": alg, "kid": issuer.keys[0].kid})
        assert not await is_believed(verifier, f"{head}.{encoded(claims(issuer))}.")
    bare = encoded({"kid": issuer.keys[0].kid})
    assert not await is_believed(verifier, f"{bare}.{encoded(claims(issuer))}.")


def by_the_old_name_of_its_algorithm(key: OKPKey, body: dict[str, Any]) -> str:
    content = f"{encoded({'alg': 'EdDSA', 'kid': key.kid})}.{encoded(body)}"
    private = Ed25519PrivateKey.from_private_bytes(
        base64.urlsafe_b64decode(str(key.as_dict(private=True)["d"]) + "=")
    )
    return f"{content}.{base64.urlsafe_b64encode(private.sign(content.encode())).decode().rstrip('=')}"


async def test_a_token_by_another_algorithm_is_not_believed(issuer: Issuer, verifier: TokenVerifier) -> None:
    key = issuer.keys[0]
    public = base64.urlsafe_b64decode(str(key.as_dict(private=False)["x"]) + "=")
    shared = OctKey.import_key(public)
    by_secret = jwt.encode({"alg": "HS256", "kid": key.kid}, claims(issuer), shared)
    curve = ECKey.generate_key("P-256")
    by_curve = jwt.encode({"alg": "ES256", "kid": key.kid}, claims(issuer), curve)
    for token in (by_secret, by_curve, by_the_old_name_of_its_algorithm(key, claims(issuer))):
        assert not await is_believed(verifier, token)


async def test_a_rotated_key_is_asked_for_when_it_is_first_met(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    assert await is_believed(verifier, issuer.token())
    assert issuer.asked == 1
    issuer.keys.append(a_key())
    issuer.pass_time(31)
    assert await is_believed(verifier, issuer.token())
    assert await is_believed(verifier, issuer.token(key=issuer.keys[0]))
    assert issuer.asked == 2


async def test_tokens_by_a_key_that_is_no_longer_published_are_not_believed(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    retired = issuer.keys[0]
    assert await is_believed(verifier, issuer.token())
    issuer.keys = [a_key()]
    issuer.pass_time(31)
    assert await is_believed(verifier, issuer.token())
    assert not await is_believed(verifier, issuer.token(key=retired))


async def test_forged_tokens_do_not_make_the_issuer_be_asked_again_and_again(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    for _ in range(20):
        assert not await is_believed(verifier, issuer.token(key=a_key()))
    assert issuer.asked == 1
    issuer.pass_time(31)
    for _ in range(20):
        assert not await is_believed(verifier, issuer.token(key=a_key()))
    assert issuer.asked == 2


async def test_an_issuer_that_is_away_is_asked_no_more_often_and_its_tokens_stay_good(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    assert await is_believed(verifier, issuer.token())
    issuer.away = True
    issuer.pass_time(31)
    with pytest.raises(ConnectionError):
        await verifier.verify(issuer.token(key=a_key()))
    for _ in range(5):
        assert not await is_believed(verifier, issuer.token(key=a_key()))
    assert await is_believed(verifier, issuer.token(organ="320102"))
    assert issuer.asked == 2


async def test_an_issuer_that_was_away_at_first_is_asked_again(
    issuer: Issuer, verifier: TokenVerifier
) -> None:
    issuer.away = True
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await verifier.verify(issuer.token())
    issuer.away = False
    assert await is_believed(verifier, issuer.token())


async def test_the_least_recently_used_tokens_are_forgotten_first(
    issuer: Issuer, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_REMEMBERED", 3)
    first, second, third, fourth = (issuer.token(organ=f"32010{place}") for place in range(4))
    for token in (first, second, third, first, fourth):
        assert await is_believed(verifier, token)
    issuer.keys = [a_key()]
    issuer.pass_time(31)
    assert await is_believed(verifier, issuer.token())
    # The key they were signed by is gone: only what is remembered is still believed, and that made room once more.
    assert [await is_believed(verifier, token) for token in (first, second, third, fourth)] == [
        True,
        False,
        False,
        True,
    ]


@given(st.text(max_size=60))
async def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    assert not await is_believed(verifier_of(Issuer(keys=[KEY])), text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
headers = json_values | st.fixed_dictionaries(
    {"alg": st.sampled_from(["Ed25519", "none"]) | json_values},
    optional={"kid": json_values, "crit": json_values, "b64": json_values, "typ": json_values},
)


@given(headers, json_values, st.binary(max_size=70))
async def test_any_header_and_content_nobody_signed_is_refused_and_nothing_else_happens(
    header: object, body: object, signature: bytes
) -> None:
    sign = base64.urlsafe_b64encode(signature).decode().rstrip("=")
    token = f"{encoded(header)}.{encoded(body)}.{sign}"
    assert not await is_believed(verifier_of(Issuer(keys=[KEY])), token)


KEY = a_key()


@given(json_values)
async def test_whatever_the_issuer_itself_signed_is_believed_or_refused(body: object) -> None:
    token = jws.serialize_compact(
        {"alg": "Ed25519", "kid": KEY.kid}, json.dumps(body).encode(), KEY, algorithms=["Ed25519"]
    )
    assert not await is_believed(verifier_of(Issuer(keys=[KEY])), token)

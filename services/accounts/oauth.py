"""Accounts as an OAuth 2.1 authorization server: discovery, keys, client credentials."""

import base64
import binascii
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, Request, Response
from pydantic import StringConstraints

from services.accounts.domain import BadCredentials, ScopeNotGranted
from services.accounts.handlers import Authenticate, Work, authenticate
from services.accounts.schemas import Metadata, PublishedKeys, Token, TokenProblem
from shared.http.problems import problems
from shared.identity import Scope, TokenIssuer
from shared.persistence.unit_of_work import Works

router = APIRouter(tags=["oauth · 令牌"])

Short = Annotated[str, StringConstraints(max_length=200, pattern=r"^[\x20-\x7e]*$")]
_REFUSED: dict[int | str, dict[str, Any]] = {
    400: {"model": TokenProblem, "description": "invalid_request · invalid_scope"},
    401: {"model": TokenProblem, "description": "invalid_client"},
    **{status: described for status, described in problems().items() if status in (422, 503)},
}


@router.get("/.well-known/oauth-authorization-server")
async def metadata(request: Request) -> Metadata:
    """发现 · Where tokens and keys are had (RFC 8414)."""
    issuer: str = request.app.state.issuer_url
    return Metadata(
        issuer=issuer, token_endpoint=f"{issuer}/oauth/token", jwks_uri=f"{issuer}/.well-known/jwks.json"
    )


@router.get("/.well-known/jwks.json")
async def keys(request: Request) -> PublishedKeys:
    """公钥 · The keys that tokens are verified with (RFC 7517)."""
    issuer: TokenIssuer = request.app.state.issuer
    return PublishedKeys.model_validate(issuer.published_keys())


@router.post("/oauth/token", response_model=Token, responses=_REFUSED)
async def token(
    *,
    request: Request,
    grant_type: Annotated[Short, Form()] = "",
    client_id: Annotated[Short, Form()] = "",
    client_secret: Annotated[Short, Form()] = "",
    scope: Annotated[str, StringConstraints(max_length=2000), Form()] = "",
    authorization: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """取得令牌 · An access token for a client's id and secret (RFC 6749 §4.4)."""
    if grant_type != "client_credentials":
        return _refused(400, "unsupported_grant_type", "仅支持 client_credentials · only client_credentials")
    name, secret = _basic(authorization) or (client_id, client_secret)
    works: Works[Work] = request.app.state.works
    query = Authenticate(name=name, secret=secret, asked=frozenset(scope.split()))
    try:
        async with works(Scope.of_service("accounts", "token")) as work:
            client, granted = await authenticate(query, work)
    except BadCredentials as refusal:
        return _refused(401, "invalid_client", refusal.title)
    except ScopeNotGranted as refusal:
        return _refused(400, "invalid_scope", refusal.title)
    issuer: TokenIssuer = request.app.state.issuer
    claims = {"scope": " ".join(sorted(granted)), "organ": client.organ, "holder": client.holder}
    signed = issuer.issue(client.name, claims, at=work.at.timestamp(), token_id=secrets.token_hex(16))
    answer = Token(access_token=signed, expires_in=issuer.lifetime_seconds, scope=" ".join(sorted(granted)))
    return Response(answer.model_dump_json(), media_type="application/json")


def _basic(authorization: str | None) -> tuple[str, str] | None:
    """Client id and secret from an HTTP Basic header, if there is one."""
    kind, _, encoded = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        given = base64.b64decode(encoded, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return "", ""
    name, _, secret = given.partition(":")
    return (name, secret) if given.isprintable() else ("", "")


def _refused(status: int, error: str, description: str) -> Response:
    problem = TokenProblem(error=error, error_description=description)
    headers = {"WWW-Authenticate": "Basic"} if error == "invalid_client" else {}
    return Response(
        problem.model_dump_json(), status_code=status, media_type="application/json", headers=headers
    )

"""The caller of a request, and what its token must allow."""

from typing import Annotated

from fastapi import Request, Security
from fastapi.security import OAuth2, SecurityScopes

from shared.errors import Forbidden
from shared.identity import NotAuthenticated, Permission, Principal, TokenVerifier

_scheme = OAuth2(
    scheme_name="accounts",
    description="客户端凭据 · client credentials; see the accounts service's `/oauth/token`",
    flows={
        "clientCredentials": {
            "tokenUrl": "/oauth/token",
            "scopes": {permission.value: permission.name.lower() for permission in Permission},
        }
    },
    auto_error=False,
)


class NotPermitted(Forbidden):
    """令牌未授予此权限 · The token does not grant this permission."""

    code = "NJT-IDN-0403"


async def caller(
    request: Request, scopes: SecurityScopes, authorization: Annotated[str | None, Security(_scheme)] = None
) -> Principal:
    """Who is calling; raises NotAuthenticated without a valid bearer token, NotPermitted without the scope."""
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotAuthenticated("请求未携带令牌 · The request carries no bearer token")
    verifier: TokenVerifier = request.app.state.verifier
    principal = await verifier.verify(token)
    missing = [name for name in scopes.scopes if name not in principal.permissions]
    if missing:
        raise NotPermitted(f"缺少权限 · missing: {', '.join(missing)}")
    return principal


def allowed(*permissions: Permission) -> Principal:
    """A caller whose token grants these; used as the default of an `Annotated` alias."""
    dependency: Principal = Security(caller, scopes=[permission.value for permission in permissions])
    return dependency

"""Accounts' interface, and the suite's authorization server."""

from fastapi import FastAPI
from joserfc.jwk import KeySetSerialization, OKPKey

from services.accounts import drift_routes, oauth, routes
from services.accounts.handlers import Work
from shared.identity import TokenIssuer
from shared.service import Runtime, create_service_api

TITLE = "宁技通 · 账号 · Accounts"
DESCRIPTION = (
    "评价机构账号与全省认可；访问令牌的签发 · Institutions' accounts, and the suite's access tokens."
)
ROUTERS = (oauth.router, routes.accounts, routes.clients, drift_routes.checks, drift_routes.drifts)


def create_app(runtime: Runtime[Work]) -> FastAPI:
    """Raises ValueError without a signing key: nobody could ever be let in."""
    identity = runtime.settings.identity
    if identity.signing_key_file is None:
        raise ValueError("账号服务缺少签名密钥 · accounts needs NJT_IDENTITY__SIGNING_KEY_FILE")
    key = OKPKey.import_key(identity.signing_key_file.read_bytes(), {"use": "sig"})
    key.ensure_kid()
    issuer = TokenIssuer(
        issuer=identity.issuer,
        audience=identity.audience,
        key=key,
        lifetime_seconds=identity.token_seconds,
    )

    async def own_keys() -> KeySetSerialization:
        return issuer.published_keys()

    app = create_service_api(
        runtime, title=TITLE, description=DESCRIPTION, routers=ROUTERS, fetch_keys=own_keys
    )
    app.state.issuer = issuer
    app.state.issuer_url = identity.issuer
    return app

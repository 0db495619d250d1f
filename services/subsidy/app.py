"""Subsidy's interface."""

from fastapi import FastAPI

from services.subsidy.handlers import Work
from services.subsidy.receipts import Notary
from services.subsidy.routes import ROUTERS, claims, evidence, facts, payments, rosters, sheets
from shared.service import Runtime, create_service_api

TITLE = "宁技通 · 补贴 · Subsidy"
DESCRIPTION = "职业技能等级证书补贴的申领、审核与发放 · Claims for skill-certificate subsidies, their review and payment."

_FRAME_BYTES = 65_536
"""What a multipart body holds besides the file."""


def create_app(runtime: Runtime[Work]) -> FastAPI:
    """Raises ValueError without a key that signs receipts."""
    settings = runtime.settings
    if settings.receipts is None:
        raise ValueError(
            "补贴接口缺少凭证签名密钥 · subsidy's interface needs NJT_RECEIPTS__SIGNING_KEY_FILE"
        )
    most = sheets.most_bytes(runtime.policy, runtime.clock) + _FRAME_BYTES
    uploads = {part.UPLOADS: most for part in (claims, payments, rosters, facts)}
    uploads[evidence.UPLOADS] = evidence.most_bytes(runtime.policy, runtime.clock) + _FRAME_BYTES
    app = create_service_api(runtime, title=TITLE, description=DESCRIPTION, routers=ROUTERS, uploads=uploads)
    app.state.objects = runtime.objects
    app.state.notary = Notary.of(settings.receipts, public_url=settings.http.public_url)
    return app

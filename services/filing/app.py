"""Filing's interface."""

from fastapi import FastAPI

from services.filing.handlers import Work
from services.filing.routes import ROUTERS, exports, imports, materials
from shared.service import Runtime, create_service_api

TITLE = "宁技通 · 备案 · Filing"
DESCRIPTION = "评价机构备案的受理、评估、公示、登记与名录 · Intake and register of evaluation institutions."

_EXPORTS = 4
"""Spreadsheets written at a time by one process."""
_FRAME_BYTES = 65_536
"""What a multipart body holds besides the file."""


def create_app(runtime: Runtime[Work]) -> FastAPI:
    uploads = {
        part.UPLOADS: part.most_bytes(runtime.policy, runtime.clock) + _FRAME_BYTES
        for part in (materials, imports)
    }
    app = create_service_api(runtime, title=TITLE, description=DESCRIPTION, routers=ROUTERS, uploads=uploads)
    app.state.exports = exports.Slots(_EXPORTS)
    app.state.objects = runtime.objects
    app.state.public_url = runtime.settings.http.public_url
    return app

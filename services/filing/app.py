"""Filing's interface."""

from fastapi import FastAPI

from services.filing.handlers import Work
from services.filing.routes import ROUTERS
from shared.service import Runtime, create_service_api

TITLE = "宁技通 · 备案 · Filing"
DESCRIPTION = "评价机构备案的受理、评估、公示、登记与名录 · Intake and register of evaluation institutions."


def create_app(runtime: Runtime[Work]) -> FastAPI:
    return create_service_api(runtime, title=TITLE, description=DESCRIPTION, routers=ROUTERS)

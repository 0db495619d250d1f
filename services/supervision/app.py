"""Supervision's interface."""

from fastapi import FastAPI

from services.supervision import lead_routes, provincial_routes, revocation_routes, routes
from services.supervision.handlers import Work
from shared.service import Runtime, create_service_api

TITLE = "宁技通 · 督导 · Supervision"
DESCRIPTION = (
    "评价计划、线索、质量督导、限期整改与暂停评价"
    " · Evaluation plans, leads, inspections, rectifications and sanctions."
)
ROUTERS = (
    routes.institutions,
    routes.plans,
    routes.samples,
    routes.inspections,
    routes.rectifications,
    revocation_routes.router,
    lead_routes.router,
    provincial_routes.tasks,
    provincial_routes.orders,
)


def create_app(runtime: Runtime[Work]) -> FastAPI:
    return create_service_api(runtime, title=TITLE, description=DESCRIPTION, routers=ROUTERS)

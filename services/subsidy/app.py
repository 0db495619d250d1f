"""Subsidy's interface."""

from fastapi import FastAPI

from services.subsidy import routes
from services.subsidy.handlers import Work
from shared.service import Runtime, create_service_api

TITLE = "宁技通 · 补贴 · Subsidy"
DESCRIPTION = "职业技能等级证书补贴的申领、审核与发放 · Claims for skill-certificate subsidies, their review and payment."
ROUTERS = (routes.claims, routes.certificates)


def create_app(runtime: Runtime[Work]) -> FastAPI:
    return create_service_api(runtime, title=TITLE, description=DESCRIPTION, routers=ROUTERS)

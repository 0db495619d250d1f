"""Filing over HTTP, a module for each aggregate: who asks, what they send, which handler, what they see."""

from services.filing.routes import cases, institutions, obligations, official, routing

ROUTERS = (
    routing.router,
    cases.router,
    official.router,
    obligations.router,
    institutions.router,
)
"""In the order in which the interface's document shows them."""

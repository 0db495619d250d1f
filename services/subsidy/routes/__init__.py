"""Subsidy over HTTP, a module for each aggregate: who asks, what they send, which handler, what they see."""

from services.subsidy.routes import (
    certificates,
    claims,
    decisions,
    evidence,
    facts,
    objections,
    payments,
    postings,
    publicity,
    receipts,
    releases,
    review,
    rosters,
)

ROUTERS = (
    claims.router,
    review.router,
    objections.router,
    publicity.router,
    payments.accounts,
    payments.router,
    postings.router,
    rosters.router,
    certificates.router,
    certificates.public_router,
    facts.router,
    evidence.router,
    decisions.router,
    receipts.router,
    receipts.public_router,
    releases.router,
)
"""In the order in which the interface's document shows them."""

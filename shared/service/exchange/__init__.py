"""The operators' side of the exchange over HTTP: the same routes in every service."""

from collections.abc import Mapping

from fastapi import APIRouter

from shared.service.exchange import (
    batches,
    callback,
    intents,
    messages,
    parked,
    reconciliation,
    rejections,
    status,
)

ROUTERS: tuple[APIRouter, ...] = (
    callback.router,
    status.router,
    messages.router,
    intents.router,
    rejections.router,
    parked.router,
    batches.router,
    reconciliation.router,
)
"""Every service's interface includes them."""
UPLOADS: Mapping[str, int] = {
    callback.PATH: callback.ANNOUNCED_BYTES,
    batches.UPLOADS: batches.UPLOAD_BYTES,
}
"""Where larger bodies are let in: pattern of the whole path → bytes."""

"""What supervision's processes stand on."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import SpanProcessor

from services.supervision.handlers import Work
from services.supervision.province import province
from services.supervision.repository import bind
from shared.messaging.bus import Bus
from shared.service import Runtime
from shared.service.sealing import cipher_of
from shared.settings import Settings


def create_runtime(
    settings: Settings, *, bus: Bus | None = None, processors: Sequence[SpanProcessor] = ()
) -> Runtime[Work]:
    """Pool, bus, policy, telemetry and units of work of the supervision service; ValueError without keys to seal."""
    return Runtime(
        service="supervision",
        settings=settings,
        bind=bind,
        province=province,
        bus=bus,
        processors=processors,
        cipher=cipher_of("supervision", settings),
    )

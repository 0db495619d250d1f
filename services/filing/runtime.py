"""What filing's processes stand on."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import SpanProcessor

from services.filing.handlers import Work
from services.filing.province import province
from services.filing.repository import bind
from shared.messaging.bus import Bus
from shared.service import Runtime
from shared.settings import Settings


def create_runtime(
    settings: Settings, *, bus: Bus | None = None, processors: Sequence[SpanProcessor] = ()
) -> Runtime[Work]:
    """Pool, bus, policy, telemetry and units of work of the filing service."""
    return Runtime(
        service="filing", settings=settings, bind=bind, province=province, bus=bus, processors=processors
    )

"""What filing's processes stand on."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import SpanProcessor

from services.filing.handlers import Work
from services.filing.province import province
from services.filing.repository import bind
from shared.messaging.bus import Bus
from shared.objects import StoredObjects
from shared.service import Runtime
from shared.service.sealing import cipher_of
from shared.settings import Settings


def create_runtime(
    settings: Settings, *, bus: Bus | None = None, processors: Sequence[SpanProcessor] = ()
) -> Runtime[Work]:
    """Pool, bus, policy, telemetry, units of work and the files of the filing service.

    A file is uploaded before the transaction whose row names its digest. If that is rolled back, a file remains that no
    row refers to, which is harmless. Raises ValueError without a place for files, or without
    keys to seal with.
    """
    if settings.objects is None:
        raise ValueError("备案服务缺少文件存储地址 · filing needs NJT_OBJECTS__URL")
    return Runtime(
        service="filing",
        settings=settings,
        bind=bind,
        province=province,
        bus=bus,
        processors=processors,
        cipher=cipher_of("filing", settings),
        objects=StoredObjects.from_url(settings.objects.url),
    )

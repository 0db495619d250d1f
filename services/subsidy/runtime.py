"""What subsidy's processes stand on."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import SpanProcessor

from services.subsidy.handlers import Work
from services.subsidy.province import province
from services.subsidy.repository import bind
from shared.messaging.bus import Bus
from shared.privacy import FieldCipher
from shared.service import Runtime
from shared.settings import Settings


def create_runtime(
    settings: Settings, *, bus: Bus | None = None, processors: Sequence[SpanProcessor] = ()
) -> Runtime[Work]:
    """Pool, bus, policy, telemetry and units of work of the subsidy service.

    Raises ValueError without privacy keys: holders of certificates could not be kept.
    """
    if settings.privacy is None:
        raise ValueError("补贴服务缺少加密密钥 · subsidy needs NJT_PRIVACY__KEYS_FILE")
    cipher = FieldCipher.from_file(settings.privacy.keys_file)
    return Runtime(
        service="subsidy",
        settings=settings,
        bind=lambda transaction, policy: bind(transaction, policy, cipher),
        province=province,
        bus=bus,
        processors=processors,
        cipher=cipher,
    )

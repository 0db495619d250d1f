"""What subsidy's processes stand on."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import SpanProcessor

from services.subsidy.domain.desk import Desks
from services.subsidy.handlers import Work
from services.subsidy.province import province
from services.subsidy.repository import bind
from services.subsidy.repository.releases import CurrentPolicy
from shared.messaging.bus import Bus
from shared.objects import StoredObjects
from shared.privacy import FieldCipher
from shared.service import Runtime
from shared.settings import Settings


def create_runtime(
    settings: Settings, *, bus: Bus | None = None, processors: Sequence[SpanProcessor] = ()
) -> Runtime[Work]:
    """Pool, bus, policy, telemetry, units of work and the files of the subsidy service.

    Raises ValueError without privacy keys, as holders of certificates could not be kept, or without a place for files.
    """
    if settings.privacy is None:
        raise ValueError("补贴服务缺少加密密钥 · subsidy needs NJT_PRIVACY__KEYS_FILE")
    if settings.objects is None:
        raise ValueError("补贴服务缺少文件存储地址 · subsidy needs NJT_OBJECTS__URL")
    cipher = FieldCipher.from_file(settings.privacy.keys_file)
    current, desks = CurrentPolicy(), Desks()
    return Runtime(
        service="subsidy",
        settings=settings,
        bind=lambda transaction, pack: bind(transaction, current.of(pack), cipher, desks=desks),
        province=province,
        bus=bus,
        processors=processors,
        cipher=cipher,
        prepare=current.refresh,
        objects=StoredObjects.from_url(settings.objects.url),
    )

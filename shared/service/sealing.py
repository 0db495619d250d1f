"""The keys under which a service seals what it keeps of messages: nobody knows whom a misaddressed one is about."""

from shared.privacy import FieldCipher
from shared.settings import Profile, Settings


def cipher_of(service: str, settings: Settings) -> FieldCipher | None:
    """What seals messages, if there are keys; raises ValueError where they may not be missing."""
    if settings.privacy is not None:
        return FieldCipher.from_file(settings.privacy.keys_file)
    if settings.profile in (Profile.STAGING, Profile.PRODUCTION):
        raise ValueError(f"{service} 服务缺少加密密钥 · {service} needs NJT_PRIVACY__KEYS_FILE")
    return None

"""Settings in small frozen groups, read from the environment once, in a composition root."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.observability import TelemetrySettings

REPOSITORY = Path(__file__).resolve().parent.parent


class Profile(StrEnum):
    """Where this process runs; demo and test may use generated keys and a story clock."""

    DEMO = "demo"
    TEST = "test"
    LOCAL = "local"
    STAGING = "staging"
    PRODUCTION = "production"


class Group(BaseModel):
    """One group of settings; frozen, unknown names refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Group):
    """PostgreSQL as the service's own role; `postgresql+asyncpg://role:password@host:port/database`."""

    url: str
    pool_size: int = Field(default=5, ge=1, le=100)


class BusSettings(Group):
    """`memory://` for one process, `amqp://…` for RabbitMQ."""

    url: str = "memory://"
    prefetch: int = Field(default=200, ge=1, le=2000)


class HttpSettings(Group):
    """How the interface is served. `root_path` is the prefix under which a gateway shows it.

    `trusted_proxies` is how many hops in front of it write X-Forwarded-For; what came before them is not believed.
    """

    root_path: str = ""
    max_body_bytes: int = Field(default=1_048_576, ge=1024)
    public_url: str = "http://127.0.0.1:8080"
    trusted_proxies: int = Field(default=0, ge=0, le=10)


class IdentitySettings(Group):
    """Whose tokens are trusted; the signing key belongs to accounts alone."""

    issuer: str
    jwks_url: str
    audience: str = "ningjitong"
    signing_key_file: Path | None = None
    token_seconds: int = Field(default=900, ge=60, le=3600)


class ProvinceSettings(Group):
    """The line to the provincial system and the keys on both ends."""

    bus_url: str = "memory://"
    counterpart: str = "320000"
    signing_key_file: Path
    peer_keys_file: Path
    receipt_seconds: int = Field(default=600, ge=1)


class PrivacySettings(Group):
    """Keys that encrypt personal data in the column; never kept beside the data."""

    keys_file: Path


class ReceiptSettings(Group):
    """The key that signs subsidy's receipts, and the public keys (JSON, key id → base64) that signed earlier ones."""

    signing_key_file: Path
    former_keys_file: Path | None = None


class ObjectSettings(Group):
    """Where uploaded files are kept: `file:///folder`, or `s3://bucket/prefix` with the usual `AWS_…` variables."""

    url: str = Field(pattern=r"^(file:///.+|s3://.+)$")


class PolicySettings(Group):
    """The policy pack's folder."""

    folder: Path = REPOSITORY / "policy" / "nanjing"


class ClockSettings(Group):
    """A story's offset file; demo and test only."""

    story_file: Path | None = None


class Settings(BaseSettings):
    """Everything a service's processes are told, from `NJT_…` variables (groups joined by `__`)."""

    model_config = SettingsConfigDict(
        env_prefix="NJT_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    profile: Profile = Profile.PRODUCTION
    database: DatabaseSettings
    bus: BusSettings = BusSettings()
    http: HttpSettings = HttpSettings()
    identity: IdentitySettings
    province: ProvinceSettings
    privacy: PrivacySettings | None = None
    receipts: ReceiptSettings | None = None
    objects: ObjectSettings | None = None
    policy: PolicySettings = PolicySettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    clock: ClockSettings = ClockSettings()
    job_seconds: float = Field(default=30.0, gt=0)

    @model_validator(mode="after")
    def _refuse_a_story_in_production(self) -> Self:
        playing = self.profile in (Profile.DEMO, Profile.TEST)
        if self.clock.story_file is not None and not playing:
            raise ValueError(
                "正式环境不得使用演示时钟 · A story clock is for the demo and test profiles only"
            )
        if self.bus.url.startswith("memory:") and self.profile in (Profile.STAGING, Profile.PRODUCTION):
            raise ValueError("正式环境须配置消息队列 · staging and production need an AMQP broker")
        return self

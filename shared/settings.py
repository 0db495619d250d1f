"""Settings in small frozen groups, read from the environment once, in a composition root."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

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


class Transport(StrEnum):
    """How messages cross: over a broker, pushed both ways over HTTPS, or in files that a person carries."""

    AMQP = "amqp"
    HTTPS = "https"
    FILES = "files"


_DAY = 86_400
_BY_HAND = {
    "receipt_seconds": 3 * _DAY,
    "query_seconds": _DAY,
    "longest_query_seconds": 7 * _DAY,
    "missing_seconds": 3 * _DAY,
    "oldest_seconds": 30 * _DAY,
    "answer_seconds": 3 * _DAY,
}
"""How long a stick takes, rather than a line."""


class ProvinceSettings(Group):
    """The line to the provincial system, the keys on both ends, and how long to wait for what.

    `bus_url` is the broker of transport `amqp`, `url` the counterpart's interface for `https`: of its server only
    `ca_file`'s authorities (PEM) are believed, if given, and it is shown our certificate, if given. `dialect_file` says
    how the counterpart spells messages.
    A message without a receipt after `receipt_seconds` is asked after, again after `query_seconds`, doubling up to
    `longest_query_seconds`; asked after `overdue_after` times it is overdue. Missing numbers are asked for after
    `missing_seconds`. A message may be issued `ahead_seconds` later than now, and outside the lanes `oldest_seconds` ago.
    A day is reconciled after `reconcile_hour` (Shanghai) of the next one, days missed up to `reconcile_days` back; what
    is not answered within `answer_seconds` is asked again, and a day asked about more than `give_up_after` times has
    failed. Where a person carries files, these are days unless told.
    """

    transport: Transport = Transport.AMQP
    bus_url: str = "memory://"
    url: str = ""
    ca_file: Path | None = None
    client_cert_file: Path | None = None
    client_key_file: Path | None = None
    dialect_file: Path = REPOSITORY / "shared" / "province" / "dialects" / "sample.toml"
    counterpart: str = "320000"
    signing_key_file: Path
    peer_keys_file: Path
    receipt_seconds: int = Field(default=600, ge=1)
    query_seconds: int = Field(default=60, ge=1)
    longest_query_seconds: int = Field(default=3600, ge=1)
    overdue_after: int = Field(default=3, ge=1)
    missing_seconds: int = Field(default=300, ge=1)
    ahead_seconds: int = Field(default=300, ge=0)
    oldest_seconds: int = Field(default=604_800, ge=60)
    reconcile_hour: int = Field(default=2, ge=0, le=23)
    reconcile_days: int = Field(default=31, ge=1, le=366)
    answer_seconds: int = Field(default=600, ge=1)
    give_up_after: int = Field(default=24, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _wait_for_whoever_carries_files(cls, told: Any) -> Any:
        by_hand = isinstance(told, Mapping) and told.get("transport") == Transport.FILES
        return {**_BY_HAND, **told} if by_hand else told

    @model_validator(mode="after")
    def _refuse_half_a_line(self) -> Self:
        if self.transport is Transport.HTTPS and not self.url.startswith(("https://", "http://")):
            raise ValueError("HTTPS 方式须配置对方地址 · transport https needs the counterpart's url")
        if (self.client_cert_file is None) != (self.client_key_file is None):
            raise ValueError(
                "客户端证书与私钥须同时配置 · A client certificate needs its key, and the key it"
            )
        return self


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
        return self

    @model_validator(mode="after")
    def _refuse_open_lines_in_earnest(self) -> Self:
        if self.profile not in (Profile.STAGING, Profile.PRODUCTION):
            return self
        if self.bus.url.startswith("memory:"):
            raise ValueError("正式环境须配置消息队列 · staging and production need an AMQP broker")
        if self.province.url.startswith("http:"):
            raise ValueError("正式环境须用 HTTPS 地址 · staging and production push over https:// only")
        if self.province.transport is Transport.AMQP and _shared(self.bus.url, self.province.bus_url):
            raise ValueError(
                "省级线路须用独立账号与虚拟主机 · The line to the province needs a login and a virtual host of its own"
            )
        return self


def _shared(bus_url: str, province_url: str) -> bool:
    """Whether two addresses are of one broker and one login, or of one virtual host there."""
    ours, theirs = urlsplit(bus_url), urlsplit(province_url)
    same = ours.hostname == theirs.hostname and ours.port == theirs.port
    return same and (ours.username == theirs.username or ours.path.strip("/") == theirs.path.strip("/"))

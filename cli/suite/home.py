"""What the suite keeps on one machine: its keys, its story clock, and the settings made of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.suite.database import SERVICES, SuiteDatabase
from shared.clock import StoryClock
from shared.privacy.cipher import new_keys
from shared.province.keys.signing import Ed25519Signer, read_public_keys
from shared.settings import Profile, Settings


@dataclass(frozen=True, kw_only=True)
class Home:
    """A folder with generated keys; demo and local use only."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "Home":
        """The home in a folder; makes the keys that are not there yet, readable by their owner alone."""
        home = cls(folder=folder)
        folder.mkdir(parents=True, exist_ok=True)
        signers = {
            name: _signer(home.signing_key(name)) for name in (*SERVICES, "province", "tokens", "receipts")
        }
        ours = {key: raw for name in SERVICES for key, raw in signers[name].public().items()}
        _write(home.city_keys, json.dumps(ours))
        _write(home.province_keys, json.dumps(home.known_province_keys() | signers["province"].public()))
        _write(home.receipt_keys, json.dumps(home.known_receipt_keys() | signers["receipts"].public()))
        if not home.privacy_keys.exists():
            _write(home.privacy_keys, new_keys())
        return home

    def signing_key(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    @property
    def city_keys(self) -> Path:
        """The city's public keys, as the province is given them."""
        return self.folder / "city-keys.json"

    @property
    def province_keys(self) -> Path:
        return self.folder / "province-keys.json"

    def known_province_keys(self) -> dict[str, Any]:
        """Those that were announced here before, also by a province that took a new one."""
        kept = self.province_keys
        return dict(json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else {}

    @property
    def province_store(self) -> Path:
        """Where the province that is played here remembers what crossed."""
        return self.folder / "province.db"

    @property
    def receipt_keys(self) -> Path:
        """The public keys that ever signed receipts here."""
        return self.folder / "receipt-keys.json"

    def known_receipt_keys(self) -> dict[str, str]:
        return read_public_keys(self.receipt_keys) if self.receipt_keys.exists() else {}

    @property
    def privacy_keys(self) -> Path:
        return self.folder / "privacy-keys.json"

    @property
    def passwords(self) -> Path:
        return self.folder / "database-passwords"

    def objects(self, service: str) -> str:
        """The address of the folder with a service's uploaded files."""
        return (self.folder / "objects" / service).resolve().as_uri()

    def story_clock(self) -> StoryClock:
        """A clock that all processes of this home share, at the real time until it is set."""
        offset = self.folder / "clock-offset"
        offset.write_text("0", encoding="ascii")
        return StoryClock(offset)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where everything of a running suite is; `bases` are the services' public addresses.

    `province_url` is a broker's, or that of an interface which messages are pushed to.
    """

    home: Home
    database: SuiteDatabase
    bases: dict[str, str]
    profile: Profile
    bus_url: str = "memory://"
    province_url: str = "memory://"
    otlp_endpoint: str | None = None
    story: bool = False
    root_paths: bool = False
    job_seconds: float = 5.0
    log_level: str = "WARNING"

    def groups(self, service: str) -> dict[str, Any]:
        """One service's settings as nested plain values."""
        home, issuer = self.home, self.bases["accounts"]
        identity = {"issuer": issuer, "jwks_url": f"{issuer}/.well-known/jwks.json"}
        if service == "accounts":
            identity["signing_key_file"] = str(home.signing_key("tokens"))
        telemetry = {"log_level": self.log_level, "schedule_delay_ms": 200}
        groups: dict[str, Any] = {
            "profile": self.profile.value,
            "database": {"url": self.database.services[service]},
            "bus": {"url": self.bus_url},
            "http": {
                "root_path": f"/{service}" if self.root_paths else "",
                "public_url": self.bases[service],
            },
            "identity": identity,
            "province": {
                **self._province_line(),
                "signing_key_file": str(home.signing_key(service)),
                "peer_keys_file": str(home.province_keys),
            },
            "privacy": {"keys_file": str(home.privacy_keys)},
            "telemetry": telemetry | ({"otlp_endpoint": self.otlp_endpoint} if self.otlp_endpoint else {}),
            "job_seconds": self.job_seconds,
        }
        if service in ("filing", "subsidy"):
            groups["objects"] = {"url": home.objects(service)}
        if service == "subsidy":
            groups["receipts"] = {
                "signing_key_file": str(home.signing_key("receipts")),
                "former_keys_file": str(home.receipt_keys),
            }
        if self.story:
            groups["clock"] = {"story_file": str(home.folder / "clock-offset")}
        return groups

    def _province_line(self) -> dict[str, str]:
        if self.province_url.startswith("http"):
            return {"transport": "https", "url": self.province_url}
        return {"bus_url": self.province_url}

    def settings(self, service: str) -> Settings:
        return Settings(**self.groups(service))

    def environment(self, service: str) -> dict[str, str]:
        """The same as the variables that a process of its own is started with."""
        return dict(_flat("NJT", self.groups(service)))


def _flat(prefix: str, group: dict[str, Any]) -> list[tuple[str, str]]:
    joint = "_" if prefix == "NJT" else "__"
    pairs: list[tuple[str, str]] = []
    for name, value in group.items():
        key = f"{prefix}{joint}{name.upper()}"
        pairs += _flat(key, value) if isinstance(value, dict) else [(key, str(value))]
    return pairs


def _signer(path: Path) -> Ed25519Signer:
    if not path.exists():
        _write(path, Ed25519Signer(Ed25519PrivateKey.generate()).to_pem().decode())
    return Ed25519Signer.from_file(path)


def _write(path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")

"""The province's own signing, by Ed25519 (RFC 8032) or SM2 with SM3 (GB/T 32918); keys are named by their digest."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.contracts.dialect import Algorithm
from simulator.sm2 import Sm2PrivateKey, Sm2PublicKey
from simulator.store import Store

_TOLD_OF_A_KEY = {"key", "algorithm", "from", "until"}

Announce = Callable[[Mapping[str, Any]], None]
"""Tells the city another public key of ours."""


class KeyFileError(ValueError):
    """密钥文件不可用 · The key file cannot be used."""


class Public(Protocol):
    """A public key of either algorithm."""

    def verify(self, signature: bytes, data: bytes, /) -> None: ...

    def public_bytes_raw(self) -> bytes: ...


class Secret(Protocol):
    """A private key of either algorithm."""

    def sign(self, data: bytes, /) -> bytes: ...

    def public_key(self) -> Public: ...

    def private_bytes_raw(self) -> bytes: ...


class ProvinceKey:
    """The private key the counterpart signs with; `key_id` is 16 hex digits of its public key's SHA-256."""

    def __init__(self, key: Secret) -> None:
        self.algorithm = Algorithm.SM2_SM3 if isinstance(key, Sm2PrivateKey) else Algorithm.ED25519
        self._key = key
        self._raw = key.public_key().public_bytes_raw()
        self.key_id = sha256(self._raw).hexdigest()[:16]

    @classmethod
    def from_file(cls, path: Path, algorithm: Algorithm = Algorithm.ED25519) -> Self:
        """Read an unencrypted PEM file; raises KeyFileError when it holds no key of this algorithm."""
        return cls(_sm2_in(path) if algorithm is Algorithm.SM2_SM3 else _ed25519_in(path))

    @classmethod
    def new(cls, algorithm: Algorithm = Algorithm.ED25519) -> Self:
        sm2 = algorithm is Algorithm.SM2_SM3
        return cls(Sm2PrivateKey.generate() if sm2 else Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, raw: bytes, algorithm: Algorithm) -> Self:
        """The key that `private_bytes` told."""
        sm2 = algorithm is Algorithm.SM2_SM3
        return cls(
            Sm2PrivateKey.from_private_bytes(raw) if sm2 else Ed25519PrivateKey.from_private_bytes(raw)
        )

    def private_bytes(self) -> bytes:
        return self._key.private_bytes_raw()

    def sign(self, content: bytes) -> str:
        return base64.b64encode(self._key.sign(content)).decode()

    def public(self) -> dict[str, Any]:
        """Key id → raw public key in base64, with the algorithm if need be: what the city needs to know of us."""
        raw = base64.b64encode(self._raw).decode()
        plain = self.algorithm is Algorithm.ED25519
        return {self.key_id: raw if plain else {"key": raw, "algorithm": self.algorithm.value}}


@dataclass(frozen=True, kw_only=True)
class PeerKey:
    """One of the city's keys, and from when until when it may sign."""

    key: Public
    algorithm: Algorithm
    since: datetime | None
    until: datetime | None

    def holds(self, content: bytes, signature: str) -> bool:
        """Whether this signature is of this content, in its one spelling."""
        try:
            raw = base64.b64decode(signature, validate=True)
            self.key.verify(raw, content)
        except (InvalidSignature, ValueError):
            return False
        return base64.b64encode(raw).decode() == signature


class PeerKeys:
    """The city's public keys by key id; several services, and several keys while one is being replaced."""

    def __init__(self, keys: Mapping[str, Any], *, path: Path | None = None) -> None:
        self._keys = _peer_keys(keys)
        self._path = path

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a JSON object of key id → public key, looked into again for unknown ones; raises KeyFileError."""
        peers = cls({}, path=path)
        peers._keys = _read(path)
        return peers

    def find(self, key_id: str) -> PeerKey | None:
        if key_id not in self._keys and self._path is not None:
            try:
                self._keys = _read(self._path)
            except (KeyFileError, OSError):
                return None
        return self._keys.get(key_id)

    def holds(self, key_id: str, content: bytes, signature: str) -> bool:
        """Whether the named key made this signature over this content, whenever that was."""
        key = self.find(key_id)
        return key is not None and key.holds(content, signature)


class SigningKeys:
    """The key in use, and the one that follows it; a key that was rotated to is kept in the store."""

    def __init__(self, first: ProvinceKey, store: Store, announce: Announce | None = None) -> None:
        kept = store.db.execute(
            "SELECT raw FROM signing_key WHERE algorithm = ? ORDER BY rowid DESC LIMIT 1", (first.algorithm,)
        ).fetchone()
        self.current = ProvinceKey.from_bytes(kept["raw"], first.algorithm) if kept else first
        self.stranger = ProvinceKey.new(first.algorithm)
        """A key that nobody was told of."""
        self._store = store
        self._announce = announce

    def rotate(self) -> None:
        """Make a new key, announce it, and sign with it from now on."""
        fresh = ProvinceKey.new(self.current.algorithm)
        if self._announce is not None:
            self._announce(fresh.public())
        kept = fresh.private_bytes(), fresh.algorithm
        self._store.db.execute("INSERT INTO signing_key (raw, algorithm) VALUES (?, ?)", kept)
        self.current = fresh


def announced_in(path: Path) -> Announce:
    """Adds public keys to a file of them, which the city reads."""

    def announce(keys: Mapping[str, Any]) -> None:
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.write_text(json.dumps(known | dict(keys), indent=2), encoding="utf-8")

    return announce


def _sm2_in(path: Path) -> Sm2PrivateKey:
    try:
        return Sm2PrivateKey.from_pem(path.read_bytes())
    except ValueError:
        raise KeyFileError(f"{path.name} 不是 PEM 的 SM2 私钥 · is not an SM2 private key in PEM") from None


def _ed25519_in(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except UnsupportedAlgorithm:
        key = None
    except (ValueError, TypeError):
        raise KeyFileError(f"{path.name} 不是 PEM 私钥 · is not a PEM private key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path.name} 不是 Ed25519 私钥 · is not an Ed25519 private key")
    return key


def _read(path: Path) -> dict[str, PeerKey]:
    try:
        return _peer_keys(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, AttributeError, TypeError, KeyError):
        raise KeyFileError(
            f"{path.name} 不是“密钥号 → 公钥”表 · is not an object of key id → public key in base64"
        ) from None


def _peer_keys(keys: Mapping[str, Any]) -> dict[str, PeerKey]:
    return {name: _peer_key(told) for name, told in keys.items()}


def _peer_key(told: Any) -> PeerKey:
    """Raises ValueError, KeyError or TypeError for what is none."""
    entry = told if isinstance(told, dict) else {"key": told}
    if entry.keys() - _TOLD_OF_A_KEY:
        raise ValueError("unknown fields")
    algorithm = Algorithm(entry.get("algorithm", Algorithm.ED25519))
    raw = base64.b64decode(entry["key"])
    key: Public = (
        Sm2PublicKey.from_public_bytes(raw)
        if algorithm is Algorithm.SM2_SM3
        else Ed25519PublicKey.from_public_bytes(raw)
    )
    since, until = (_moment(entry.get(end)) for end in ("from", "until"))
    return PeerKey(key=key, algorithm=algorithm, since=since, until=until)


def _moment(told: str | None) -> datetime | None:
    moment = datetime.fromisoformat(told) if told else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError("no zone")
    return moment

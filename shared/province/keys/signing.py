"""Signatures over the bytes that cross, and the keys on both ends: Ed25519, or SM2 with SM3, as the dialect says."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from shared.contracts.dialect import Algorithm
from shared.province.keys.sm2 import Sm2KeyError, Sm2PrivateKey, Sm2PublicKey


class KeyFileError(ValueError):
    """密钥文件不可用 · The key file cannot be used."""


class Signer(Protocol):
    """Signs as one key; a signature is in base64."""

    key_id: str

    def sign(self, content: bytes) -> str: ...

    def public(self) -> dict[str, Any]:
        """What a peer's key file says of this key."""
        ...


def _name_of(raw: bytes) -> str:
    """A key's name: the first 16 hex digits of the SHA-256 of its public bytes, for SM2 of its uncompressed point."""
    return sha256(raw).hexdigest()[:16]


def key_id_of(key: Ed25519PublicKey) -> str:
    """A key's name: the first 16 hex digits of the SHA-256 of its raw public bytes."""
    return _name_of(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


class Ed25519Signer:
    """Ed25519 (RFC 8032) with a private key in memory."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key_id = key_id_of(key.public_key())

    @classmethod
    def from_file(cls, path: Path) -> "Ed25519Signer":
        """Read a PEM file; raises KeyFileError when it holds no unencrypted Ed25519 key."""
        try:
            key = load_pem_private_key(_content(path), password=None)
        except KeyFileError:
            raise
        except UnsupportedAlgorithm:  # of a curve that the library does not know, SM2's among them
            key = None
        except (ValueError, TypeError):
            raise KeyFileError(
                f"{path.name} 不是未加密的 PEM 私钥 · is not an unencrypted PEM private key"
            ) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(f"{path.name} 不是 Ed25519 私钥 · is not an Ed25519 private key")
        return cls(key)

    def sign(self, content: bytes) -> str:
        return base64.b64encode(self._key.sign(content)).decode()

    def public(self) -> dict[str, str]:
        """Key id → public key in base64, the form of a peer's key file."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {self.key_id: base64.b64encode(raw).decode()}

    def to_pem(self) -> bytes:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Sm2Signer:
    """SM2 with SM3 (GB/T 32918, GB/T 35276) with a private key in memory; a signature is the DER of (r, s)."""

    def __init__(self, key: Sm2PrivateKey) -> None:
        self._key = key
        self._point = key.public_point()
        self.key_id = _name_of(self._point)

    @classmethod
    def from_file(cls, path: Path) -> "Sm2Signer":
        """Read a PEM file; raises KeyFileError when it holds no unencrypted SM2 key."""
        try:
            return cls(Sm2PrivateKey.from_pem(_content(path)))
        except Sm2KeyError:
            raise KeyFileError(
                f"{path.name} 不是未加密的 SM2 私钥（PEM） · is not an unencrypted SM2 private key in PEM"
            ) from None

    def sign(self, content: bytes) -> str:
        return base64.b64encode(self._key.sign(content)).decode()

    def public(self) -> dict[str, dict[str, str]]:
        """Key id → uncompressed point in base64 and algorithm, the form of a peer's key file."""
        point = base64.b64encode(self._point).decode()
        return {self.key_id: {"key": point, "algorithm": Algorithm.SM2_SM3.value}}


_SIGNERS: Mapping[Algorithm, Callable[[Path], Signer]] = {
    Algorithm.ED25519: Ed25519Signer.from_file,
    Algorithm.SM2_SM3: Sm2Signer.from_file,
}


def read_signer(path: Path, algorithm: Algorithm) -> Signer:
    """The private key of a PEM file; raises KeyFileError when it holds none of this algorithm."""
    return _SIGNERS[algorithm](path)


class _Entry(BaseModel):
    """What a key file says of one key, beside its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    algorithm: Algorithm = Algorithm.ED25519
    since: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "_Entry":
        if self.since and self.until and self.since >= self.until:
            raise ValueError("until")
        return self


_ENTRIES: TypeAdapter[dict[str, str | _Entry]] = TypeAdapter(dict[str, str | _Entry])


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A counterpart's key, and from when until when it may sign; None is without end."""

    algorithm: Algorithm
    since: datetime | None
    until: datetime | None
    verifies: Callable[[bytes, bytes], bool]
    """Whether a signature is of this content."""

    def holds(self, content: bytes, signature: str) -> bool:
        """Whether this signature in base64 is the key's over this content, in its one spelling."""
        try:
            raw = base64.b64decode(signature, validate=True)
        except ValueError:
            return False
        return self.verifies(content, raw) and base64.b64encode(raw).decode() == signature


class PublicKeys(Protocol):
    """A counterpart's public keys as they are now."""

    def find(self, key_id: str) -> PublicKey | None: ...


def read_public_keys(path: Path) -> dict[str, str]:
    """Read a JSON object of key id → Ed25519 key in base64, each valid for ever; raises KeyFileError."""
    keys = _read(path)
    plain = {key_id: raw for key_id, raw in keys.items() if isinstance(raw, str)}
    if plain.keys() != keys.keys():
        raise KeyFileError(
            f"{path.name} 只应有“密钥号 → 公钥” · must hold nothing but key id → public key in base64"
        )
    return plain


class KeyRing:
    """The public keys of a counterpart, by key id; several while a key is being rotated.

    Each is a key in base64, Ed25519 and valid for ever, or `{"key", "algorithm", "from", "until"}`; raises ValueError.
    """

    def __init__(self, keys: Mapping[str, str | Mapping[str, Any]]) -> None:
        entries = _ENTRIES.validate_python({key_id: _plain(told) for key_id, told in keys.items()})
        self._keys = {key_id: _public(told) for key_id, told in entries.items()}

    @classmethod
    def from_file(cls, path: Path) -> "KeyRing":
        """Read a JSON object of keys by their ids; raises KeyFileError."""
        return cls(_read(path))

    def find(self, key_id: str) -> PublicKey | None:
        return self._keys.get(key_id)

    def named_in(self, content: bytes) -> bool:
        """Whether one of these keys is named there, in plain letters: a first look, which proves nothing."""
        return any(key_id.encode() in content for key_id in self._keys)

    def knows(self, key_id: str) -> bool:
        return key_id in self._keys

    def holds(self, key_id: str, content: bytes, signature: str) -> bool:
        """Whether this signature is the named key's over this content, whenever it was made."""
        key = self._keys.get(key_id)
        return key is not None and key.holds(content, signature)


def _read(path: Path) -> dict[str, Any]:
    """What a file of public keys says, once all of them are known to be keys."""
    try:
        keys: dict[str, Any] = json.loads(_content(path), object_pairs_hook=_once)
        KeyRing(keys)
    except KeyFileError:
        raise
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise KeyFileError(
            f"{path.name} 不是“密钥号 → 公钥”表：每项应为 base64 公钥，或 key、algorithm（ed25519、sm2-sm3）、from、until"
            "（带时区，from 早于 until） · is not an object of key id → public key in base64, or key, algorithm"
            " (ed25519, sm2-sm3), from and until (with a zone, from before until)"
        ) from None
    return keys


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as trouble:
        raise KeyFileError(f"{path.name} 无法读取 · cannot be read: {type(trouble).__name__}") from None


def _plain(told: object) -> object:
    return dict(told) if isinstance(told, Mapping) else told


def _public(told: str | _Entry) -> PublicKey:
    """Raises ValueError for what is no key of its algorithm."""
    entry = _Entry(key=told) if isinstance(told, str) else told
    verifies = _VERIFIERS[entry.algorithm](base64.b64decode(entry.key, validate=True))
    return PublicKey(algorithm=entry.algorithm, since=entry.since, until=entry.until, verifies=verifies)


def _ed25519(raw: bytes) -> Callable[[bytes, bytes], bool]:
    key = Ed25519PublicKey.from_public_bytes(raw)

    def verifies(content: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, content)
        except InvalidSignature:
            return False
        return True

    return verifies


_VERIFIERS: Mapping[Algorithm, Callable[[bytes], Callable[[bytes, bytes], bool]]] = {
    Algorithm.ED25519: _ed25519,
    Algorithm.SM2_SM3: lambda point: Sm2PublicKey(point).holds,
}

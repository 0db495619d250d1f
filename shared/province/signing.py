"""Signatures over the canonical bytes, and the keys on both ends."""

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


class KeyFileError(ValueError):
    """密钥文件不可用 · The key file cannot be used."""


class Signer(Protocol):
    """Signs as one key."""

    key_id: str

    def sign(self, content: bytes) -> str: ...


def key_id_of(key: Ed25519PublicKey) -> str:
    """A key's name: the first 16 hex digits of the SHA-256 of its raw public bytes."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


class Ed25519Signer:
    """Ed25519 (RFC 8032) with a private key in memory."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key_id = key_id_of(key.public_key())

    @classmethod
    def from_file(cls, path: Path) -> "Ed25519Signer":
        """Read a PEM file; raises KeyFileError when it holds no unencrypted Ed25519 key."""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
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


def read_public_keys(path: Path) -> dict[str, str]:
    """Read a JSON object of key id → public key in base64, each under its own name; raises KeyFileError."""
    try:
        keys: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        KeyRing(keys)
    except (ValueError, AttributeError, TypeError):
        raise KeyFileError(
            f"{path.name} 不是“密钥号 → 公钥”表 · is not an object of key id → public key in base64"
        ) from None
    return keys


class KeyRing:
    """The public keys of a counterpart, by key id; several while a key is being rotated."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = {
            key_id: Ed25519PublicKey.from_public_bytes(base64.b64decode(raw)) for key_id, raw in keys.items()
        }

    @classmethod
    def from_file(cls, path: Path) -> "KeyRing":
        """Read a JSON object of key id → base64; raises KeyFileError."""
        return cls(read_public_keys(path))

    def knows(self, key_id: str) -> bool:
        return key_id in self._keys

    def holds(self, key_id: str, content: bytes, signature: str) -> bool:
        """Whether this signature is the named key's over this content, in its one spelling."""
        key = self._keys.get(key_id)
        if key is None:
            return False
        try:
            raw = base64.b64decode(signature, validate=True)
            key.verify(raw, content)
        except (InvalidSignature, ValueError):
            return False
        return base64.b64encode(raw).decode() == signature

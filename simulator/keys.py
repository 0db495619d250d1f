"""The province's own signing: Ed25519 (RFC 8032) over the canonical bytes, keys named by their digest."""

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class KeyFileError(ValueError):
    """密钥文件不可用 · The key file cannot be used."""


class ProvinceKey:
    """The private key the counterpart signs with; `key_id` is 16 hex digits of its public key's SHA-256."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._raw = key.public_key().public_bytes_raw()
        self.key_id = sha256(self._raw).hexdigest()[:16]

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read an unencrypted PEM file; raises KeyFileError."""
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError):
            raise KeyFileError(f"{path.name} 不是 PEM 私钥 · is not a PEM private key") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(f"{path.name} 不是 Ed25519 私钥 · is not an Ed25519 private key")
        return cls(key)

    def sign(self, content: bytes) -> str:
        return base64.b64encode(self._key.sign(content)).decode()

    def public(self) -> dict[str, str]:
        """Key id → raw public key in base64: what the city needs to know of us."""
        return {self.key_id: base64.b64encode(self._raw).decode()}


class PeerKeys:
    """The city's public keys by key id; several services, and several keys while one is being replaced."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = {
            name: Ed25519PublicKey.from_public_bytes(base64.b64decode(raw)) for name, raw in keys.items()
        }

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a JSON object of key id → raw public key in base64; raises KeyFileError."""
        try:
            return cls(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, AttributeError, TypeError):
            raise KeyFileError(
                f"{path.name} 不是“密钥号 → 公钥”表 · is not an object of key id → public key in base64"
            ) from None

    def holds(self, key_id: str, content: bytes, signature: str) -> bool:
        """Whether the named key made this signature over this content."""
        key = self._keys.get(key_id)
        if key is None:
            return False
        try:
            key.verify(base64.b64decode(signature, validate=True), content)
        except (InvalidSignature, ValueError):
            return False
        return True

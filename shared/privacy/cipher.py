"""Encrypts single fields (AES-256-GCM, NIST SP 800-38D) and makes them findable by a keyed digest."""

import base64
import hmac
import json
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_ID_BYTES = 8


class Undecipherable(Exception):  # noqa: N818 — what is wrong with the data, not an error to handle
    """数据无法解密 · The data cannot be deciphered with the keys at hand."""


class FieldCipher:
    """Encrypts with the current key, decrypts with any it holds; without its current key it is not made.

    A ciphertext is key id (8 bytes) ‖ nonce (12) ‖ AES-GCM output; `about` binds it to the row it belongs to, so that
    a ciphertext moved to another row does not decrypt.
    """

    def __init__(self, *, keys: dict[str, bytes], current: str, index_key: bytes) -> None:
        self._ciphers = {_key_id(name): AESGCM(key) for name, key in keys.items()}
        self._current = _key_id(current)
        if self._current not in self._ciphers:
            raise ValueError(f"密钥文件没有现用密钥 {current} · The keys hold no current key {current!r}")
        self._index_key = index_key

    @classmethod
    def from_file(cls, path: Path) -> "FieldCipher":
        """Read JSON: `current`, `keys` (name → 32 bytes in base64) and `index_key` (32 bytes in base64)."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            keys={name: base64.b64decode(key) for name, key in content["keys"].items()},
            current=content["current"],
            index_key=base64.b64decode(content["index_key"]),
        )

    def encrypt(self, text: str, *, about: str) -> bytes:
        return self.seal(text.encode(), about=about)

    def decrypt(self, sealed: bytes, *, about: str) -> str:
        """The plain text; raises Undecipherable when the key is not at hand or anything was altered."""
        return self.unseal(sealed, about=about).decode()

    def seal(self, content: bytes, *, about: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self._current + nonce + self._ciphers[self._current].encrypt(nonce, content, about.encode())

    def unseal(self, sealed: bytes, *, about: str) -> bytes:
        """The plain bytes; raises Undecipherable when the key is not at hand or anything was altered."""
        key_id, nonce = sealed[:_KEY_ID_BYTES], sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Undecipherable
        try:
            return cipher.decrypt(nonce, sealed[_KEY_ID_BYTES + _NONCE_BYTES :], about.encode())
        except (InvalidTag, ValueError):
            raise Undecipherable from None

    def blind_index(self, text: str) -> bytes:
        """HMAC-SHA-256 of the text: equal texts are found by it, and nothing is learnt from it without the key."""
        return hmac.digest(self._index_key, text.encode(), sha256)


def new_keys() -> str:
    """The content of a fresh keys file."""
    fresh = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2)]
    return json.dumps({"current": "k1", "keys": {"k1": fresh[0]}, "index_key": fresh[1]}, indent=2)


def _key_id(name: str) -> bytes:
    return sha256(name.encode()).digest()[:_KEY_ID_BYTES]

"""What is promised of a place for files: one key for one content, for ever; and what it refuses."""

import re
from collections.abc import AsyncIterable, AsyncIterator
from hashlib import sha256
from typing import Protocol

from shared.errors import Conflict, Invalid, NotFound, Refusal

_DIGEST = re.compile(r"[0-9a-f]{64}")

Content = bytes | AsyncIterable[bytes]


class NoSuchObject(NotFound):
    """没有保存这份文件 · No file is kept under this digest."""

    code = "NJT-OBJ-0404"


class Tampered(Conflict):
    """保存的文件与其摘要不符 · A kept file no longer matches its digest."""

    code = "NJT-OBJ-0001"


class WrongDigest(Invalid):
    """内容与所报摘要不符 · The content does not have the digest it was announced with."""

    code = "NJT-OBJ-0002"


class NotADigest(Invalid):
    """不是 SHA-256 摘要 · Not a SHA-256 digest in lower-case hex."""

    code = "NJT-OBJ-0003"


class StoreAway(ConnectionError):  # noqa: N818 — an outage, said as the other exceptions here are
    """文件存储不可用 · The store of files cannot be reached, or does not let us in."""


class ObjectStore(Protocol):
    """Keeps files, each under the SHA-256 of its content (64 hex digits). Raises NotADigest for any other key.

    A file is put before the transaction that refers to it begins. If that is rolled back, an object remains that no row
    names, which is harmless: nobody can find it, and the same content put again is the same object.
    """

    async def put(self, key: str, content: Content) -> None:
        """Keep it, wholly or not at all; again is harmless. Raises WrongDigest when the key is not the content's."""

    async def get(self, key: str) -> bytes:
        """All of it. Raises NoSuchObject, or Tampered when it no longer has its digest."""

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """Its chunks in order. Raises NoSuchObject at once, and Tampered instead of giving the last chunk."""

    async def exists(self, key: str) -> bool:
        """Whether something is kept under the key; it is not read."""

    async def delete(self, key: str) -> None:
        """Remove it, if it is there. The caller knows that no row refers to it any more."""


def key_of(content: bytes) -> str:
    """The key of a content."""
    return sha256(content).hexdigest()


def checked(key: str) -> str:
    """The key itself; raises NotADigest. What passes cannot name a place outside the store."""
    if _DIGEST.fullmatch(key) is None:
        raise NotADigest
    return key


async def verified(chunks: AsyncIterable[bytes], key: str, otherwise: type[Refusal]) -> AsyncIterator[bytes]:
    """Pass chunks on, the last one only when they have the digest together; raises `otherwise` when they have not."""
    digest, held = sha256(), b""
    async for chunk in chunks:
        if held:
            yield held
        digest.update(chunk)
        held = chunk
    if digest.hexdigest() != key:
        raise otherwise(key)
    yield held


async def read_through(chunks: AsyncIterable[bytes]) -> int:
    """Read to the end and keep nothing; how many bytes there were. Raises what the chunks raise."""
    return sum([len(chunk) async for chunk in chunks])

"""Files in a local folder or in an S3 bucket, by obstore."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from shared.objects.store import (
    Content,
    NoSuchObject,
    StoreAway,
    Tampered,
    WrongDigest,
    checked,
    key_of,
    read_through,
    verified,
)

_CHUNK_BYTES = 1_048_576
_FAN_OUT_FOLDERS = 2

log = structlog.get_logger(__name__)


class StoredObjects:
    """An `ObjectStore` at an address: `file:///folder`, or `s3://bucket/prefix` with the usual `AWS_…` variables."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    @classmethod
    def from_url(cls, url: str) -> "StoredObjects":
        """Opens the address; a folder is made if need be, for its owner alone. Raises ValueError for any other kind."""
        match urlsplit(url):
            case parts if parts.scheme == "file" and not parts.netloc and len(parts.path) > 1:
                folder = Path(unquote(parts.path))
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                return cls(LocalStore(folder))
            case parts if parts.scheme == "s3" and parts.netloc:
                store = S3Store.from_url(
                    url,
                    retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=15)},
                )
                return cls(store)
        raise ValueError(f"应为 file:///… 或 s3://… · must be file:///… or s3://…, not {url}")

    async def put(self, key: str, content: Content) -> None:
        """A crash on the way leaves at most a file that is no object (`…#1`); what is kept is looked at, not trusted."""
        path = _path(key)
        if isinstance(content, bytes) and await asyncio.to_thread(key_of, content) != key:
            raise WrongDigest(key)
        checked_content = content if isinstance(content, bytes) else verified(content, key, WrongDigest)
        if not await self._holds(key):
            with _answering(key):
                await self._store.put_async(path, checked_content)
        elif not isinstance(checked_content, bytes):
            await read_through(checked_content)
        if isinstance(self._store, LocalStore):
            await asyncio.to_thread(_to_disk, Path(self._store.prefix or "/") / path)

    async def get(self, key: str) -> bytes:
        return b"".join([chunk async for chunk in await self.stream(key)])

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        with _answering(key):
            found = await self._store.get_async(_path(key))
        return verified(_chunks(found.stream(min_chunk_size=_CHUNK_BYTES), key), key, Tampered)

    async def exists(self, key: str) -> bool:
        try:
            with _answering(key):
                await self._store.head_async(_path(key))
        except NoSuchObject:
            return False
        return True

    async def delete(self, key: str) -> None:
        try:
            with _answering(key):
                await self._store.delete_async(_path(key))
        except NoSuchObject:
            return

    async def _holds(self, key: str) -> bool:
        """Whether the content is there as it should be; what is not is about to be written over."""
        try:
            await read_through(await self.stream(key))
        except NoSuchObject:
            return False
        except Tampered:
            log.warning("kept file does not match its digest", key=key)
            return False
        return True


def _path(key: str) -> str:
    key = checked(key)
    return f"{key[:2]}/{key[2:4]}/{key}"


async def _chunks(parts: AsyncIterator[bytes], key: str) -> AsyncIterator[bytes]:
    with _answering(key):
        async for part in parts:
            yield bytes(part)


@contextmanager
def _answering(key: str) -> Iterator[None]:
    """What the library raises, in our words."""
    try:
        yield
    except FileNotFoundError:
        raise NoSuchObject(key) from None
    except (BaseError, OSError) as problem:
        raise StoreAway(f"{type(problem).__name__}: {str(problem).partition(chr(10))[0]}") from problem


def _to_disk(file: Path) -> None:
    """Let the file and the folders that name it outlive a power cut: the row that refers to it will."""
    for each in (file, *file.parents[: _FAN_OUT_FOLDERS + 1]):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

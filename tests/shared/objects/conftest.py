"""The same promises on three places: a folder, a bucket and memory."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.objects import ObjectStore, StoredObjects
from tests.fakes import MemoryObjects
from tests.interfaces import interfaces
from tests.shared.objects.bucket import open_bucket

__all__ = ["interfaces"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A store, and a way to spoil what it keeps behind its back."""

    store: ObjectStore
    spoil: Callable[[str, bytes], object]


@pytest.fixture(params=["folder", "bucket", "memory"])
async def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    if request.param == "memory":
        memory = MemoryObjects()
        yield Place(store=memory, spoil=memory.contents.__setitem__)
        return
    if request.param == "folder":
        folder = tmp_path / "文件 store"
        yield Place(
            store=StoredObjects.from_url(folder.as_uri()),
            spoil=lambda key, content: (folder / key[:2] / key[2:4] / key).write_bytes(content),
        )
        return
    async with open_bucket() as (bucket, variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield Place(
            store=StoredObjects.from_url("s3://files/filing"),
            spoil=lambda key, content: bucket.objects.__setitem__(
                f"/files/filing/{key[:2]}/{key[2:4]}/{key}", content
            ),
        )

"""The folder and the bucket themselves: crashes, power cuts, rights, and addresses."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.http.problems import TooBusy, status_of
from shared.messaging.failures import is_outage
from shared.objects import NoSuchObject, StoreAway, StoredObjects, Tampered, WrongDigest, key_of
from shared.settings import REPOSITORY
from tests.shared.objects.bucket import open_bucket

CONTENT = b"0123456789abcdef" * 1_000_000
KEY = key_of(CONTENT)
HALF_WRITTEN = """
import asyncio, sys
from shared.objects import StoredObjects
async def half():
    yield b"0123456789abcdef" * 500_000
    print("half", flush=True)
    await asyncio.sleep(3600)
asyncio.run(StoredObjects.from_url(sys.argv[1]).put(sys.argv[2], half()))
"""


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


async def test_a_process_killed_while_it_writes_leaves_no_object(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HALF_WRITTEN, tmp_path.as_uri(), KEY]
    writer = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=REPOSITORY)
    assert writer.stdout is not None
    assert await writer.stdout.readline() == b"half\n"
    writer.send_signal(signal.SIGKILL)
    await writer.wait()
    assert [path.name for path in files(tmp_path)] == [f"{KEY}#1"]
    store = StoredObjects.from_url(tmp_path.as_uri())
    assert not await store.exists(KEY)
    with pytest.raises(NoSuchObject):
        await store.get(KEY)
    await store.put(KEY, CONTENT)
    assert await store.get(KEY) == CONTENT


async def test_what_was_put_is_on_disk_with_the_folders_that_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    flush = os.fsync

    def noted(descriptor: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    await StoredObjects.from_url(tmp_path.as_uri()).put(KEY, CONTENT)
    near = tmp_path / KEY[:2] / KEY[2:4]
    assert flushed == [str(each) for each in (near / KEY, near, near.parent, tmp_path)]


async def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "objects"
    await StoredObjects.from_url(folder.as_uri()).put(KEY, CONTENT)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "url", ["", "objects", "file://", "file:///", "file://host/x", "s3://", "memory:///", "https://x.test/x"]
)
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="file:///"):
        StoredObjects.from_url(url)


async def test_a_store_that_does_not_answer_is_an_outage_and_nobodys_fault(tmp_path: Path) -> None:
    (tmp_path / KEY[:2]).write_bytes(b"in the way")
    store = StoredObjects.from_url(tmp_path.as_uri())
    with pytest.raises(StoreAway) as away:
        await store.put(KEY, CONTENT)
    assert is_outage(away.value)
    assert status_of(TooBusy) == 503


async def test_a_bucket_that_does_not_let_us_in_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_bucket() as (bucket, variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        store = StoredObjects.from_url("s3://files/filing")
        await store.put(KEY, CONTENT)
        bucket.refusing = True
        for attempt in (store.get(KEY), store.put(KEY, CONTENT), store.exists(KEY), store.delete(KEY)):
            with pytest.raises(StoreAway):
                await attempt


async def test_a_bucket_is_left_without_unfinished_uploads_when_a_content_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with open_bucket() as (bucket, variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

        async def other_content() -> AsyncIterator[bytes]:
            yield CONTENT[:-1]

        with pytest.raises(WrongDigest):
            await StoredObjects.from_url("s3://files/filing").put(KEY, other_content())
        assert bucket.objects == {}
        assert bucket.uploads == {}


@pytest.mark.parametrize(("kind", "status"), [(NoSuchObject, 404), (Tampered, 409), (WrongDigest, 422)])
def test_each_refusal_has_its_status(kind: type[NoSuchObject | Tampered | WrongDigest], status: int) -> None:
    assert status_of(kind) == status

"""Larger bodies only where files are handed in, and no larger than was said there."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, FastAPI, File, UploadFile
from starlette.applications import Starlette
from starlette.routing import Mount

from shared.errors import TooLarge
from shared.http.api import create_api
from shared.http.uploads import uploaded
from shared.settings import HttpSettings
from tests.interfaces import client_of
from tests.shared.http.conftest import LIMIT

MOST_FILE, MOST_BODY = 20_000, 24_000
UPLOADS = {r"/filings/[^/]+/documents": MOST_BODY}
PLACE = "/filings/7/documents"


@pytest.fixture
def taking() -> FastAPI:
    router = APIRouter()

    @router.post("/filings/{number}/documents")
    async def hand_in(number: int, file: Annotated[UploadFile, File()]) -> int:
        return number * 0 + len(await uploaded(file, most=MOST_FILE))

    @router.post("/filings/{number}/documents/notes")
    async def note(number: int, text: str) -> int:
        return number + len(text)

    return create_api(
        title="测试 · Test",
        description="",
        routers=[router],
        settings=HttpSettings(max_body_bytes=LIMIT),
        telemetry=None,
        uploads=UPLOADS,
    )


@pytest.fixture
async def door(taking: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(taking, raises=False) as opened:
        yield opened


async def in_parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 5000):
        yield content[start : start + 5000]


def handed_in(size: int) -> dict[str, tuple[str, bytes, str]]:
    return {"file": ("a.pdf", b"a" * size, "application/pdf")}


async def test_a_file_larger_than_any_other_body_is_taken_where_files_are_handed_in(
    door: httpx.AsyncClient,
) -> None:
    answer = await door.post(PLACE, files=handed_in(MOST_FILE))
    assert (answer.status_code, answer.json()) == (200, MOST_FILE)


async def test_a_file_over_its_limit_is_refused_though_the_body_is_within(door: httpx.AsyncClient) -> None:
    answer = await door.post(PLACE, files=handed_in(MOST_FILE + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "NJT-GEN-0413")
    assert str(MOST_FILE) in answer.json()["detail"]


async def test_an_upload_over_the_bodys_limit_is_refused_announced_or_not(door: httpx.AsyncClient) -> None:
    announced = await door.post(PLACE, files=handed_in(MOST_BODY + 1))
    whole = httpx.Request("POST", "http://service.test", files=handed_in(MOST_BODY + 1))
    kind = {"content-type": whole.headers["content-type"]}
    found_out = await door.post(PLACE, content=in_parts(whole.read()), headers=kind)
    for answer in (announced, found_out):
        assert (answer.status_code, answer.json()["code"]) == (413, "NJT-GEN-0413")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/filings", f"{PLACE}/", f"{PLACE}/notes", f"/x{PLACE}", "/filings/7/8/documents", f"{PLACE}%0A"]
)
async def test_elsewhere_the_limit_is_as_it_was(door: httpx.AsyncClient, path: str) -> None:
    answer = await door.post(path, content=b"a" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "NJT-GEN-0413")


async def test_behind_a_gateways_prefix_the_same_paths_are_meant(taking: FastAPI) -> None:
    gateway = Starlette(routes=[Mount("/filing", app=taking)])
    async with client_of(gateway, raises=False) as client:
        taken = await client.post(f"/filing{PLACE}", files=handed_in(MOST_FILE))
        refused = await client.post("/filing/filings", files=handed_in(MOST_FILE))
    assert (taken.status_code, refused.status_code) == (200, 413)


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\n\r\n", b"nonsense" * 100])
async def test_a_multipart_body_that_is_none_is_a_problem(door: httpx.AsyncClient, body: bytes) -> None:
    answer = await door.post(PLACE, content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_no_more_is_read_of_a_file_than_shows_that_it_is_too_large() -> None:
    content = BytesIO(b"a" * 100_000)
    with pytest.raises(TooLarge):
        await uploaded(UploadFile(content), most=MOST_FILE)
    assert content.tell() == MOST_FILE + 1

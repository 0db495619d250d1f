"""Our parts: filing as its own processes run it, with everything on."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from cli.bench.actors import Answer, Cue, Go, Role, play
from cli.bench.contest import NothingMeasured
from cli.bench.filing.requests import bearer
from cli.bench.filing.serving import Interface, serving
from cli.bench.load import Ask, once
from cli.bench.moments import peak_megabytes
from shared.clock import SHANGHAI

_AT_ONCE = 500  # reviews confirmed with one request
_PAGE = 200


def serve(*, traced: bool) -> Role:
    """A role that serves the interface until its end; going, it says where, and by which tokens."""

    @asynccontextmanager
    async def role(cue: Cue) -> AsyncIterator[Go]:
        async with serving(cue, traced=traced) as interface:

            async def go() -> Answer:
                return {"base": interface.base, "tokens": dict(interface.tokens)}

            yield go

    return role


@asynccontextmanager
async def campaign(cue: Cue) -> AsyncIterator[Go]:
    """Going, the city opens a campaign, the worker hands out the reviews, and the district confirms all of them."""
    async with serving(cue) as interface:

        async def go() -> Answer:
            opening, key = await _opened(interface)
            began = time.perf_counter()
            await interface.work_off("hand-out-reviews")
            handing = time.perf_counter() - began
            ids = await _reviews(interface, key)
            _all_there(len(ids), cue.count)
            confirming = await _confirmed(interface, key, ids)
            return {"open": opening, "hand out": handing, "confirm": confirming}

        yield go


@asynccontextmanager
async def imported(cue: Cue) -> AsyncIterator[Go]:
    """Going, a file is previewed and put in; how long each took, and how much memory the process held at most."""
    content = await asyncio.to_thread(Path(cue.told["file"]).read_bytes)
    async with serving(cue) as interface:

        async def go() -> Answer:
            base, officer = interface.base, bearer(interface.tokens["district"])
            began = time.perf_counter()
            preview = json.loads(await once(base, _upload(content, officer)))
            previewed = time.perf_counter()
            _all_there(preview["good"], cue.count)
            place = f"/v1/imports/{preview['id']}"
            tag = {**officer, "If-Match": f'"{preview["version"]}"'}
            await once(base, Ask(method="POST", path=f"{place}/commit", headers=tag))
            await interface.work_off("put-in-imports")
            committed = time.perf_counter()
            done = json.loads(await once(base, Ask(path=place, headers=officer)))["done"]
            _all_there(done, cue.count)
            return {"preview": previewed - began, "commit": committed - previewed, "peak": peak_megabytes()}

        yield go


async def _opened(interface: Interface) -> tuple[float, str]:
    """How long opening took, and the campaign's key."""
    today = interface.runtime.clock.now().astimezone(SHANGHAI).date().isoformat()
    asked = _posting("/v1/campaigns", interface.tokens["city"], title="测速", effective_on=today)
    began = time.perf_counter()
    answer = await once(interface.base, asked.model_copy(update={"keyed": True}))
    return time.perf_counter() - began, json.loads(answer)["id"]


async def _reviews(interface: Interface, key: str) -> list[str]:
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        path = f"/v1/campaigns/{key}/reviews?size={_PAGE}" + (f"&cursor={cursor}" if cursor else "")
        page = json.loads(
            await once(interface.base, Ask(path=path, headers=bearer(interface.tokens["district"])))
        )
        ids += [each["id"] for each in page["items"]]
        cursor = page["next"]
    return ids


async def _confirmed(interface: Interface, key: str, ids: Sequence[str]) -> float:
    """How long confirming all of them took."""
    confirmed, began = 0, time.perf_counter()
    for start in range(0, len(ids), _AT_ONCE):
        some = list(ids[start : start + _AT_ONCE])
        asked = _posting(f"/v1/campaigns/{key}/confirmations", interface.tokens["district"], review_ids=some)
        confirmed += int(json.loads(await once(interface.base, asked))["confirmed"])
    took = time.perf_counter() - began
    _all_there(confirmed, len(ids))
    return took


def _posting(path: str, token: str, **body: Any) -> Ask:
    headers = {**bearer(token), "Content-Type": "application/json"}
    return Ask(method="POST", path=path, headers=headers, body=json.dumps(body))


def _upload(content: bytes, officer: Mapping[str, str]) -> bytes:
    mark = uuid4().hex
    part = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="bench.xlsx"\r\n\r\n'
    body = part.encode() + content + f"\r\n--{mark}--\r\n".encode()
    headers = {
        **officer,
        "Host": "127.0.0.1",
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Content-Length": str(len(body)),
        "Idempotency-Key": mark,
    }
    lines = ["POST /v1/imports?kind=institutions HTTP/1.1", *(f"{key}: {it}" for key, it in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _all_there(found: int, wanted: int) -> None:
    if found != wanted:
        raise NothingMeasured(f"应为 {wanted} 条，实为 {found} 条 · {wanted} were wanted, {found} are there")


if __name__ == "__main__":
    play(
        {
            "serve": serve(traced=True),
            "serve untraced": serve(traced=False),
            "campaign": campaign,
            "import": imported,
        }
    )

"""An S3 bucket on loopback: putting, getting, removing, and uploads in parts: what the store uses, nothing else."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import md5
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cli.suite.server import served

_KEY = re.compile("<Key>(.*?)</Key>")
_UPLOAD = "<InitiateMultipartUploadResult><UploadId>{}</UploadId></InitiateMultipartUploadResult>"
_DONE = "<CompleteMultipartUploadResult><ETag>{}</ETag></CompleteMultipartUploadResult>"
_MISSING = "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>"


class Bucket:
    """What was put, by path; an upload in parts becomes an object when it is completed."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.refusing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await self._answer(request, await request.body())(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        if self.refusing:
            return Response("<Error><Code>AccessDenied</Code></Error>", status_code=403)
        asked = parse_qs(request.url.query, keep_blank_values=True)
        if "uploads" in asked or "uploadId" in asked:
            return self._in_parts(request, body, asked)
        path = request.url.path
        if "delete" in asked:
            keys = _KEY.findall(body.decode())
            for key in keys:
                self.objects.pop(f"{path}/{key}", None)
            deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            return Response(f"<DeleteResult>{deleted}</DeleteResult>")
        if request.method == "PUT":
            self.objects[path] = body
            return Response(headers={"ETag": _tag(body)})
        if path not in self.objects:
            return Response(_MISSING, status_code=404)
        found = self.objects[path]
        told = {"ETag": _tag(found), "Last-Modified": "Mon, 02 Nov 2026 00:00:00 GMT"}
        return Response(found, headers=told)

    def _in_parts(self, request: Request, body: bytes, asked: dict[str, list[str]]) -> Response:
        if "uploads" in asked:
            self.uploads[upload := str(len(self.uploads))] = {}
            return Response(_UPLOAD.format(upload))
        upload = asked["uploadId"][0]
        if request.method == "PUT":
            self.uploads[upload][int(asked["partNumber"][0])] = body
            return Response(headers={"ETag": _tag(body)})
        parts = self.uploads.pop(upload)
        if request.method == "POST":
            self.objects[request.url.path] = b"".join(parts[number] for number in sorted(parts))
        return Response(_DONE.format(_tag(b"")), status_code=200 if request.method == "POST" else 204)


def _tag(body: bytes) -> str:
    return f'"{md5(body, usedforsecurity=False).hexdigest()}"'


@asynccontextmanager
async def open_bucket() -> AsyncIterator[tuple[Bucket, dict[str, str]]]:
    """A bucket being served, and the variables that lead to it."""
    bucket = Bucket()
    async with served(bucket) as address:
        yield (
            bucket,
            {
                "AWS_ENDPOINT": address,
                "AWS_ALLOW_HTTP": "true",
                "AWS_REGION": "local",
                "AWS_ACCESS_KEY_ID": "tester",
                "AWS_SECRET_ACCESS_KEY": "tester",
            },
        )

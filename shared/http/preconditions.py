"""Which version of a thing the caller has seen."""

import re
from typing import Annotated

from fastapi import Depends, Header

from shared.errors import Invalid
from shared.http.problems import PreconditionMissing

_TAG = re.compile(r'"(\d{1,9})"')


class BadTag(Invalid):
    """If-Match 格式有误 · If-Match is not an entity tag of ours."""

    code = "NJT-GEN-1003"


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def seen_version(if_match: str | None) -> int:
    """The version in If-Match; raises PreconditionMissing without it and BadTag when it is not one of ours."""
    if if_match is None:
        raise PreconditionMissing
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise BadTag
    return int(tag[1])


async def _seen(
    if_match: Annotated[
        str | None, Header(description='读取时得到的 ETag · the ETag you were given, e.g. "3"')
    ] = None,
) -> int:
    return seen_version(if_match)


Seen = Annotated[int, Depends(_seen)]

"""How a caller asks for one page of a list."""

from typing import Annotated

from fastapi import Query

Size = Annotated[int, Query(ge=1, le=200, description="每页条数 · items a page")]
Cursor = Annotated[
    str | None, Query(max_length=300, description="上一页给出的 next · the last page's `next`")
]

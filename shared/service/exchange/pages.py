"""A page of what has no version of its own."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

V = TypeVar("V", bound=BaseModel)


class PageOf(BaseModel, Generic[V]):
    """Some items in order; `next` is the cursor of the next page, null on the last."""

    model_config = ConfigDict(frozen=True)

    items: list[V]
    next: str | None

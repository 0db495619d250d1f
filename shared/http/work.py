"""Opens a request's unit of work in its caller's name, and makes a creation asked for twice happen once."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.http.preconditions import etag
from shared.identity import Principal, Scope
from shared.paging import Page
from shared.persistence.unit_of_work import Works
from shared.policy import Policy

W = TypeVar("W")
W_co = TypeVar("W_co", covariant=True)
A = TypeVar("A")
V = TypeVar("V", bound="View")

_PUBLIC = "public"

IdempotencyKey = Annotated[
    str, Header(min_length=8, max_length=100, pattern=r"^[\x21-\x7e]+$", description="幂等键 · chosen by you")
]


class View(BaseModel):
    """What is shown of an aggregate; `version` is what If-Match must name to change it."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    id: UUID
    version: int = Field(ge=0)


class PageView(BaseModel, Generic[V]):
    """Some items in order; `next` is the cursor of the next page, null on the last."""

    items: list[V]
    next: str | None


class OpenFor(Protocol[W_co]):
    """Opens a unit of work that sees what the caller may see."""

    def __call__(self, caller: Principal) -> AbstractAsyncContextManager[W_co]: ...


class RequestWorks(Generic[W]):
    """The units of work of one request; the act in the ledger is the route's name."""

    def __init__(self, request: Request) -> None:
        self._works: Works[W] = request.app.state.works
        self._policy: Policy = request.app.state.policy
        self._act: str = request.scope["route"].name

    def __call__(self, caller: Principal) -> AbstractAsyncContextManager[W]:
        return self._works(self._scope(caller))

    def _scope(self, caller: Principal) -> Scope:
        return caller.scope(self._act, self._policy)


class PublicWorks(Generic[W]):
    """The units of work of somebody who does not log in, and so reaches no row by itself.

    `reading` has the reach of the service: it is for queries alone that name the columns and rows that are public.
    `within` reaches one organ, as that organ's own officer would who takes down what is said.
    """

    def __init__(self, request: Request) -> None:
        self._works: Works[W] = request.app.state.works
        self._act: str = request.scope["route"].name

    def reading(self) -> AbstractAsyncContextManager[W]:
        return self._works(Scope(actor=_PUBLIC, act=self._act, everything=True))

    def within(self, organ: str) -> AbstractAsyncContextManager[W]:
        return self._works(Scope(actor=_PUBLIC, act=self._act, organs=frozenset({organ})))


class Once(RequestWorks[W]):
    """A creation under an Idempotency-Key: the answer is stored with the effect and given again to a repeat."""

    def __init__(self, request: Request, key: str) -> None:
        super().__init__(request)
        self._key = key
        self._path = request.url.path

    async def create(
        self,
        caller: Principal,
        content: BaseModel,
        *,
        make: Callable[[W], Awaitable[A]],
        show: Callable[[A], View],
        keep: Callable[[A], View] | None = None,
    ) -> Response:
        """Make it and answer 201, or answer as the first time; raises KeyReused when the content is other.

        `keep` is what a repeat is shown where the first answer holds a secret that is kept nowhere.
        """
        asked = f"{self._act} {self._path}".encode() + b"\x00" + _canonical(content)
        async with self._works.transaction(self._scope(caller)) as transaction:
            stored = await transaction.idempotency.claim(self._key, asked)
            if stored is not None:
                return _made(stored[1], status=stored[0])
            made = await make(self._works.bind(transaction))
            await transaction.note(self._act)
            view = show(made)
            body = view.model_dump_json().encode()
            kept = keep(made).model_dump_json().encode() if keep else body
            transaction.idempotency.remember(self._key, status=201, body=kept)
        return _made(body, status=201)


# What FastAPI is to call for these is asynchronous though it waits for nothing: everything else, a class too, it calls in
# a thread, and each such call costs two switches between threads that want the interpreter at the same time.


async def works_of(request: Request) -> RequestWorks[Any]:
    """The units of work of a request."""
    return RequestWorks(request)


async def public_works_of(request: Request) -> PublicWorks[Any]:
    """The units of work of a request without a login."""
    return PublicWorks(request)


async def once_of(request: Request, idempotency_key: IdempotencyKey) -> Once[Any]:
    """The creation that a request asks for."""
    return Once(request, idempotency_key)


def _made(body: bytes, *, status: int) -> Response:
    tag = etag(json.loads(body)["version"])
    return Response(body, status_code=status, media_type="application/json", headers={"ETag": tag})


def _canonical(content: BaseModel) -> bytes:
    """The same content as the same bytes in every process: sets have no order of their own."""
    return json.dumps(content.model_dump(), sort_keys=True, default=_ordered).encode()


def _ordered(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, frozenset | set) else str(value)


def shown(view: View) -> Response:
    """A view as the answer, with its version as the entity tag."""
    return Response(
        view.model_dump_json(), media_type="application/json", headers={"ETag": etag(view.version)}
    )


def shown_page(page: Page[A], show: Callable[[A], View]) -> Response:
    """A page of views as the answer."""
    content = PageView[View].model_construct(items=[show(item) for item in page.items], next=page.next)
    return Response(content.model_dump_json(serialize_as_any=True), media_type="application/json")

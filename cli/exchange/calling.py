"""Calls the services' interfaces as one client of the suite."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

import typer

from cli.servers.places import data_root
from cli.suite.database import SERVICES
from shared.http.client import HttpClient, Unanswered, Unreachable

T = TypeVar("T")

Service = Annotated[str, typer.Option("--service", help=f"服务 · one of: {', '.join(SERVICES)}")]
SomeServices = Annotated[
    list[str], typer.Option("--service", help="服务，可重复，缺省为全部 · repeatable; all unless named")
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]
Why = Annotated[str, typer.Option("--reason", help="事由，记入台账 · why; it is entered in the ledger")]

_CLIENT = "city-admin"
_ISSUER = "accounts"
_SECONDS = 10.0


class CallRefused(Exception):  # noqa: N818 — an answer of the interface, not a fault
    """接口拒绝了请求 · The interface refused; `problem` is what it answered."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("error_description") or problem))
        self.problem = problem

    @property
    def code(self) -> str:
        """The refusal's code; of the token endpoint its OAuth error."""
        return str(self.problem.get("code") or self.problem.get("error") or "")


class ServiceAway(Exception):  # noqa: N818 — what an operator is told, not a fault of the command
    """本市服务无法连接 · A service of ours cannot be reached, or does not answer; its text says which."""


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Where the services are, and as which client they are called; without a secret, that of `njt up` on this machine."""

    bases: Sequence[str]
    client_id: str = _CLIENT
    secret: str | None = field(default=None, repr=False)

    def base(self, service: str) -> str:
        """The address of a service: its own, or the common one with `{service}` in it."""
        named = dict(each.split("=", 1) for each in self.bases if "=" in each.split("://", 1)[0])
        common = [each for each in self.bases if "=" not in each.split("://", 1)[0]]
        address: str | None = named.get(service) or next(iter(common), None)
        if address is None:
            raise typer.BadParameter(f"没有 {service} 的地址 · no address of {service}", param_hint="--base")
        return address.replace("{service}", service).rstrip("/")

    @property
    def credentials(self) -> dict[str, str]:
        """Client id and secret."""
        return {"client_id": self.client_id, "client_secret": self.secret or self._kept_here()}

    def _kept_here(self) -> str:
        kept = data_root() / "up" / "home" / "clients.json"
        try:
            return str(json.loads(kept.read_text(encoding="utf-8"))[self.client_id])
        except (OSError, KeyError, ValueError):
            raise typer.BadParameter(
                "缺少客户端密钥，请设 NJT_CLIENT_SECRET · set NJT_CLIENT_SECRET",
                param_hint="--client-secret",
            ) from None


class Calls:
    """The calls of one command, made with one token."""

    def __init__(self, suite: Suite, client: HttpClient, token: str) -> None:
        self._suite = suite
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, service: str, path: str, **asked: Any) -> Any:
        """What a service shows; raises CallRefused, ServiceAway. What is None is not asked for."""
        return await self._call("GET", service, _with(path, asked))

    async def post(self, service: str, path: str, body: Mapping[str, Any]) -> Any:
        """What a service answers to an act; raises CallRefused, ServiceAway."""
        return await self._call("POST", service, path, dict(body))

    async def hand_in(self, service: str, path: str, *, name: str, content: bytes) -> Any:
        """What a service answers to a file; raises CallRefused, ServiceAway."""
        address = f"{self._suite.base(service)}/v1/exchange{path}"
        files = {"file": (name, content, "application/octet-stream")}
        with _reaching(service):
            answer = await self._client.request("POST", address, files=files, headers=self._headers)
        return _content(service, answer.status_code, answer.text)

    async def fetch(self, service: str, path: str, **asked: Any) -> bytes:
        """A file as a service keeps it; raises CallRefused, ServiceAway."""
        address = f"{self._suite.base(service)}/v1/exchange{_with(path, asked)}"
        with _reaching(service):
            answer = await self._client.request("GET", address, headers=self._headers)
        return answer.content if answer.is_success else _content(service, answer.status_code, answer.text)

    async def _call(self, method: str, service: str, path: str, body: dict[str, Any] | None = None) -> Any:
        address = f"{self._suite.base(service)}/v1/exchange{path}"
        with _reaching(service):
            answer = await self._client.request(method, address, json=body, headers=self._headers)
        return _content(service, answer.status_code, answer.text)


def _with(path: str, asked: Mapping[str, Any]) -> str:
    given = {name: _spelled(value) for name, value in asked.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


@contextmanager
def _reaching(service: str) -> Iterator[None]:
    """Raises ServiceAway where the service cannot be reached."""
    try:
        yield
    except Unanswered as silent:
        told = f"本市 {service} 服务未答复，是否已办不明 · our own service {service} did not answer; it may have acted"
        raise ServiceAway(f"{told}（{silent.detail}）") from None
    except Unreachable as away:
        raise _away(service, away.detail) from None


def _away(service: str, detail: str) -> ServiceAway:
    return ServiceAway(
        f"本市 {service} 服务无法连接 · our own service {service} cannot be reached（{detail}）"
    )


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _content(service: str, status: int, text: str) -> Any:
    if status == HTTPStatus.NO_CONTENT:
        return None
    try:
        content = json.loads(text)
    except ValueError:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # the word of what stands before it
            raise _away(service, f"HTTP {status}") from None
        raise CallRefused({"detail": f"{service}: HTTP {status}"}) from None
    if status >= HTTPStatus.BAD_REQUEST:
        raise CallRefused(content if isinstance(content, dict) else {"detail": f"{service}: HTTP {status}"})
    return content


@asynccontextmanager
async def _connected(suite: Suite, *, seconds: float) -> AsyncIterator[Calls]:
    client = HttpClient("", timeout=seconds)
    try:
        yield Calls(suite, client, await _token(suite, client))
    finally:
        await client.close()


async def _token(suite: Suite, client: HttpClient) -> str:
    """What the accounts service gives this client; raises CallRefused, ServiceAway."""
    form = {"grant_type": "client_credentials", **suite.credentials}
    try:
        with _reaching(_ISSUER):
            answer = await client.request("POST", f"{suite.base(_ISSUER)}/oauth/token", form=form)
        return str(_content(_ISSUER, answer.status_code, answer.text)["access_token"])
    except ServiceAway as away:
        raise ServiceAway(f"取不到令牌，一事未办 · no token, and nothing was done: {away}") from None


def called(context: typer.Context, act: Callable[[Calls], Awaitable[T]], *, seconds: float = _SECONDS) -> T:
    """What comes of these calls, each of which may take so long; a refusal is told and ends the command with 1."""

    async def run() -> T:
        async with _connected(context.obj, seconds=seconds) as calls:
            return await act(calls)

    try:
        return asyncio.run(run())
    except (CallRefused, ServiceAway) as failure:
        tell(failure)
    raise typer.Exit(code=1)


def tell(failure: CallRefused | ServiceAway, *, of: str = "") -> None:
    """Say on stderr why it failed, and of which service or message."""
    before = f"{of}　" if of else ""
    if isinstance(failure, ServiceAway):
        typer.echo(f"{before}{failure}", err=True)
        return
    title, detail = str(failure.problem.get("title", "")), str(failure)
    said = detail if detail.startswith(title) else f"{title}：{detail}"
    typer.echo(f"{before}{failure.code} {said}".strip(), err=True)
    for fault in failure.problem.get("errors", []):
        typer.echo(f"  {fault['field']}: {fault['reason']}", err=True)


def chosen(services: Sequence[str]) -> tuple[str, ...]:
    """These services, or all; raises BadParameter for one that there is not."""
    if unknown := set(services) - set(SERVICES):
        raise typer.BadParameter(f"没有服务 {', '.join(sorted(unknown))}", param_hint="--service")
    return tuple(services) or SERVICES


def part(text: object) -> str:
    """A part of a path."""
    return quote(str(text), safe="")


def print_json(content: object) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))

"""A client of the suite as a district's portal or an enterprise's own system would be: tokens, keys, entity tags."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from shared.clock import Clock
from shared.http.client import HttpClient

_MARGIN_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the suite answered."""

    status: int
    body: dict[str, Any]
    tag: str | None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 — the HTTP class of success


@dataclass
class Portal:
    """One caller: `client_id` and its secret, the services' addresses, and a token while it holds."""

    name: str
    client_id: str
    secret: str = field(repr=False)
    bases: dict[str, str]
    http: HttpClient
    clock: Clock
    _token: str = ""
    _expires: float = 0.0

    async def get(self, service: str, path: str) -> Answer:
        return await self._ask("GET", service, path)

    async def create(self, service: str, path: str, body: Any, *, key: str | None = None) -> Answer:
        """POST something new under an Idempotency-Key."""
        return await self._ask("POST", service, path, body, headers={"Idempotency-Key": key or str(uuid4())})

    async def post(self, service: str, path: str, body: Any = None) -> Answer:
        """POST what creates nothing that could be made twice."""
        return await self._ask("POST", service, path, body)

    async def change(self, service: str, path: str, body: Any = None, *, seen: Answer) -> Answer:
        """POST an act on something in the version that was seen."""
        return await self._ask("POST", service, path, body, headers={"If-Match": seen.tag or ""})

    async def hand_in(self, path: str, name: str, content: bytes, *, on: date, seen: Answer) -> Answer:
        """PUT a PDF dated so in its place, on the case in the version that was seen."""
        paper = (name, content, "application/pdf")
        form = {"issued_on": on.isoformat()}
        return await self._send("PUT", f"{self.bases['filing']}{path}", paper, form=form, seen=seen)

    async def send_sheet(
        self, service: str, path: str, content: bytes, *, form: dict[str, str], seen: Answer
    ) -> Answer:
        """POST a CSV with what its sender says of it, on something in the version that was seen."""
        sheet = (f"{path.rsplit('/', 1)[-1]}.csv", content, "text/csv")
        return await self._send("POST", f"{self.bases[service]}{path}", sheet, form=form, seen=seen)

    async def _send(
        self, method: str, address: str, file: tuple[str, bytes, str], *, form: dict[str, str], seen: Answer
    ) -> Answer:
        bearer = await self._bearer()
        response = await self.http.request(
            method,
            address,
            form=form,
            files={"file": file},
            headers={"Authorization": f"Bearer {bearer}", "If-Match": seen.tag or ""},
        )
        return Answer(status=response.status_code, body=response.json(), tag=response.headers.get("ETag"))

    async def _ask(
        self,
        method: str,
        service: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        authorization = {"Authorization": f"Bearer {await self._bearer()}"}
        response = await self.http.request(
            method, f"{self.bases[service]}{path}", json=body, headers={**authorization, **(headers or {})}
        )
        return Answer(status=response.status_code, body=response.json(), tag=response.headers.get("ETag"))

    async def _bearer(self) -> str:
        now = self.clock.now().timestamp()
        if now > self._expires - _MARGIN_SECONDS:
            form = {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.secret,
            }
            response = await self.http.request("POST", f"{self.bases['accounts']}/oauth/token", form=form)
            token = response.raise_for_status().json()
            self._token, self._expires = token["access_token"], now + token["expires_in"]
        return self._token

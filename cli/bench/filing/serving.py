"""Filing's interface as a process of its own serves it, its worker beside it, and callers whose tokens it accepts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from joserfc.jwk import OKPKey
from starlette.responses import JSONResponse

from cli.bench.actors import Cue
from cli.suite.database import SuiteDatabase
from cli.suite.home import Home, Plan
from cli.suite.server import keep_what_is_built, served
from services.filing.app import create_app
from services.filing.handlers import Work
from services.filing.runtime import create_runtime
from services.filing.worker import JOBS, create_worker
from shared.identity import Permission, TokenIssuer
from shared.messaging.memory import MemoryBus
from shared.persistence.unit_of_work import Works
from shared.service import Runtime, Worker
from shared.settings import Profile, Settings

CONNECTIONS = 8
CITY, DISTRICT = "320100", "320115"
APPLICANT_USCC = "91320115MA00000013"
_AUDIENCE = "ningjitong"
_AN_HOUR = 3600
_OFFICER = (Permission.ASSESS, Permission.READ_REGISTER)
_CALLERS: Mapping[str, tuple[tuple[Permission, ...], Mapping[str, str]]] = {
    "applicant": ((Permission.APPLY, Permission.READ_REGISTER), {"holder": APPLICANT_USCC}),
    "district": (_OFFICER, {"organ": DISTRICT}),
    "city": (_OFFICER, {"organ": CITY}),
}


@dataclass(frozen=True, kw_only=True)
class Interface:
    """Where it answers, the tokens of its callers, and what it stands on."""

    base: str
    tokens: Mapping[str, str]
    runtime: Runtime[Work]
    worker: Worker[Work]

    async def work_off(self, job: str) -> int:
        """One look of the worker at one of its jobs; how much was done."""
        (known,) = [each for each in JOBS if each.name == job]
        return await self.worker.do_job(known)


@asynccontextmanager
async def serving(cue: Cue, *, traced: bool = True) -> AsyncIterator[Interface]:
    """Filing over HTTP on loopback with everything on; without `traced` no span is sampled, none leaves."""
    key = OKPKey.import_key(Home(folder=cue.keys).signing_key("tokens").read_bytes(), {"use": "sig"})
    key.ensure_kid()
    async with served(JSONResponse({"keys": [key.as_dict(private=False)]})) as keys:
        runtime = create_runtime(_settings(cue, keys, traced=traced))
        issuer = TokenIssuer(issuer=keys, audience=_AUDIENCE, key=key, lifetime_seconds=_AN_HOUR)
        at = runtime.clock.now().timestamp()
        worker = create_worker(runtime, province_bus=MemoryBus())
        try:
            app = create_app(runtime)
            keep_what_is_built()
            async with served(app) as base:
                tokens = {name: _token(name, issuer, at=at) for name in _CALLERS}
                yield Interface(base=base, tokens=tokens, runtime=runtime, worker=worker)
        finally:
            await runtime.close()


@asynccontextmanager
async def working(cue: Cue) -> AsyncIterator[Works[Work]]:
    """Units of work without an interface."""
    runtime = create_runtime(_settings(cue, "http://127.0.0.1:9", traced=False))
    try:
        yield runtime.works
    finally:
        await runtime.close()


def _token(name: str, issuer: TokenIssuer, *, at: float) -> str:
    permissions, belongs = _CALLERS[name]
    claims = {"scope": " ".join(each.value for each in permissions), **belongs}
    return issuer.issue(f"bench-{name}", claims, at=at, token_id=uuid4().hex)


def _settings(cue: Cue, issuer: str, *, traced: bool) -> Settings:
    plan = Plan(
        home=Home(folder=cue.keys),
        database=SuiteDatabase(owners={}, services={"filing": cue.database}),
        bases={"filing": "http://127.0.0.1:9", "accounts": issuer},
        profile=Profile.TEST,
        otlp_endpoint=cue.collector if traced else None,
    )
    groups: dict[str, Any] = plan.groups("filing")
    groups["database"]["pool_size"] = CONNECTIONS
    groups["telemetry"]["sample_ratio"] = 1.0 if traced else 0.0
    return Settings(**groups)

"""All four services in one process, on the in-process bus and one port."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from opentelemetry.sdk.trace import SpanProcessor
from starlette.applications import Starlette
from starlette.routing import Mount

from cli.suite.database import SERVICES
from cli.suite.home import Plan
from cli.suite.roster import entry
from cli.suite.server import served
from shared.http.problems import install
from shared.messaging.memory import MemoryBus
from shared.service import Runtime, Worker


@dataclass(frozen=True, kw_only=True)
class OneProcess:
    """What runs: each service's runtime, interface and worker, and the line to the province."""

    runtimes: dict[str, Runtime[Any]]
    apps: dict[str, FastAPI]
    workers: dict[str, Worker[Any]]
    province_bus: MemoryBus


@asynccontextmanager
async def assembled(plan: Plan, *, processors: Sequence[SpanProcessor] = ()) -> AsyncIterator[OneProcess]:
    """Everything built and every queue declared, nothing running yet; let go of at the end."""
    bus, province_bus = MemoryBus(), MemoryBus()
    async with AsyncExitStack() as stack:
        runtimes: dict[str, Runtime[Any]] = {}
        apps: dict[str, FastAPI] = {}
        workers: dict[str, Worker[Any]] = {}
        for service in SERVICES:
            part = entry(service)
            runtime = part.create_runtime(plan.settings(service), bus=bus, processors=processors)
            stack.push_async_callback(runtime.close)
            runtimes[service] = runtime
            apps[service] = part.create_app(runtime)
            workers[service] = part.create_worker(runtime, province_bus=province_bus)
            await workers[service].declare()
        yield OneProcess(runtimes=runtimes, apps=apps, workers=workers, province_bus=province_bus)


@asynccontextmanager
async def running(
    plan: Plan, *, port: int, processors: Sequence[SpanProcessor] = ()
) -> AsyncIterator[OneProcess]:
    """The suite at work and served at `http://127.0.0.1:{port}/{service}`."""
    async with assembled(plan, processors=processors) as suite, AsyncExitStack() as stack:
        for worker in suite.workers.values():
            await stack.enter_async_context(worker.running())
        gateway = Starlette(routes=[Mount(f"/{name}", app=app) for name, app in suite.apps.items()])
        install(gateway)
        await stack.enter_async_context(served(gateway, port=port))
        yield suite

"""`njt serve` and `njt migrate`: what the processes of a deployment run."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated

import typer
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from cli.suite.database import SERVICES
from cli.suite.roster import entry
from cli.suite.server import keep_what_is_built, served
from shared.http.health import health_routes
from shared.http.problems import install
from shared.observability import configure_logging
from shared.persistence import migrations
from shared.persistence.engine import create_engine
from shared.settings import Profile, Settings

Service = Annotated[str, typer.Argument(help=f"服务 · one of: {', '.join(SERVICES)}")]
_LOOK_AGAIN_SECONDS = 1.0
_WAIT_SECONDS = 300.0
_STOP_SECONDS = 20.0


def serve(
    service: Service,
    role: Annotated[str, typer.Argument(help="api 或 worker · the interface or the worker")],
    host: Annotated[str, typer.Option(help="监听地址 · address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听端口 · port to listen on")] = 8000,
) -> None:
    """运行一个服务的接口或后台，配置取自 NJT_ 环境变量 · Run one service's interface or worker."""
    roles = {"api": _api, "worker": _worker}
    if service not in SERVICES or role not in roles:
        raise typer.BadParameter(f"{service} {role}: {', '.join(SERVICES)} × {', '.join(roles)}")
    settings = Settings()
    as_json = settings.profile not in (Profile.DEMO, Profile.LOCAL)
    configure_logging(service, settings.telemetry.log_level, json=as_json)
    asyncio.run(roles[role](service, settings, host=host, port=port))


async def _api(service: str, settings: Settings, *, host: str, port: int) -> None:
    part = entry(service)
    runtime = part.create_runtime(settings)
    app = _under(settings.http.root_path, part.create_app(runtime))
    keep_what_is_built()
    try:
        async with runtime.relaying(), served(app, host=host, port=port):
            await told_to_stop()
    finally:
        await runtime.close()


async def _worker(service: str, settings: Settings, *, host: str, port: int) -> None:
    part = entry(service)
    runtime = part.create_runtime(settings)
    worker = part.create_worker(runtime)
    health = FastAPI(openapi_url=None, telemetry={"tracing": False, "metrics": False, "logs": False})
    health.include_router(health_routes(worker.checks(), runtime.telemetry))
    keep_what_is_built()
    try:
        async with served(health, host=host, port=port), _working(worker.declare, worker.running):
            await told_to_stop()
    finally:
        await runtime.close()


@asynccontextmanager
async def _working(
    declare: Callable[[], Awaitable[None]], running: Callable[[], AbstractAsyncContextManager[None]]
) -> AsyncIterator[None]:
    """Declare and work in the background: the broker may be away when the process starts."""
    began, stop = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await declare()
        async with running():
            began.set()
            await stop.wait()

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        stop.set()
        if began.is_set():
            await asyncio.wait([task], timeout=_STOP_SECONDS)
        task.cancel()


async def told_to_stop() -> None:
    """Return at SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


def _under(root_path: str, app: FastAPI) -> FastAPI | Starlette:
    """The interface under its public prefix, as the gateway passes it on, and bare for the probes."""
    if not root_path:
        return app
    both = Starlette(routes=[Mount(root_path, app=app), Mount("", app=app)])
    install(both)
    return both


def migrate(
    service: Service,
    to: Annotated[str, typer.Option(help="目标版本 · target revision")] = "head",
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="只等待他人迁移完成 · only wait until it was done")
    ] = False,
) -> None:
    """迁移一个服务的数据库，地址取自 NJT_DATABASE__URL · Bring one service's schema to a revision."""
    url = os.environ.get("NJT_DATABASE__URL")
    if service not in SERVICES or not url:
        raise typer.BadParameter(
            "缺少 NJT_DATABASE__URL 或服务名有误 · NJT_DATABASE__URL or service is wrong"
        )
    if wait:
        asyncio.run(_until_migrated(service, url))
    else:
        migrations.migrate(service, url, to=to)
    typer.echo(f"{service}: {migrations.head(service) if to == 'head' else to}")


async def _until_migrated(service: str, url: str) -> None:
    engine = create_engine(url, schema=service, pool_size=1)
    deadline = time.monotonic() + _WAIT_SECONDS
    try:
        while True:
            try:
                async with engine.connect() as connection:
                    if await migrations.current(connection) == migrations.head(service):
                        return
            except OSError as away:
                typer.echo(f"{service}: {type(away).__name__}", err=True)
            if time.monotonic() > deadline:
                raise typer.Exit(code=1)
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    finally:
        await engine.dispose()

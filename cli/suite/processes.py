"""The suite as it runs in earnest: every interface and every worker a process of its own, over RabbitMQ."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.servers.places import free_port
from cli.suite.database import SERVICES
from cli.suite.home import Plan
from shared.http.client import HttpClient, Unreachable
from shared.settings import REPOSITORY

_READY_SECONDS = 60.0
_STOP_SECONDS = 20.0


class NotReady(Exception):  # noqa: N818 — what was found, with the tail of the process's log
    """进程未能就绪 · A process did not become ready."""


@dataclass
class Process:
    """One process of ours, where it answers and where it logs."""

    name: str
    base: str
    log: Path
    child: subprocess.Popen[bytes]

    def tail(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


@dataclass(frozen=True, kw_only=True)
class Processes:
    """All processes of a suite."""

    processes: list[Process]

    async def ready(self) -> None:
        """Wait until every one says so itself; raises NotReady with its log when one does not."""
        await asyncio.gather(*(ready(process) for process in self.processes))


def choose_ports(first: int | None) -> dict[str, int]:
    """A port for each interface: four in a row from `first`, or free ones."""
    return {
        service: first + place if first else free_port() for place, service in enumerate(SERVICES, start=1)
    }


@asynccontextmanager
async def running(
    plan: Plan, *, ports: dict[str, int], say: Callable[[str], None]
) -> AsyncIterator[Processes]:
    """Start all, wait until they are ready, stop them at the end: first SIGTERM, and only at last SIGKILL."""
    logs = plan.home.folder / "logs"
    logs.mkdir(exist_ok=True)
    processes: list[Process] = []
    try:
        for service in SERVICES:
            processes.append(start(plan, logs, f"{service}-api", port=ports[service]))
            processes.append(start(plan, logs, f"{service}-worker"))
        suite = Processes(processes=processes)
        say(f"启动 {len(processes)} 个进程，日志在 {logs} · {len(processes)} processes started, logs there")
        await suite.ready()
        yield suite
    finally:
        await stop(processes)


def start(plan: Plan, logs: Path, name: str, *, port: int | None = None) -> Process:
    """Start `SERVICE-api` or `SERVICE-worker` on a port, or on a free one."""
    port = port or free_port()
    service, _, role = name.partition("-")
    log = logs / f"{name}.log"
    environment = {**os.environ, **plan.environment(service), "PYTHONPATH": str(REPOSITORY)}
    with log.open("wb") as sink:
        child = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve", service, role, "--port", str(port)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Process(name=name, base=f"http://127.0.0.1:{port}", log=log, child=child)


async def ready(process: Process) -> None:
    """Wait until it says so itself; raises NotReady with its log."""
    client = HttpClient(process.base)
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while not await _answers(client):
                if process.child.poll() is not None:
                    raise NotReady(f"{process.name}\n{process.tail()}")
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise NotReady(f"{process.name}\n{process.tail()}") from None
    finally:
        await client.close()


async def _answers(client: HttpClient) -> bool:
    try:
        return (await client.request("GET", "/readyz")).is_success
    except Unreachable:
        return False


async def stop(processes: list[Process]) -> None:
    """End them: first SIGTERM, and only at last SIGKILL."""
    for process in processes:
        if process.child.poll() is None:
            process.child.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            await asyncio.to_thread(process.child.wait, _STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.child.kill()
            process.child.wait()

"""`njt up`: the suite on this machine, left running; started again it goes on with its data."""

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from errno import EADDRINUSE
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.console import Console

from cli.serve import told_to_stop
from cli.servers.places import data_root
from cli.servers.postgres import start_postgres
from cli.servers.rabbitmq import RabbitServer, start_rabbitmq
from cli.suite import one_process, processes
from cli.suite.clients import ClientSpec, ensure_clients
from cli.suite.database import SERVICES, SuiteDatabase, migrate_all, provide_database
from cli.suite.home import Home, Plan
from cli.suite.province_line import ProvinceLine
from cli.suite.roster import entry
from shared.clock import SystemClock
from shared.identity import Permission
from shared.messaging.memory import MemoryBus
from shared.observability import configure_logging
from shared.settings import Profile
from simulator.amqp import AmqpLine
from simulator.counterpart import Counterpart
from simulator.keys import PeerKeys, ProvinceKey
from simulator.line import Line
from simulator.memory import MemoryLine
from simulator.store import Store, StoreError

ADMIN = ClientSpec(name="city-admin", permissions=frozenset(Permission), organ="320100")
_DATABASE = "njt_up"

Say = Callable[[str], None]
Elsewhere = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="省级由此 HTTP 地址应答，不由模拟器 · the province answers there, and is not played here",
    ),
]


def up(
    *,
    port: Annotated[
        int, typer.Option(help="端口；--rabbitmq 时用其后四个 · with --rabbitmq the next four")
    ] = 8080,
    rabbitmq: Annotated[
        bool,
        typer.Option("--rabbitmq", help="每个服务独立进程，经 RabbitMQ · every service its own processes"),
    ] = False,
    province: Elsewhere = None,
    data: Annotated[Path | None, typer.Option(help="数据目录 · where its data is kept")] = None,
) -> None:
    """启动整套服务并保持运行，Ctrl-C 停止 · Start the suite and leave it running; Ctrl-C stops it."""
    asked = _Asked.of(port, province)
    console = Console(highlight=False)
    configure_logging("suite", "WARNING", json=False, stream=sys.stderr)
    folder = (data or data_root() / "up").resolve()

    def say(text: str) -> None:
        console.print(f"[dim]{text}[/]")

    with ExitStack() as stack:
        postgres = start_postgres(folder / "postgres", durable=True, say=say)
        stack.callback(postgres.stop)
        broker = start_rabbitmq(folder / "rabbitmq", say=say) if rabbitmq else None
        if broker is not None:
            stack.callback(broker.stop)
        try:
            asyncio.run(_run(Home.at(folder / "home"), postgres.url, broker, asked=asked, console=console))
        except StoreError as broken:
            typer.echo(str(broken), err=True)
            raise typer.Exit(code=1) from None
        except OSError as taken:
            if taken.errno != EADDRINUSE:
                raise
            told = f"端口 {port} 已被占用，请用 --port 另选 · port {port} is taken; choose another by --port"
            typer.echo(told, err=True)
            raise typer.Exit(code=1) from None
    say("已停止，数据保留 · stopped; its data is kept")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Where the suite is reached, and where the province is, if it is not played here."""

    port: int
    province: str | None

    @classmethod
    def of(cls, port: int, province: str | None) -> Self:
        """Raises BadParameter where the province is at no address of an interface."""
        if province is not None and not province.startswith(("http://", "https://")):
            raise typer.BadParameter(
                "须为 http(s):// 地址 · must be an http(s) address", param_hint="--province"
            )
        return cls(port=port, province=province)


async def _run(
    home: Home, postgres_url: str, broker: RabbitServer | None, *, asked: _Asked, console: Console
) -> None:
    database = await provide_database(postgres_url, _DATABASE, secrets_file=home.passwords)
    await migrate_all(database)
    plan = _plan(home, database, broker, asked)
    await _keep_first_client(plan)

    def say(text: str) -> None:
        console.print(f"[dim]{text}[/]")

    async with AsyncExitStack() as stack:
        line = await _open(plan, stack, port=asked.port, say=say)
        if asked.province is None:
            await stack.enter_async_context(_province(home, line).running())
        _welcome(plan, console, province=asked.province)
        await told_to_stop()
        say("正在停止 · stopping")


def _plan(home: Home, database: SuiteDatabase, broker: RabbitServer | None, asked: _Asked) -> Plan:
    port, ports = asked.port, processes.choose_ports(asked.port)
    return Plan(
        home=home,
        database=database,
        bases={
            name: f"http://127.0.0.1:{ports[name]}" if broker else f"http://127.0.0.1:{port}/{name}"
            for name in SERVICES
        },
        profile=Profile.LOCAL,
        bus_url=broker.url if broker else "memory://",
        province_url=asked.province or (broker.province_url if broker else "memory://"),
    )


async def _open(plan: Plan, stack: AsyncExitStack, *, port: int, say: Say) -> Line:
    if plan.bus_url == "memory://":
        suite = await stack.enter_async_context(one_process.running(plan, port=port))
        return MemoryLine(ProvinceLine(suite.province_bus))
    ports = processes.choose_ports(port)
    await stack.enter_async_context(processes.running(plan, ports=ports, say=say))
    return AmqpLine(plan.province_url)


def _province(home: Home, line: Line) -> Counterpart:
    key = ProvinceKey.from_file(home.signing_key("province"))
    peers, store = PeerKeys.from_file(home.city_keys), Store(home.province_store)
    return Counterpart(key, peers, line, SystemClock(), store=store)


async def _keep_first_client(plan: Plan) -> None:
    """Make the first client when there is none, and keep its secret in a file of its owner's."""
    runtime = entry("accounts").create_runtime(plan.settings("accounts"), bus=MemoryBus())
    try:
        added = await ensure_clients(runtime.works, [ADMIN])
    finally:
        await runtime.close()
    if added:
        kept = _secrets(plan)
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(added, indent=2), encoding="utf-8")


def _secrets(plan: Plan) -> Path:
    return plan.home.folder / "clients.json"


def _welcome(plan: Plan, console: Console, *, province: str | None) -> None:
    console.print("\n[bold green]宁技通已启动 · Ningjitong is up[/]\n")
    for name, base in plan.bases.items():
        console.print(f"  {name:12} {base}/v1/…   文档 · docs  {base}/docs", soft_wrap=True)
    issuer, secrets = plan.bases["accounts"], _secrets(plan)
    console.print(
        f"\n令牌 · a token（客户端 {ADMIN.name}，密钥在 · its secret is in {secrets}）:", soft_wrap=True
    )
    read_secret = f'"$(python3 -c \'import json;print(json.load(open("{secrets}"))["{ADMIN.name}"])\')"'
    console.print(
        f"  curl -s {issuer}/oauth/token -d grant_type=client_credentials -d client_id={ADMIN.name} \\\n"
        f"       -d client_secret={read_secret}",
        soft_wrap=True,
        markup=False,
    )
    told = (
        "省级系统由模拟器应答 · the province is played by the simulator"
        if province is None
        else f"省级系统在 {province} · the province is there"
    )
    console.print(f"\n{told}.  Ctrl-C 停止 · stops\n", soft_wrap=True)

"""`njt topology`: every exchange, queue and binding that the suite declares, on which virtual host, and who may reach it."""

import json as jsonlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from cli.servers.rabbitmq_node import PROVINCE, RIGHTS, SUITE
from cli.suite.database import SERVICES
from shared.messaging.bus import EVENTS_EXCHANGE, Queue, Topology
from shared.messaging.topology import bindings_of, exchanges_of, queues_of
from shared.province.adapter import PROVINCE_EXCHANGE


@dataclass(frozen=True, kw_only=True)
class VirtualHost:
    """What lies on one virtual host, and the one user who may configure, write to and read from it."""

    name: str
    user: str
    topology: Topology

    def exchanges(self) -> list[dict[str, Any]]:
        return [
            {"vhost": self.name, "exchange": each.name, "type": each.kind}
            for each in exchanges_of(self.topology)
        ]

    def queues(self) -> list[dict[str, Any]]:
        return [
            {"vhost": self.name, "queue": each.name, "arguments": dict(each.arguments)}
            for queue in self.topology.queues
            for each in queues_of(queue)
        ]

    def bindings(self) -> list[dict[str, Any]]:
        return [
            {"vhost": self.name, **asdict(each)}
            for queue in self.topology.queues
            for each in bindings_of(queue)
        ]

    def permissions(self) -> list[dict[str, Any]]:
        return [{"vhost": self.name, "user": self.user, **RIGHTS}]


def virtual_hosts() -> tuple[VirtualHost, VirtualHost]:
    """The city's own, and the one it shares with the province; nobody has rights on both with one login."""
    return (
        VirtualHost(name=SUITE, user=SUITE, topology=_topology(EVENTS_EXCHANGE, event_queues().values())),
        VirtualHost(
            name=PROVINCE,
            user=PROVINCE,
            topology=_topology(PROVINCE_EXCHANGE, province_queues().values()),
        ),
    )


def event_queues() -> dict[str, Queue]:
    """Each service's queue, computed from what it subscribes to."""
    return {
        service: import_module(f"services.{service}.subscriptions").subscriptions.queue(service)
        for service in SERVICES
    }


def province_queues() -> dict[str, Queue]:
    """Each service's queue on the line to the province."""
    return {service: import_module(f"services.{service}.province").province.queue for service in SERVICES}


def topology(
    *,
    json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print JSON")] = False,
) -> None:
    """打印虚拟主机、交换机、队列、绑定与权限 · Print virtual hosts, exchanges, queues, bindings and permissions.

    The names of virtual hosts and users are those of development servers; elsewhere they stand in the addresses that the
    services are told. The counterpart declares its own queue for the key `to-province`.
    """
    described = describe()
    if json:
        typer.echo(jsonlib.dumps(described, ensure_ascii=False, indent=2))
        return
    console = Console(soft_wrap=True)
    for title, rows in (
        ("权限 · permissions", described["permissions"]),
        ("交换机 · exchanges, durable", described["exchanges"]),
        ("队列 · queues, durable; dead letters are in NAME.dead", described["queues"]),
        ("绑定 · bindings", described["bindings"]),
    ):
        console.print(_table(title, rows))


def describe() -> dict[str, list[dict[str, Any]]]:
    """Everything as lists of plain rows."""
    hosts = virtual_hosts()
    return {
        "permissions": [row for host in hosts for row in host.permissions()],
        "exchanges": [row for host in hosts for row in host.exchanges()],
        "queues": [row for host in hosts for row in host.queues()],
        "bindings": [row for host in hosts for row in host.bindings()],
    }


def _topology(exchange: str, queues: Iterable[Queue]) -> Topology:
    return Topology(exchanges=frozenset({exchange}), queues=tuple(queues))


def _table(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    columns = (Column(name, overflow="fold") for name in rows[0])
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    return table


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name.removeprefix('x-')}={told}" for name, told in value.items())
    return str(value)

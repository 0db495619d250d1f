"""A private RabbitMQ on a folder, or the one that `AMQP_URL` names."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cli.servers import debian
from cli.servers.accounts import account_for, open_folder
from cli.servers.handshake import can_log_in
from cli.servers.places import LOOPBACK, free_port
from cli.servers.processes import Child, Claim, wait_until
from cli.servers.rabbitmq_node import (
    PROGRAM,
    PROVINCE,
    START_SECONDS,
    SUITE,
    BrokerUnavailable,
    Identity,
    Node,
)

__all__ = ["BrokerUnavailable", "RabbitServer", "find_broker", "start_private_rabbitmq", "start_rabbitmq"]

LOCAL_BROKER = "amqp://guest:guest@127.0.0.1:5672/"
_ATTEMPTS = 3


@dataclass
class RabbitServer:
    """A broker for the suite (`url`) and for the province (`province_url`); one we started has `child`."""

    url: str
    province_url: str
    child: Child | None = None
    launch: Callable[[], Child] | None = field(default=None, repr=False)
    claim: Claim | None = field(default=None, repr=False)
    node: Node | None = field(default=None, repr=False)

    @property
    def running(self) -> bool:
        """Whether it answers; a process of ours must also be alive."""
        return (self.child is None or self.child.running) and can_log_in(self.url)

    def listed(self, what: str, *columns: str, vhost: str | None = None) -> list[dict[str, Any]]:
        """What its `rabbitmqctl list_{what}` says, a row each; raises BrokerUnavailable."""
        if self.node is None:
            raise BrokerUnavailable(
                "只能查看由本程序启动的消息代理 · only a broker that we started ourselves can be looked into"
            )
        return self.node.listed(what, *columns, vhost=vhost)

    def stop(self) -> None:
        """Shut down the broker we started, and only that."""
        if self.child:
            self.child.stop()
        if self.claim:
            self.claim.release()
        self.child = self.launch = self.claim = None

    def kill(self) -> None:
        """End the broker's process as a power cut would; `restart` brings it back with its data.

        RabbitMQ 3.10 loses a quorum queue declared in the second before, its messages with it.
        """
        child, _ = self._ours()
        child.kill()

    def restart(self) -> None:
        """Stop the broker if it runs and start it again, at the same address with the same data."""
        child, launch = self._ours()
        child.stop()
        self.child = launch()

    def _ours(self) -> tuple[Child, Callable[[], Child]]:
        if self.child is None or self.launch is None:
            raise BrokerUnavailable(
                "只能中断由本进程启动的消息代理 · only a broker that this process started can be interrupted"
            )
        return self.child, self.launch


def find_broker() -> str | None:
    """The broker to use without starting one: `AMQP_URL`, else one on this machine that lets its guest in."""
    return os.environ.get("AMQP_URL") or (LOCAL_BROKER if can_log_in(LOCAL_BROKER) else None)


def start_rabbitmq(folder: Path, *, say: Callable[[str], None]) -> RabbitServer:
    """The broker that is there already (`AMQP_URL`, or one on this machine), else a private one on a folder.

    `PROVINCE_AMQP_URL` names the province's side of a given broker, else it is the same.
    Raises what `start_private_rabbitmq` raises.
    """
    if given := find_broker():
        say("使用已有的消息代理 · using the broker that is there (AMQP_URL, or the local one)")
        return RabbitServer(given, os.environ.get("PROVINCE_AMQP_URL", given))
    return start_private_rabbitmq(folder, say=say)


def start_private_rabbitmq(folder: Path, *, say: Callable[[str], None]) -> RabbitServer:
    """Start RabbitMQ on a folder, installing it first if we are root on Debian.

    A broker that another living process of ours runs there is shared; what a dead one left running is ended.
    Raises BrokerUnavailable, FolderUnreachable.
    """
    require_rabbitmq(say)
    node = Node(folder.resolve(), account_for("rabbitmq"))
    open_folder(node.folder, node.account)
    claim = Claim.take(node.folder)
    if claim is None:
        return _share(node, say)
    try:
        say("启动 RabbitMQ，约需 6 秒 · starting RabbitMQ, which takes about 6 seconds")
        began = time.monotonic()
        identity, child = _start(node)
    except BaseException:
        claim.release()
        raise
    say(f"RabbitMQ 已启动 · is running: {LOOPBACK}:{identity.port} ({time.monotonic() - began:.1f} s)")
    return RabbitServer(
        identity.url(SUITE), identity.url(PROVINCE), child, lambda: node.launch(identity), claim, node
    )


def require_rabbitmq(say: Callable[[str], None]) -> None:
    """See to it that there is a RabbitMQ to start, installing it if we are root on Debian; raises BrokerUnavailable."""
    if PROGRAM.exists():
        return
    if debian.can_install():
        say("安装 rabbitmq-server，约需一分钟 · installing rabbitmq-server, which takes about a minute")
        debian.install("rabbitmq-server", service="rabbitmq-server", say=say)
    if not PROGRAM.exists():
        raise BrokerUnavailable(
            "没有 RabbitMQ。请以管理员身份执行 apt-get install rabbitmq-server，或设置 AMQP_URL · "
            "RabbitMQ is missing. Run apt-get install rabbitmq-server as root, or set AMQP_URL"
        )


def _share(node: Node, say: Callable[[str], None]) -> RabbitServer:
    """Use the broker another process of ours runs on this folder, once it is ready."""
    say("等待已有的 RabbitMQ · waiting for the RabbitMQ that already runs here")

    def answers() -> bool:
        identity = node.identity()
        return identity is not None and can_log_in(identity.url(PROVINCE))

    wait_until(answers, alive=lambda: True, seconds=START_SECONDS)
    identity = node.identity()
    if identity is None or not can_log_in(identity.url(SUITE)):
        raise BrokerUnavailable(
            f"{node.folder} 已被另一进程占用，但消息代理没有启动 · "
            f"another process holds {node.folder}, and its broker did not start"
        )
    return RabbitServer(identity.url(SUITE), identity.url(PROVINCE), node=node)


def _start(node: Node) -> tuple[Identity, Child]:
    """End what a dead predecessor left, then launch on the node's own port, or another if that is taken."""
    identity = node.identity() or Identity.fresh()
    node.end_leftover(identity)
    identity = replace(identity, port=free_port(identity.port))
    for _ in range(_ATTEMPTS - 1):
        try:
            return identity, node.launch(identity)
        except BrokerUnavailable as refused:
            if "eaddrinuse" not in refused.detail:
                raise
            identity = replace(identity, port=free_port())
    return identity, node.launch(identity)

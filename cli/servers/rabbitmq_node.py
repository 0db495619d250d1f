"""One RabbitMQ node: what it keeps, how it is configured, how it is launched.

It needs neither `epmd` nor `rabbitmqctl` to start: the node is told its distribution port, and users and virtual hosts
are read from a definitions file while it boots. Both cost seconds, and an `epmd` outlives its node.
"""

import base64
import hashlib
import json
import os
import secrets
import shutil
import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from cli.servers.accounts import Account, own_folder, write_secret
from cli.servers.handshake import can_log_in
from cli.servers.places import LOOPBACK, free_port
from cli.servers.processes import Child, Program, end_leftover, run_as, tail
from shared.errors import Refusal

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_CONTROL = PROGRAM.with_name("rabbitmqctl")
SUITE, PROVINCE = "njt", "njt-province"  # virtual hosts, each with a user of the same name
RIGHTS = {"configure": ".*", "write": ".*", "read": ".*"}
"""What a user may on the virtual host of its name; on another one it may nothing."""
START_SECONDS = 120
_CONFIGURATION = """\
listeners.tcp.1 = {address}:{port}
load_definitions = definitions.json
disk_free_limit.absolute = 64MB
raft.wal_max_size_bytes = 67108864
"""


class BrokerUnavailable(Refusal):
    """消息代理不可用 · The message broker is not available."""

    code = "NJT-CLI-0004"


@dataclass(frozen=True)
class Identity:
    """What a node must keep for its data to stay its own and for its clients to find it again."""

    name: str
    port: int
    passwords: dict[str, str]

    @classmethod
    def fresh(cls) -> Self:
        passwords = {user: secrets.token_urlsafe(24) for user in (SUITE, PROVINCE)}
        return cls(f"njt-{secrets.token_hex(4)}@localhost", free_port(), passwords)

    def url(self, user: str) -> str:
        return f"amqp://{user}:{self.passwords[user]}@{LOOPBACK}:{self.port}/{user}"


@dataclass(frozen=True)
class Node:
    """The folder of one broker: its identity, its configuration, its data and its log."""

    folder: Path
    account: Account | None

    @property
    def home(self) -> Path:
        return self.folder / "node"

    @property
    def log(self) -> Path:
        return self.folder / "broker.log"

    def identity(self) -> Identity | None:
        kept = self.folder / "identity.json"
        return Identity(**json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else None

    def end_leftover(self, identity: Identity) -> None:
        """End the broker that a starter which died left running."""
        try:
            pid = int((self.home / "data" / f"{identity.name}.pid").read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return
        end_leftover(pid, identity.name, signal.SIGTERM, signal.SIGKILL)

    def keep(self, identity: Identity) -> None:
        """Write the identity whole or not at all: its passwords and its data belong together."""
        written = self.folder / "identity.json.new"
        write_secret(written, json.dumps(asdict(identity)))
        written.replace(self.folder / "identity.json")

    def launch(self, identity: Identity) -> Child:
        """Start the broker and wait until both its users may log in; raises BrokerUnavailable."""
        self._configure(identity)
        self.keep(identity)
        urls = [identity.url(user) for user in identity.passwords]
        child = self._program(identity).start(lambda: all(map(can_log_in, urls)), seconds=START_SECONDS)
        if child is None:
            raise BrokerUnavailable(
                f"RabbitMQ 未能启动，日志 {self.log} 结尾如下 · "
                f"RabbitMQ did not start, the end of {self.log}:\n{tail(self.log)}"
            )
        return child

    def listed(self, what: str, *columns: str, vhost: str | None = None) -> list[dict[str, Any]]:
        """What the running node says `rabbitmqctl list_{what}` is; raises BrokerUnavailable."""
        identity = self.identity()
        where = ["--vhost", vhost] if vhost else []
        if identity is None:
            raise BrokerUnavailable(f"{self.folder} 没有消息代理 · There is no broker in {self.folder}")
        said = run_as(
            self.account,
            [
                _CONTROL,
                "--node",
                identity.name,
                "--quiet",
                "--formatter",
                "json",
                f"list_{what}",
                *where,
                *columns,
            ],
            environment=self._control_environment(),
        )
        if said.returncode != 0:
            raise BrokerUnavailable(f"rabbitmqctl：{said.stderr.strip()} · rabbitmqctl did not answer")
        rows: list[dict[str, Any]] = json.loads(said.stdout)
        return rows

    def _control_environment(self) -> dict[str, str]:
        port = self._distribution_port.read_text(encoding="ascii")
        return {
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.home),  # where the cookie is
            "RABBITMQ_CONF_ENV_FILE": str(self.home / "rabbitmq-env.conf"),
            "ERL_ZFLAGS": "-start_epmd false",
            "RABBITMQ_CTL_ERL_ARGS": f"-erl_epmd_port {port} -dist_listen false",
        }

    @property
    def _distribution_port(self) -> Path:
        return self.folder / "distribution-port"

    def _configure(self, identity: Identity) -> None:
        own_folder(self.home, self.account)
        configuration = _CONFIGURATION.format(address=LOOPBACK, port=identity.port)
        for name, text in (
            ("rabbitmq.conf", configuration),
            ("definitions.json", json.dumps(_definitions(identity.passwords))),
            ("enabled_plugins", "[].\n"),
            ("rabbitmq-env.conf", ""),  # else the one of the system's broker would be read
            (".erlang.cookie", secrets.token_hex(16)),
        ):
            write_secret(self.home / name, text, self.account)
        self._leave_plugins_out()

    def _leave_plugins_out(self) -> None:
        """Show the broker a plugin folder with itself alone: it loads the code of all it finds there to start."""
        plugins = self.home / "plugins"
        shutil.rmtree(plugins, ignore_errors=True)
        own_folder(plugins, self.account)
        for broker in (PROGRAM.resolve().parents[1] / "plugins").glob("rabbit-*"):
            (plugins / broker.name).symlink_to(broker)

    def _program(self, identity: Identity) -> Program:
        port = free_port()
        write_secret(self._distribution_port, str(port))
        distribution = f"-erl_epmd_port {port} -kernel inet_dist_use_interface {{127,0,0,1}}"
        environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "RUNNING_UNDER_SYSTEMD": "true",  # the script then becomes the broker: one process, one pid
            "ERL_ZFLAGS": "-start_epmd false",
            "ERL_CRASH_DUMP_SECONDS": "0",
            "RABBITMQ_NODENAME": identity.name,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-sname {identity.name} {distribution}",
            "RABBITMQ_CONF_ENV_FILE": str(self.home / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.home / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "enabled_plugins"),
            "RABBITMQ_PLUGINS_DIR": str(self.home / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "data"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_LOGS": "-",
        }
        return Program(
            command=[PROGRAM],
            environment=environment,
            marker=identity.name,
            log=self.log,
            polite=signal.SIGTERM,
            account=self.account,
            folder=self.home,  # a configured path may hold Latin letters only, a relative one does
        )


def _definitions(passwords: dict[str, str]) -> dict[str, object]:
    """One virtual host for each user, named as the user, and nothing else: no guest."""
    return {
        "vhosts": [{"name": user} for user in passwords],
        "users": [
            {
                "name": user,
                "password_hash": _password_hash(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for user, password in passwords.items()
        ],
        "permissions": [{"user": user, "vhost": user, **RIGHTS} for user in passwords],
    }


def _password_hash(password: str) -> str:
    """The form RabbitMQ documents: base64 of four bytes of salt and the SHA-256 of salt and password."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode("ascii")

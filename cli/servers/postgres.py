"""A private PostgreSQL on a folder, or the one that `DATABASE_URL` names.

It listens on 127.0.0.1 with a random password and on no Unix socket: its address then has the same form as in
production, no path grows past the 107 bytes a socket may have, and nobody else on the machine gets in.
"""

import os
import re
import secrets
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cli.servers.accounts import Account, account_for, open_folder, own_folder, write_secret
from cli.servers.installations import DatabaseUnavailable, Installation, choose, reachable
from cli.servers.places import LOOPBACK, free_port
from cli.servers.processes import Child, Claim, Program, end_leftover, is_running, run_as, tail, wait_until

_START_SECONDS = 60
_ATTEMPTS = 3
_BUILTIN_LOCALE_SINCE = 17
# Another took the port meanwhile, or the last processes of a killed server are still ending.
_PASSING = ("Address already in use", "pre-existing shared memory block")
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The detail and the statement of an error hold the row that caused it, and with it people's data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
_NOTHING_TO_LOSE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass
class PostgresServer:
    """A PostgreSQL whose `url` (`postgresql://…`) may create roles and databases; `child` if it is ours."""

    url: str
    child: Child | None = None
    claim: Claim | None = None

    def stop(self) -> None:
        """Shut down at once the process we started, and only that."""
        if self.child:
            self.child.stop()
        if self.claim:
            self.claim.release()
        self.child = self.claim = None


@dataclass(frozen=True)
class Postmaster:
    """What a running server writes about itself in `postmaster.pid`."""

    pid: int
    port: int
    ready: bool


@dataclass(frozen=True)
class Cluster:
    """A folder of ours with the data, the superuser's password and the log of one server."""

    folder: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def major(self) -> int | None:
        """The version that wrote the data, `None` when there is none yet."""
        version = self.data / "PG_VERSION"
        return int(version.read_text(encoding="ascii")) if version.exists() else None

    @property
    def postmaster(self) -> Postmaster | None:
        """The running server, `None` when none runs or it has not yet said where it listens."""
        try:
            lines = self.pid_file.read_text(encoding="utf-8").splitlines()
            found = Postmaster(int(lines[0]), int(lines[3]), ready=lines[-1].strip() == "ready")
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return found if is_running(found.pid, str(self.data)) else None

    @property
    def ready(self) -> bool:
        return self.postmaster is not None and self.postmaster.ready

    def url(self, port: int) -> str:
        password = (self.folder / "password").read_text(encoding="utf-8")
        return f"postgresql://postgres:{password}@{LOOPBACK}:{port}/postgres"


def start_postgres(folder: Path, *, durable: bool, say: Callable[[str], None]) -> PostgresServer:
    """Start PostgreSQL on a folder; without `durable` it is faster, and a crash may cost the data.

    A server that another living process of ours runs there is shared; what a dead one left running is ended.
    Raises DatabaseUnavailable, FolderUnreachable.
    """
    if given := os.environ.get("DATABASE_URL"):
        say("使用 DATABASE_URL 指定的 PostgreSQL · using the PostgreSQL that DATABASE_URL names")
        return PostgresServer(re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", given))
    cluster = Cluster(folder.resolve(), account_for("postgres"))
    open_folder(cluster.folder, cluster.account)
    claim = Claim.take(cluster.folder)
    if claim is None:
        return _share(cluster, say)
    try:
        _end_leftover(cluster)
        programs = reachable(choose(cluster.major), cluster.account, say)
        if cluster.major is None:
            say(f"初始化 PostgreSQL {programs.version} · initialising PostgreSQL {programs.version}")
            _initialise(cluster, programs, durable=durable)
        child, port = _start(cluster, programs, durable=durable)
    except BaseException:
        claim.release()
        raise
    say(f"PostgreSQL {programs.version} 已启动 · is running: {LOOPBACK}:{port}")
    return PostgresServer(cluster.url(port), child, claim)


def _share(cluster: Cluster, say: Callable[[str], None]) -> PostgresServer:
    """Use the server another process of ours runs on this folder, once it is ready."""
    say("等待已有的 PostgreSQL · waiting for the PostgreSQL that already runs here")
    wait_until(lambda: cluster.ready, alive=lambda: True, seconds=_START_SECONDS)
    found = cluster.postmaster
    if found is None or not found.ready:
        raise DatabaseUnavailable(
            f"{cluster.folder} 已被另一进程占用，但数据库没有启动 · "
            f"another process holds {cluster.folder}, and its database did not start"
        )
    return PostgresServer(cluster.url(found.port))


def _end_leftover(cluster: Cluster) -> None:
    """End a server whose starter died; forget a pid that belongs to some other program by now."""
    try:
        pid = int(cluster.pid_file.read_text(encoding="utf-8").splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    end_leftover(pid, str(cluster.data), signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
    if Path(f"/proc/{pid}").exists():  # PostgreSQL would take it for a server and refuse to start
        cluster.pid_file.unlink(missing_ok=True)


def _initialise(cluster: Cluster, programs: Installation, *, durable: bool) -> None:
    """Make the data beside its place and move it there whole, so that half-made data is never used."""
    fresh, password = cluster.folder / "data.new", cluster.folder / "password"
    shutil.rmtree(fresh, ignore_errors=True)
    own_folder(fresh, cluster.account)
    write_secret(password, secrets.token_urlsafe(24), cluster.account)
    locale = ["--locale=C.UTF-8"]
    if programs.major >= _BUILTIN_LOCALE_SINCE:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["--encoding=UTF8", *locale, "--auth=scram-sha-256", "--username=postgres"]
    command: list[str | Path] = [
        programs.folder / "initdb",
        f"--pgdata={fresh}",
        f"--pwfile={password}",
        *options,
    ]
    made = run_as(cluster.account, command if durable else [*command, "--no-sync"])
    if made.returncode != 0:
        raise DatabaseUnavailable(f"initdb 失败 · initdb failed:\n{made.stdout}{made.stderr}")
    fresh.rename(cluster.data)


def _start(cluster: Cluster, programs: Installation, *, durable: bool) -> tuple[Child, int]:
    """Start the server on the port it had before, if that is free, and wait until it takes connections."""
    port_file = cluster.folder / "port"
    port = free_port(int(port_file.read_text(encoding="ascii")) if port_file.exists() else None)
    for _ in range(_ATTEMPTS):
        program = _program(cluster, programs, port=port, durable=durable)
        if child := program.start(lambda: cluster.ready, seconds=_START_SECONDS):
            port_file.write_text(str(port), encoding="ascii")
            return child, port
        if not any(reason in tail(cluster.log) for reason in _PASSING):
            break
        port = free_port()
    raise DatabaseUnavailable(
        f"PostgreSQL 未能启动，日志 {cluster.log} 结尾如下 · "
        f"PostgreSQL did not start, the end of {cluster.log}:\n{tail(cluster.log)}"
    )


def _program(cluster: Cluster, programs: Installation, *, port: int, durable: bool) -> Program:
    settings = _SETTINGS | {"port": str(port)} | ({} if durable else _NOTHING_TO_LOSE)
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Program(
        command=[programs.folder / "postgres", "-D", cluster.data, *options],
        environment={"PATH": os.defpath, "LC_ALL": "C"},
        marker=str(cluster.data),
        log=cluster.log,
        polite=signal.SIGINT,
        account=cluster.account,
    )

"""Server processes of our own: who may run them, and that they do not outlive us."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from cli.servers.accounts import Account

# Sends $3 to process $1 once our end of the pipe closes, if $1 still runs with $2 on its command line.
_GUARD = 'read -r _; grep -qaF -- "$2" "/proc/$1/cmdline" && kill -s "$3" "$1"'
_POLL = 0.05


@dataclass(frozen=True)
class Claim:
    """The right to start and stop what runs on a folder; it ends with its holder, however that dies."""

    handle: IO[str]

    @classmethod
    def take(cls, folder: Path) -> Self | None:
        """Claim the folder, or `None` while somebody else alive holds it."""
        handle = (folder / "owner.lock").open("a", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return None
        return cls(handle)

    def release(self) -> None:
        self.handle.close()


@dataclass(frozen=True)
class Child:
    """A server process we started, and the guardian that ends it should we die without a word."""

    process: subprocess.Popen[bytes]
    guardian: subprocess.Popen[bytes]
    polite: signal.Signals

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self, *, patience: float = 30) -> None:
        """Ask it to end, insist after `patience` seconds."""
        if self.running:
            self.process.send_signal(self.polite)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._reap()

    def kill(self) -> None:
        self.process.kill()
        self._reap()

    def _reap(self) -> None:
        self.process.wait()
        self.guardian.kill()
        self.guardian.communicate()


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run as a server: we know it by the `marker` on its command line, it runs in `folder`."""

    command: Sequence[str | Path]
    environment: Mapping[str, str]
    marker: str
    log: Path
    polite: signal.Signals
    account: Account | None = None
    folder: Path = Path("/")

    def start(self, ready: Callable[[], bool], *, seconds: float) -> Child | None:
        """Run it until it is `ready`; `None`, with nothing left running, if that does not come about."""
        child = self._spawn()
        try:
            if wait_until(ready, alive=lambda: child.running, seconds=seconds):
                return child
        except BaseException:
            child.kill()
            raise
        child.stop()
        return None

    def _spawn(self) -> Child:
        """Run it in a session of its own, so that Ctrl-C reaches us and not it; the previous log is kept."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".previous.log"))
        user, group, groups = _credentials(self.account)
        with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as log:
            process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
                user=user,
                group=group,
                extra_groups=groups,
            )
        guard = ["/bin/sh", "-c", _GUARD, "guard", str(process.pid), self.marker, self.polite.name[3:]]
        guardian = subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True, cwd="/")
        return Child(process, guardian, self.polite)


def run_as(
    account: Account | None, command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    user, group, groups = _credentials(account)
    return subprocess.run(
        command,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        umask=0o077,
        user=user,
        group=group,
        extra_groups=groups,
    )


def _credentials(account: Account | None) -> tuple[int | None, int | None, list[int] | None]:
    return (account.uid, account.gid, []) if account else (None, None, None)


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def wait_until(ready: Callable[[], bool], *, alive: Callable[[], bool], seconds: float) -> bool:
    """Whether it became ready while it was alive and within the given time."""
    deadline = time.monotonic() + seconds
    while alive() and time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(_POLL)
    return False


def is_running(pid: int, marker: str) -> bool:
    """Whether this very program runs: the number alone may belong to another by now."""
    try:
        return marker.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def end_leftover(pid: int, marker: str, *signals: signal.Signals) -> None:
    """End what a predecessor that died left running, each signal given 15 seconds."""
    for number in signals:
        if not is_running(pid, marker):
            return
        os.kill(pid, number)
        wait_until(lambda: not is_running(pid, marker), alive=lambda: True, seconds=15)

"""Installs a Debian package without letting it start a service of its own."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLICY = Path("/usr/sbin/policy-rc.d")
FORBIDDEN = 101  # what policy-rc.d answers when a package may not start its service
_PROGRESS = ("Get:", "Setting up ", "E: ")


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str, *, service: str, say: Callable[[str], None]) -> bool:
    """Install `package`, keeping its `service` stopped now and at boot; answers whether apt succeeded."""
    with _services_stay_stopped(service):
        done = _apt("update", "-q", say=say) and _apt(
            "install", "-q", "-y", "--no-install-recommends", package, say=say
        )
    if done and shutil.which("update-rc.d"):
        subprocess.run(["update-rc.d", service, "disable"], check=False, capture_output=True)
    return done


def _apt(*arguments: str, say: Callable[[str], None]) -> bool:
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments]
    with subprocess.Popen(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as apt:
        for line in apt.stdout or ():
            if line.startswith(_PROGRESS):
                say(f"apt-get: {line.strip()}")
    return apt.returncode == 0


@contextmanager
def _services_stay_stopped(service: str) -> Iterator[None]:
    """Answer «no» to packages that want to start their service, then put back what was there."""
    if _starting_is_forbidden(service):
        yield
        return
    kept = POLICY.with_name(f"{POLICY.name}.before-njt")
    if POLICY.exists():
        POLICY.rename(kept)
    try:
        POLICY.write_text(f"#!/bin/sh\nexit {FORBIDDEN}\n", encoding="ascii")
        POLICY.chmod(0o755)
        yield
    finally:
        POLICY.unlink(missing_ok=True)
        if kept.exists():
            kept.rename(POLICY)


def _starting_is_forbidden(service: str) -> bool:
    if not os.access(POLICY, os.X_OK):
        return False
    return (
        subprocess.run([POLICY, service, "start"], check=False, capture_output=True).returncode == FORBIDDEN
    )

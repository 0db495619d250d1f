"""`njt up` as somebody uses it: started, asked, stopped with Ctrl-C, started again with its data."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from cli.servers.places import free_port, scratch_folder
from cli.suite.database import SERVICES
from shared.settings import REPOSITORY

_PATIENCE = 90.0


@contextmanager
def _up(data: Path, port: int) -> Iterator[list[str]]:
    """The suite while the block runs; what it printed is complete afterwards."""
    printed: list[str] = []
    child = subprocess.Popen(
        [sys.executable, "-m", "cli", "up", "--port", str(port), "--data", str(data)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert child.stdout is not None
        for line in child.stdout:
            printed.append(line)
            if "Ctrl-C" in line:
                break
        yield printed
        child.send_signal(signal.SIGINT)
        printed += child.stdout.readlines()
        assert child.wait(_PATIENCE) == 0, "".join(printed)
    finally:
        child.kill()
        child.communicate()


def _bearer(data: Path, base: str) -> dict[str, str]:
    secret = json.loads((data / "home" / "clients.json").read_text())["city-admin"]
    form = {"grant_type": "client_credentials", "client_id": "city-admin", "client_secret": secret}
    token = httpx.post(f"{base}/accounts/oauth/token", data=form).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def test_it_answers_stops_cleanly_and_goes_on_with_its_data() -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    client = {"client_id": "portal-of-a-district", "permissions": ["register:read"], "organ": "320115"}
    key = {"Idempotency-Key": "one-and-the-same"}
    with scratch_folder() as data:
        with _up(data, port) as printed:
            assert all(f"{base}/{service}/docs" in "".join(printed) for service in SERVICES)
            for service in SERVICES:
                assert httpx.get(f"{base}/{service}/readyz").json()["ready"] is True
            made = httpx.post(f"{base}/accounts/v1/clients", json=client, headers=_bearer(data, base) | key)
            assert made.status_code == 201
        assert "data is kept" in printed[-1]
        with _up(data, port):
            again = httpx.post(f"{base}/accounts/v1/clients", json=client, headers=_bearer(data, base) | key)

    assert again.json()["id"] == made.json()["id"]
    assert made.json()["client_secret"]
    assert again.json()["client_secret"] is None


def test_a_taken_port_is_said_plainly() -> None:
    port = free_port()
    with scratch_folder() as data, _listening(port):
        done = subprocess.run(
            [sys.executable, "-m", "cli", "up", "--port", str(port), "--data", str(data)],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )

    assert done.returncode == 1
    assert f"{port}" in done.stderr
    assert "Traceback" not in done.stderr


@contextmanager
def _listening(port: int) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", port)):
        yield


def test_a_worker_without_its_broker_lives_says_what_is_missing_and_stops_when_told(
    worker_environment: dict[str, str],
) -> None:
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", "cli", "serve", "accounts", "worker", "--port", str(port)],
        env={**os.environ, **worker_environment, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_alive(port)
        ready = httpx.get(f"http://127.0.0.1:{port}/readyz")
        child.send_signal(signal.SIGTERM)
        code = child.wait(30)
    finally:
        child.kill()
        child.wait()

    assert ready.status_code == 503
    assert ready.json()["checks"]["database"] is None
    assert "njt.accounts.events" in ready.json()["checks"]["consumers"]
    assert code == 0


def _until_alive(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/livez").is_success:
                return
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError("the worker never came to life")

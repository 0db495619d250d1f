"""`njt province conform` on a real broker: the kit against the simulator, two programs with a line between them."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from cli.province import app
from cli.servers.rabbitmq import RabbitServer
from shared.province.keys.signing import Ed25519Signer
from simulator.amqp import AmqpLine
from simulator.chasing import Habits
from simulator.conform.program import CASES
from simulator.counterpart import Counterpart
from simulator.faults import Faults
from simulator.keys import PeerKeys, ProvinceKey
from simulator.program import SystemClock

KIT = (sys.executable, "-c", "from cli.province import app; app()", "conform")
GOOD = "accepted-and-done"


@pytest.fixture
def signer() -> Ed25519Signer:
    """The kit's."""
    return Ed25519Signer(Ed25519PrivateKey.generate())


@pytest.fixture
def keys(tmp_path: Path, signer: Ed25519Signer, province: Counterpart) -> list[str]:
    """The options that name the kit's private key and the counterpart's public keys."""
    del province
    (tmp_path / "key.pem").write_bytes(signer.to_pem())
    return ["--key", str(tmp_path / "key.pem"), "--peers", str(tmp_path / "province.json")]


@pytest.fixture
async def province(broker: RabbitServer, signer: Ed25519Signer, tmp_path: Path) -> AsyncIterator[Counterpart]:
    """The simulator on the broker, which knows the kit's key."""
    key = ProvinceKey.new()
    (tmp_path / "province.json").write_text(json.dumps(key.public()), encoding="utf-8")
    line = AmqpLine(broker.province_url)
    habits = Habits(receipt_seconds=0.3, gap_seconds=0.3)
    counterpart = Counterpart(key, PeerKeys(signer.public()), line, SystemClock(), habits=habits)
    async with counterpart.running():
        yield counterpart


@pytest.fixture
async def queue(broker: RabbitServer) -> AsyncIterator[str]:
    """A queue of this test's own."""
    name = f"njt.test.{uuid4()}"
    yield name
    async with await aio_pika.connect(broker.province_url) as connection:
        channel = await connection.channel()
        for each in (name, f"{name}.dead"):
            await channel.queue_delete(each)


async def played(broker: RabbitServer, *arguments: str) -> tuple[int | None, str]:
    """How the kit ended, and what it said."""
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "200"}
    process = await asyncio.create_subprocess_exec(
        *KIT, broker.province_url, *arguments, stdout=PIPE, stderr=STDOUT, env=environment
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_the_simulator_is_green_and_the_report_is_kept(
    broker: RabbitServer, keys: list[str], queue: str, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    code, output = await played(broker, *keys, "--queue", queue, "--report", str(report))
    assert code == 0, output
    told = json.loads(report.read_text(encoding="utf-8"))
    assert (told["role"], told["passed"], told["failed"]) == ("city", len(CASES), 0)
    assert output.count("✓") == 2 * len(CASES)
    assert "符合性测试 · conformance" in output


async def test_what_is_not_as_it_must_be_ends_with_one(
    broker: RabbitServer, keys: list[str], queue: str, province: Counterpart
) -> None:
    province.faults = Faults(reject={"*": "PROV-0001"})
    only = ["--only", GOOD, "--only", "status-unknown"]
    code, output = await played(broker, *keys, "--queue", queue, *only)
    assert code == 1
    assert (output.count("✗"), output.count("✓")) == (2, 2)
    assert "PROV-0001" in output


@pytest.mark.parametrize(
    ("wrong", "words"),
    [(["--only", "courage"], "No such case"), (["--service", "training"], "No such service")],
)
def test_what_cannot_be_played_is_refused(
    tmp_path: Path, signer: Ed25519Signer, wrong: list[str], words: str
) -> None:
    (tmp_path / "key.pem").write_bytes(signer.to_pem())
    (tmp_path / "peers.json").write_text("{}", encoding="utf-8")
    files = ["--key", str(tmp_path / "key.pem"), "--peers", str(tmp_path / "peers.json")]
    result = CliRunner().invoke(app, ["conform", "amqp://127.0.0.1:1/", *files, *wrong])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())

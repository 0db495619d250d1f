"""The simulator as a program: a scenario's end is its exit code, and it answers until it is stopped."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from cli.province import app
from cli.servers.rabbitmq import RabbitServer
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt
from shared.messaging.rabbit import RabbitBus
from shared.province.keys.signing import Ed25519Signer
from tests.simulator.city import ACCEPTED, City, account_opened, institution_filed, technically_refused

SIMULATOR = (sys.executable, "-m", "simulator")
NJT_PROVINCE = (sys.executable, "-c", "from cli.province import app; app()", "simulate")


@pytest.fixture
def keys(tmp_path: Path, distant_city: City) -> list[str]:
    """The options that name the province's private key and the city's public keys."""
    (tmp_path / "key.pem").write_bytes(Ed25519Signer(Ed25519PrivateKey.generate()).to_pem())
    (tmp_path / "peers.json").write_text(json.dumps(distant_city.signer.public()), encoding="utf-8")
    return ["--key", str(tmp_path / "key.pem"), "--peers", str(tmp_path / "peers.json")]


def scenario(folder: Path, business_keys: Sequence[str]) -> list[str]:
    """The option of a scenario that files one institution for each key, in one lane."""
    lane = str(uuid4())
    steps = [
        {
            "send": MessageCode.INSTITUTION_FILED,
            "service": "filing",
            "lane": lane,
            "business_key": key,
            "payload": institution_filed().model_dump(mode="json"),
        }
        for key in business_keys
    ]
    path = folder / "story.jsonl"
    path.write_text("\n".join(json.dumps(step) for step in steps), encoding="utf-8")
    return ["--scenario", str(path)]


@asynccontextmanager
async def started(
    broker: RabbitServer, *arguments: str, program: Sequence[str] = SIMULATOR, apart: bool = False
) -> AsyncIterator[Process]:
    """The program at work; `apart` keeps what it complains of apart from what it prints."""
    environment = os.environ | {
        "PROVINCE_AMQP_URL": broker.province_url,
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUNBUFFERED": "1",
    }
    process = await asyncio.create_subprocess_exec(
        *program, *arguments, stdout=PIPE, stderr=PIPE if apart else STDOUT, env=environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process: Process, words: str) -> None:
    """Wait until the program has printed a line with these words."""
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while words not in (line := (await process.stdout.readline()).decode()):
            assert line, "the program ended"


async def ended(process: Process) -> tuple[int | None, str]:
    async with asyncio.timeout(30):
        output, _ = await process.communicate()
    return process.returncode, output.decode()


@pytest.mark.parametrize("program", [SIMULATOR, NJT_PROVINCE])
async def test_a_scenario_that_is_carried_out_ends_well_and_every_message_has_a_line(
    broker: RabbitServer, keys: list[str], tmp_path: Path, program: Sequence[str]
) -> None:
    story = [f"first-{uuid4()}", f"second-{uuid4()}"]
    async with started(broker, *keys, *scenario(tmp_path, story), program=program) as process:
        code, output = await ended(process)
    assert code == 0
    for sequence, key in enumerate(story, start=1):
        lines = [line for line in output.splitlines() if key in line]
        arrows = [" → INSTITUTION_FILED", " ← RECEIPT", " ← RECEIPT"]
        assert [arrow in line for arrow, line in zip(arrows, lines, strict=True)] == [True] * 3
        assert f"#{sequence}  {key}" in lines[0]
        assert lines[1].endswith("technical ok")
        assert lines[2].endswith("business ok")
    assert "测试企业甲" not in output


async def test_a_scenario_with_a_refused_message_ends_with_one_and_says_why(
    broker: RabbitServer, distant_city: City, keys: list[str], tmp_path: Path
) -> None:
    bad, good = f"bad-{uuid4()}", f"good-{uuid4()}"

    def answer(envelope: ProvinceEnvelope) -> Sequence[Receipt]:
        return [technically_refused("PAYLOAD")] if envelope.business_key == bad else ACCEPTED

    distant_city.answer = answer
    async with started(broker, *keys, *scenario(tmp_path, [bad, good])) as process:
        code, output = await ended(process)
    assert code == 1
    assert f"✗ INSTITUTION_FILED {bad}: PAYLOAD 拒收 · refused" in output
    assert [it.sequence for it in distant_city.messages(MessageCode.INSTITUTION_FILED)] == [1, 1]


async def test_a_message_without_a_receipt_in_time_ends_with_one(
    broker: RabbitServer, distant_city: City, keys: list[str], tmp_path: Path
) -> None:
    distant_city.answer = lambda _: ()
    story = scenario(tmp_path, [f"silence-{uuid4()}"])
    async with started(broker, *keys, *story, "--seconds", "0.5") as process:
        code, output = await ended(process)
    assert code == 1
    assert "没有回执 · no receipt in time" in output


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
async def test_without_a_scenario_it_answers_until_it_is_stopped(
    broker: RabbitServer, distant_city: City, keys: list[str], stop: signal.Signals
) -> None:
    async with started(broker, *keys) as process:
        for _ in range(2):
            assert await distant_city.tell(distant_city.envelope(account_opened())) == list(ACCEPTED)
        process.send_signal(stop)
        code, output = await ended(process)
    assert (code, output.count("← ACCOUNT_OPENED")) == (0, 2)
    assert "Traceback" not in output


async def test_after_its_scenario_it_stays_when_asked(
    broker: RabbitServer, distant_city: City, keys: list[str], tmp_path: Path
) -> None:
    story = scenario(tmp_path, [f"first-{uuid4()}"])
    async with started(broker, *keys, *story, "--stay") as process:
        await said(process, "business ok")
        assert await distant_city.tell(distant_city.envelope(account_opened())) == list(ACCEPTED)
        assert process.returncode is None
        process.send_signal(signal.SIGINT)
        code, _ = await ended(process)
    assert code == 0


async def test_faults_are_counted_and_the_summary_is_json_when_asked(
    broker: RabbitServer, keys: list[str], tmp_path: Path
) -> None:
    story = scenario(tmp_path, [f"first-{uuid4()}", f"second-{uuid4()}"])
    faults = ["--fault", "duplicate=1", "--fault", "late=1", "--seed", "7"]
    async with started(broker, *keys, *story, *faults, "--json", program=NJT_PROVINCE, apart=True) as process:
        async with asyncio.timeout(30):
            output, complaints = await process.communicate()
    assert process.returncode == 0
    told = json.loads(output)
    assert told["scenario"] == {"done": 2, "rejected": 0, "refused": 0, "silent": 0}
    assert (told["sent"], told["refused"], told["faults"]) == (2, 0, {"duplicate": 2})
    assert " → INSTITUTION_FILED" in complaints.decode()


async def test_the_summary_is_a_table(broker: RabbitServer, keys: list[str], tmp_path: Path) -> None:
    story = scenario(tmp_path, [f"first-{uuid4()}"])
    async with started(broker, *keys, *story, "--fault", "clock-skew=60") as process:
        code, output = await ended(process)
    assert code == 0
    assert "模拟器小结" in output
    (fault,) = [line for line in output.splitlines() if "fault clock-skew" in line]
    assert fault.split("│")[2].strip().isdecimal()


async def test_a_story_is_told_and_a_store_goes_on_with_it(
    broker: RabbitServer, distant_city: City, keys: list[str], tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(other_service(broker, distant_city, "subsidy"))
        arguments = [*keys, "--store", str(tmp_path / "province.db"), "--json", "--story"]
        for _ in range(2):
            asked = "institutions=5,certificates=50,seed=7"
            async with started(broker, *arguments, asked, apart=True) as process:
                output, _ = await process.communicate()
            assert process.returncode == 0
            assert json.loads(output)["scenario"]["done"] == 15
    assert json.loads(output)["sent"] == 30
    numbers = [it.sequence for it in distant_city.messages(MessageCode.INSTITUTION_FILED)]
    assert numbers == [1, 1, 1, 1, 1, 2, 3, 4, 5] * 2


@asynccontextmanager
async def other_service(broker: RabbitServer, city: City, service: str) -> AsyncIterator[None]:
    """Another service of the same city that takes everything, on a queue of this test's own."""
    bus = RabbitBus(broker.province_url, name=service)
    other = City(bus, service=service, queue=f"njt.test.{uuid4()}")
    other.signer = city.signer
    async with other.listening():
        yield
    await bus.close()
    async with await aio_pika.connect(broker.province_url) as connection:
        channel = await connection.channel()
        for queue in (other.queue.name, other.queue.dead):
            await channel.queue_delete(queue)


def test_a_rotated_key_that_nobody_would_be_told_of_is_refused(keys: list[str]) -> None:
    rotated = ["simulate", "--url", "amqp://127.0.0.1:1/", *keys, "--fault", "rotated-key"]
    result = CliRunner().invoke(app, rotated)
    assert result.exit_code == 2
    assert "--public" in result.output


@pytest.mark.parametrize(
    ("wrong", "words"), [(["--fault", "fire"], "No such fault"), (["--story", "people=1"], "people=1")]
)
def test_what_cannot_be_done_is_refused_before_anything_is_sent(
    keys: list[str], wrong: list[str], words: str
) -> None:
    result = CliRunner().invoke(app, ["simulate", "--url", "amqp://127.0.0.1:1/", *keys, *wrong])
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize(("command", "option"), [("simulate", "--fault"), ("conform", "--role")])
def test_help_is_the_programs_own(command: str, option: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert option in result.output
    assert " · " in result.output


def test_a_key_file_that_holds_no_key_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    files = ["--key", str(tmp_path / "empty"), "--peers", str(tmp_path / "empty")]
    result = CliRunner().invoke(app, ["simulate", "--url", "amqp://127.0.0.1:1/", *files])
    assert result.exit_code == 2
    assert "不是 PEM 私钥" in result.output


@pytest.mark.parametrize(
    ("command", "program"), [("simulate", "simulator.__main__"), ("conform", "simulator.conform.__main__")]
)
def test_where_the_simulator_is_not_installed_the_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, program: str
) -> None:
    monkeypatch.setitem(sys.modules, program, None)
    (tmp_path / "empty").touch()
    files = ["--key", str(tmp_path / "empty"), "--peers", str(tmp_path / "empty")]
    result = CliRunner().invoke(app, [command, "--url", "amqp://127.0.0.1:1/", *files])
    assert result.exit_code == 1
    assert "The simulator is not installed here" in result.output

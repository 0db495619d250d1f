"""The simulator's HTTPS line: both sides push to each other's interface, in the clear or over TLS."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from cli.province import app
from cli.servers.places import free_port
from cli.suite.server import served
from shared.province.keys.signing import Ed25519Signer
from simulator.connecting import line_to
from simulator.https import Doors, DoorsError, HttpsLine
from simulator.keys import ProvinceKey
from simulator.line import TO_PROVINCE, Handle, Letter, to_city
from tests.shared.province.other_side import OtherSide, Reply
from tests.shared.province.papers import Authority

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def letter(body: bytes = b"{}", *, route: str = TO_PROVINCE, **headers: str) -> Letter:
    return Letter(id="1", routing_key=route, body=body, headers=headers)


class Desk:
    """Where letters are put; `reads` says whether they can be read."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.reads = True
        self.came = asyncio.Event()

    async def take(self, letter: Letter) -> bool:
        self.letters.append(letter)
        self.came.set()
        return self.reads


@asynccontextmanager
async def listening(line: HttpsLine, handle: Handle) -> AsyncIterator[None]:
    await line.open()
    task = asyncio.create_task(line.listen(handle))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await line.close()


def nowhere() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def there() -> str:
    """Where the line under test listens."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
async def line(there: str, desk: Desk) -> AsyncIterator[HttpsLine]:
    """A line that listens, and pushes to where nobody is."""
    line = HttpsLine(nowhere(), Doors(listen=there))
    async with listening(line, desk.take):
        yield line


@pytest.mark.usefixtures("line")
async def test_what_one_side_pushes_the_other_is_handed_with_its_trace(there: str, desk: Desk) -> None:
    async with listening(
        near := HttpsLine(f"http://{there}", Doors(listen=f"127.0.0.1:{free_port()}")), desk.take
    ):
        assert await near.publish([letter(b"1", traceparent=TRACE), letter(b"2")]) == [True, True]
    assert sorted((it.body, it.headers.get("traceparent")) for it in desk.letters) == [
        (b"1", TRACE),
        (b"2", None),
    ]


async def test_each_service_of_the_city_has_its_own_address() -> None:
    other = OtherSide()
    async with served(other.app) as base:
        line = HttpsLine(f"{base}/", Doors(listen=f"127.0.0.1:{free_port()}"))
        async with listening(line, Desk().take):
            routes = [to_city("filing"), to_city("subsidy"), TO_PROVINCE]
            assert await line.publish([letter(route=route) for route in routes]) == [True] * 3
    assert sorted(pushed.path for pushed in other.pushed) == [
        "/filing/v1/exchange/messages",
        "/messages",
        "/subsidy/v1/exchange/messages",
    ]


@pytest.mark.parametrize(
    ("status", "dealt_with"),
    [(202, True), (400, True), (413, True), (404, False), (429, False), (503, False)],
)
async def test_what_is_not_refused_for_good_is_offered_again(status: int, *, dealt_with: bool) -> None:
    other = OtherSide()
    other.replies = [Reply(status=status)]
    async with served(other.app) as base:
        line = HttpsLine(base, Doors(listen=f"127.0.0.1:{free_port()}"))
        async with listening(line, Desk().take):
            assert await line.publish([letter()]) == [dealt_with]


async def test_where_nobody_is_nothing_is_taken(line: HttpsLine) -> None:
    assert await line.publish([letter()]) == [False]


@pytest.mark.usefixtures("line")
async def test_what_cannot_be_read_is_not_taken(there: str, desk: Desk) -> None:
    desk.reads = False
    async with httpx.AsyncClient() as client:
        assert (await client.post(f"http://{there}/messages", content=b"?")).status_code == 400
        assert (await client.get(f"http://{there}/messages")).status_code == 404
        assert (await client.post(f"http://{there}/elsewhere", content=b"?")).status_code == 404
        assert (await client.post(f"http://{there}/messages", content=b"0" * (17 << 20))).status_code == 413
    assert [it.body for it in desk.letters] == [b"?"]


async def test_an_answer_is_handed_over_and_its_copy_passed_over(there: str, desk: Desk) -> None:
    other = OtherSide()
    other.replies = [Reply(headers={"Content-Type": "application/json"}, body=b'{"answer": 1}')]
    async with served(other.app) as base:
        line = HttpsLine(base, Doors(listen=there))
        async with listening(line, desk.take):
            assert await line.publish([letter(b"1", traceparent=TRACE)]) == [True]
            await desk.came.wait()
            async with httpx.AsyncClient() as client:
                for _ in range(2):
                    again = await client.post(f"http://{there}/messages", content=b'{"answer": 1}')
                    assert again.status_code == 202
    assert [it.body for it in desk.letters] == [b'{"answer": 1}'] * 2
    assert desk.letters[0].headers == {"traceparent": TRACE}


async def test_who_listens_no_more_is_gone_and_comes_back(there: str, desk: Desk) -> None:
    line = HttpsLine(nowhere(), Doors(listen=there))
    near = HttpsLine(f"http://{there}", Doors(listen=f"127.0.0.1:{free_port()}"))
    async with listening(near, desk.take):
        for _ in range(2):
            assert await near.publish([letter()]) == [False]
            async with listening(line, desk.take):
                assert await near.publish([letter()]) == [True]


async def test_over_tls_each_believes_only_the_authority_it_was_told_of(
    tmp_path: Path, there: str, desk: Desk
) -> None:
    authority, stranger = Authority(tmp_path, "省级测试机构"), Authority(tmp_path, "别人")
    paper = authority.give("province")
    served_with = Doors(listen=there, ca=authority.certificate, cert=paper.certificate, cert_key=paper.key)
    async with listening(HttpsLine(nowhere(), served_with), desk.take):
        for ca, taken in ((authority.certificate, True), (stranger.certificate, False), (None, False)):
            near = HttpsLine(f"https://{there}", Doors(listen=f"127.0.0.1:{free_port()}", ca=ca))
            async with listening(near, desk.take):
                assert await near.publish([letter()]) == [taken]


def test_doors_that_cannot_be_used_are_said_at_once(tmp_path: Path) -> None:
    for listen in ("8090", "127.0.0.1:", ":", "127.0.0.1:x"):
        with pytest.raises(DoorsError, match="HOST:PORT"):
            HttpsLine("http://127.0.0.1", Doors(listen=listen))
    with pytest.raises(DoorsError, match="证书不可用"):
        HttpsLine("http://127.0.0.1", Doors(ca=tmp_path / "none.pem"))
    with pytest.raises(DoorsError, match="neither"):
        line_to("ftp://127.0.0.1", Doors(), name="x")


async def test_a_port_that_is_taken_is_said_at_once(line: HttpsLine, there: str) -> None:
    del line
    with pytest.raises(DoorsError, match="cannot be listened on"):
        await HttpsLine(nowhere(), Doors(listen=there)).open()


PROVINCE = (sys.executable, "-c", "from cli.province import app; app()")


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[Process]:
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    process = await asyncio.create_subprocess_exec(
        *PROVINCE, *arguments, stdout=PIPE, stderr=STDOUT, env=environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_both_programs_speak_it_over_tls(tmp_path: Path) -> None:
    """`njt province conform` against `njt province simulate`, each with its own port and certificate."""
    authority = Authority(tmp_path, "测试机构")
    city, key = Ed25519Signer(Ed25519PrivateKey.generate()), Ed25519Signer(Ed25519PrivateKey.generate())
    for name, signer in (("city", city), ("province", key)):
        (tmp_path / f"{name}.pem.key").write_bytes(signer.to_pem())
        (tmp_path / f"{name}.json").write_text(json.dumps(signer.public()), encoding="utf-8")
    here, there = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"

    def options(own: str, others: str, listen: str) -> list[str]:
        paper = authority.give(own)
        files = {"--key": f"{own}.pem.key", "--peers": f"{others}.json"}
        doors = {"--ca": authority.certificate, "--cert": paper.certificate, "--cert-key": paper.key}
        told = {name: tmp_path / file for name, file in files.items()} | doors | {"--listen": listen}
        return [str(part) for pair in told.items() for part in pair]

    simulated = ["simulate", "--url", f"https://{here}", *options("province", "city", there)]
    kit = ["conform", f"https://{there}", *options("city", "province", here)]
    async with started(*simulated) as province:
        assert province.stdout is not None
        while "The line is open" not in (line := (await province.stdout.readline()).decode()):
            assert line, "the program ended"
        async with started(*kit, "--only", "void", "--only", "status-known") as played:
            output, _ = await played.communicate()
        assert (played.returncode, output.decode().count("✓")) == (0, 4), output.decode()


@pytest.mark.parametrize("program", ["simulate", "conform"])
def test_a_program_says_what_is_wrong_with_its_doors(tmp_path: Path, program: str) -> None:
    (tmp_path / "key.pem").write_bytes(Ed25519Signer(Ed25519PrivateKey.generate()).to_pem())
    (tmp_path / "peers.json").write_text(json.dumps(ProvinceKey.new().public()), encoding="utf-8")
    url = ["--url", "http://127.0.0.1:1"] if program == "simulate" else ["http://127.0.0.1:1"]
    files = ["--key", str(tmp_path / "key.pem"), "--peers", str(tmp_path / "peers.json")]
    result = CliRunner().invoke(app, [program, *url, *files, "--listen", "nowhere"])
    assert result.exit_code == 2
    assert "HOST:PORT" in result.output

"""The HTTPS line pushes to a real server, says what became of each message, and trusts only whom it is told to."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.servers.places import free_port
from cli.suite.server import served
from shared.http.client import HttpClient
from shared.http.tls import TlsFileError, client_context
from shared.messaging.bus import Message, Outcome
from shared.province.https_line import AT_ONCE, HttpsLine
from tests.shared.province.letters import TRACE
from tests.shared.province.other_side import OtherSide, Reply, served_over_tls
from tests.shared.province.papers import Authority

TAKEN, NOT_TAKEN, NOBODY_KNOWS, AWAY = (
    Outcome.CONFIRMED,
    Outcome.UNROUTABLE,
    Outcome.UNKNOWN,
    Outcome.FAILED,
)


def message(name: str = "甲", **headers: str) -> Message:
    return Message(
        id=name,
        exchange="njt.province",
        routing_key="to-province",
        body=f"报文{name}".encode(),
        content_type="application/json",
        headers=headers,
    )


@pytest.fixture
def other() -> OtherSide:
    return OtherSide()


@pytest.fixture
async def base(other: OtherSide) -> AsyncIterator[str]:
    async with served(other.app) as base:
        yield base


@pytest.fixture
async def line(base: str) -> AsyncIterator[HttpsLine]:
    """It waits a fifth of a second for an answer."""
    line = HttpsLine(HttpClient(f"{base}/exchange", timeout=0.2))
    yield line
    await line.close()


async def test_a_message_is_pushed_as_it_is_with_its_trace(line: HttpsLine, other: OtherSide) -> None:
    assert await line.publish([message(traceparent=TRACE)]) == [TAKEN]
    (pushed,) = other.pushed
    assert (pushed.path, pushed.body) == ("/exchange/messages", "报文甲".encode())
    assert pushed.headers["content-type"] == "application/json"
    assert pushed.headers["traceparent"] == TRACE


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_whatever_answers_2xx_has_taken_it(line: HttpsLine, other: OtherSide, status: int) -> None:
    other.replies = [Reply(status=status)]
    assert await line.publish([message()]) == [TAKEN]


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
async def test_what_it_declines_was_not_taken_and_the_next_is_tried(
    line: HttpsLine, other: OtherSide, status: int
) -> None:
    other.replies = [Reply(status=status)]
    assert await line.publish([message("甲"), message("乙")]) == [Outcome.DECLINED, TAKEN]


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 408, 425])
async def test_what_finds_nobody_or_is_not_for_us_was_not_taken(
    line: HttpsLine, other: OtherSide, status: int
) -> None:
    other.replies = [Reply(status=status, headers={"Location": "http://127.0.0.1:1/"})] * 2
    assert await line.publish([message("甲"), message("乙")]) == [NOT_TAKEN, NOT_TAKEN]
    assert await line.publish([message()]) == [TAKEN]


async def test_what_is_turned_away_while_others_are_taken_is_declined(
    line: HttpsLine, other: OtherSide
) -> None:
    other.blocked = "报文甲".encode()
    assert await line.publish([message("甲")]) == [NOT_TAKEN]
    assert await line.publish([message("甲"), message("乙")]) == [Outcome.DECLINED, TAKEN]
    assert await line.publish([message("甲")]) == [Outcome.DECLINED]


async def test_long_after_anything_was_taken_it_is_an_outage_again(base: str, other: OtherSide) -> None:
    line = HttpsLine(HttpClient(base), lately_seconds=0.0)
    other.blocked = "报文甲".encode()
    assert await line.publish([message("乙")]) == [TAKEN]
    assert await line.publish([message("甲")]) == [NOT_TAKEN]
    await line.close()


@pytest.mark.parametrize("status", [429, 503])
async def test_who_asks_us_to_wait_is_not_pushed_to_until_then(
    line: HttpsLine, other: OtherSide, status: int
) -> None:
    other.replies = [Reply(status=status, headers={"Retry-After": "1"})]
    assert await line.publish([message()]) == [AWAY]
    began = asyncio.get_running_loop().time()
    assert await line.publish([message("乙"), message("丙")]) == [AWAY, AWAY]
    assert len(other.pushed) == 1
    while await line.publish([message()]) != [TAKEN]:
        await asyncio.sleep(0.05)
    assert asyncio.get_running_loop().time() - began > 0.9


@pytest.mark.parametrize("asked", ["", "soon", "-5", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_a_senseless_wish_to_wait_breaks_nothing(line: HttpsLine, other: OtherSide, asked: str) -> None:
    other.replies = [Reply(status=429, headers={"Retry-After": asked})]
    assert await line.publish([message()]) == [AWAY]


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_of_what_broke_there_nobody_knows_whether_it_was_taken(
    line: HttpsLine, other: OtherSide, status: int
) -> None:
    other.replies = [Reply(status=status)]
    assert await line.publish([message()]) == [NOBODY_KNOWS]


async def test_of_what_is_answered_too_late_nobody_knows(line: HttpsLine, other: OtherSide) -> None:
    other.replies = [Reply(seconds=0.5)]
    assert await line.publish([message()]) == [NOBODY_KNOWS]
    assert len(other.pushed) == 1


async def test_of_what_a_server_died_over_nobody_knows() -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(die, "127.0.0.1", 0)
    line = HttpsLine(HttpClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    assert await line.publish([message()]) == [NOBODY_KNOWS]
    await line.close()
    server.close()


async def test_where_nobody_listens_nothing_was_taken() -> None:
    line = HttpsLine(HttpClient(f"http://127.0.0.1:{free_port()}"))
    assert await line.publish([message("甲"), message("乙")]) == [AWAY, AWAY]
    await line.close()


async def test_a_few_travel_at_once_and_leave_in_their_order(line: HttpsLine, other: OtherSide) -> None:
    other.replies = [Reply(seconds=0.02)] * 30
    names = [f"{place:02d}" for place in range(30)]
    assert await line.publish([message(name) for name in names]) == [TAKEN] * 30
    assert 1 < other.most <= AT_ONCE
    came = [pushed.body.decode().removeprefix("报文") for pushed in other.pushed]
    late = [abs(place - came.index(name)) for place, name in enumerate(names)]
    assert max(late) < AT_ONCE


async def test_a_line_that_went_dead_is_not_tried_with_every_message(
    line: HttpsLine, other: OtherSide
) -> None:
    other.replies = [Reply(seconds=1.0)] * 100
    outcomes = await line.publish([message(str(place)) for place in range(50)])
    assert len(other.pushed) == AT_ONCE
    assert outcomes == [NOBODY_KNOWS] * AT_ONCE + [AWAY] * (50 - AT_ONCE)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "省级测试机构")


async def pushed_over_tls(base: str, **files: Path) -> list[Outcome]:
    line = HttpsLine(HttpClient(base, tls=client_context(**files)))
    try:
        return await line.publish([message()])
    finally:
        await line.close()


async def test_only_a_server_whose_authority_is_known_is_believed(
    authority: Authority, other: OtherSide, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, "别人")
    async with served_over_tls(other.app, authority.give("server")) as base:
        assert await pushed_over_tls(base, ca_file=authority.certificate) == [TAKEN]
        assert await pushed_over_tls(base, ca_file=stranger.certificate) == [AWAY]
        assert await pushed_over_tls(base) == [AWAY]
    assert len(other.pushed) == 1


async def test_who_asks_for_our_certificate_is_shown_it(authority: Authority, other: OtherSide) -> None:
    ours, ca = authority.give("city"), authority.certificate
    async with served_over_tls(other.app, authority.give("server"), known_by=str(ca)) as base:
        shown = {"ca_file": ca, "cert_file": ours.certificate, "key_file": ours.key}
        assert await pushed_over_tls(base, **shown) == [TAKEN]
        [nameless] = await pushed_over_tls(base, ca_file=ca)
        assert nameless is not TAKEN
    assert len(other.pushed) == 1


def test_a_certificate_that_cannot_be_used_is_said_at_once(tmp_path: Path) -> None:
    no_certificate = tmp_path / "ca.pem"
    with pytest.raises(TlsFileError, match=r"ca\.pem"):
        client_context(ca_file=no_certificate)
    no_certificate.write_text("不是证书", encoding="utf-8")
    with pytest.raises(TlsFileError, match="证书文件不可用"):
        client_context(ca_file=no_certificate)

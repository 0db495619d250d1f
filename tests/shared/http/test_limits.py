"""Where nobody logs in, an address may ask so often and no oftener, whoever it claims to be."""

from ipaddress import ip_network

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st

from cli.suite.server import served
from shared.http.api import create_api
from shared.http.limits import Rates, limited
from shared.http.problems import TooManyRequests, public_problems
from shared.settings import HttpSettings
from tests.interfaces import client_of
from tests.shared.http.conftest import problem


class Stopwatch:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def open_app(*, trusted_proxies: int = 0) -> FastAPI:
    """Two routes without login, each to be asked twice at once and then once in ten seconds."""
    router = APIRouter(responses=public_problems())

    @router.get("/verify/{number}", dependencies=[limited(per_minute=6, burst=2)])
    async def verify(number: int) -> int:
        return number

    @router.get("/search", dependencies=[limited(per_minute=6, burst=2)])
    async def search() -> int:
        return 0

    return create_api(
        title="公开 · Public",
        description="",
        routers=[router],
        settings=HttpSettings(trusted_proxies=trusted_proxies),
        telemetry=None,
    )


def caller_of(peer: str | None, forwarded: list[str], *, trusted: int) -> str:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    client = (peer, 50_000) if peer else None
    return Rates(trusted_proxies=trusted).caller(
        Request({"type": "http", "client": client, "headers": headers})
    )


async def test_who_asks_too_often_is_told_when_to_come_back_and_may_then() -> None:
    app, watch = open_app(), Stopwatch()
    app.state.rates = Rates(seconds=watch)
    async with client_of(app) as client:
        assert [(await client.get("/verify/1")).status_code for _ in range(4)] == [200, 200, 429, 429]
        watch.seconds += 3
        refused = await client.get("/verify/2")
        told = refused.json()
        assert (refused.status_code, told["code"], told["title"]) == (
            429,
            "NJT-GEN-0429",
            "请求过于频繁，请稍后再试 · Too many requests; try again later",
        )
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["retry-after"] == "7"
        watch.seconds += 6.9
        assert (await client.get("/verify/2")).headers["retry-after"] == "1"
        watch.seconds += 0.1
        assert [(await client.get("/verify/2")).status_code for _ in range(2)] == [200, 429]
        watch.seconds += 3600
        assert [(await client.get("/verify/2")).status_code for _ in range(3)] == [200, 200, 429]


def test_what_costs_several_tokens_waits_for_all_of_them_and_takes_none_before() -> None:
    watch = Stopwatch()
    rates = Rates(seconds=watch)
    rates.take("route", "one", per_minute=6, burst=4, tokens=3)
    with pytest.raises(TooManyRequests) as refused:
        rates.take("route", "one", per_minute=6, burst=4, tokens=3)
    assert refused.value.seconds == 20
    watch.seconds += 20
    rates.take("route", "one", per_minute=6, burst=4, tokens=3)


def test_what_is_given_back_can_be_taken_again_and_no_more_than_that() -> None:
    rates = Rates(seconds=Stopwatch())
    for _ in range(3):
        rates.take("route", "one", per_minute=6, burst=2, tokens=2)
        rates.give_back("route", "one", tokens=2)
    rates.give_back("route", "one", tokens=2)
    rates.give_back("route", "nobody", tokens=2)
    assert len(rates) == 1
    rates.take("route", "one", per_minute=6, burst=2, tokens=2)
    with pytest.raises(TooManyRequests):
        rates.take("route", "one", per_minute=6, burst=2)


async def test_each_route_and_each_address_counts_for_itself() -> None:
    app = open_app(trusted_proxies=1)
    app.state.rates = Rates(trusted_proxies=1, seconds=Stopwatch())
    one, other = {"x-forwarded-for": "203.0.113.1"}, {"x-forwarded-for": "203.0.113.2"}
    async with client_of(app) as client:
        assert [(await client.get("/search", headers=one)).status_code for _ in range(3)] == [200, 200, 429]
        assert (await client.get("/search", headers=other)).status_code == 200
        assert (await client.get("/verify/1", headers=one)).status_code == 200


@pytest.mark.parametrize("trusted", [0, 1])
async def test_another_name_in_every_request_does_not_help(trusted: int) -> None:
    app = open_app(trusted_proxies=trusted)
    proxy = ", 203.0.113.7" if trusted else ""
    async with client_of(app) as client:
        answers = [
            await client.get("/search", headers={"x-forwarded-for": f"198.51.100.{number}{proxy}"})
            for number in range(20)
        ]
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 429]
    assert {answer.status_code for answer in answers[3:]} == {429}


async def test_the_server_believes_nobody_about_the_caller_either() -> None:
    """A proxy on the same machine is believed by uvicorn unless it is told not to."""
    async with served(open_app()) as address, httpx.AsyncClient(base_url=address) as client:
        answers = [
            (await client.get("/search", headers={"x-forwarded-for": f"198.51.100.{number}"})).status_code
            for number in range(4)
        ]
    assert answers == [200, 200, 429, 429]


@pytest.mark.parametrize(
    ("trusted", "forwarded", "found"),
    [
        (0, [], "10.0.0.9"),
        (0, ["203.0.113.1"], "10.0.0.9"),
        (1, [], "10.0.0.9"),
        (1, ["203.0.113.1"], "203.0.113.1"),
        (1, ["6.6.6.6, 203.0.113.1"], "203.0.113.1"),
        (1, ["6.6.6.6", "203.0.113.1"], "203.0.113.1"),
        (2, ["6.6.6.6, 203.0.113.1, 10.0.0.2"], "203.0.113.1"),
        (2, ["203.0.113.1"], "203.0.113.1"),
        (1, ["203.0.113.1:40312"], "203.0.113.1"),
        (1, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (1, ["[2001:db8:1:2::9]:443"], "2001:db8:1:2::/64"),
        (1, ["::ffff:203.0.113.1"], "203.0.113.1"),
        (1, ["unknown"], "10.0.0.9"),
        (1, [" , ,"], "10.0.0.9"),
    ],
)
def test_the_caller_is_who_the_outermost_trusted_proxy_saw(
    trusted: int, forwarded: list[str], found: str
) -> None:
    assert caller_of("10.0.0.9", forwarded, trusted=trusted) == found


def test_neighbours_in_one_network_share_a_bucket_and_others_do_not() -> None:
    first, second, third = (
        caller_of(it, [], trusted=0) for it in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1")
    )
    assert first == second != third


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=60), st.integers(0, 3))
def test_whatever_is_claimed_the_caller_is_an_address(claimed: str, trusted: int) -> None:
    headers = [(b"x-forwarded-for", claimed.encode("latin-1"))]
    request = Request({"type": "http", "client": ("10.0.0.9", 1), "headers": headers})
    found = Rates(trusted_proxies=trusted).caller(request)
    assert ip_network(found).num_addresses in {1, 2**64}


def test_a_caller_without_an_address_has_a_bucket_too() -> None:
    assert caller_of(None, [], trusted=1) == ""
    assert caller_of("unix", [], trusted=0) == "unix"


def test_no_more_buckets_are_kept_than_there_is_room_for_the_least_used_goes_first() -> None:
    rates = Rates(seconds=Stopwatch(), most=3)
    for address in ("a", "b", "c", "a", "d"):
        rates.take("verify", address, per_minute=1, burst=2)
    assert len(rates) == 3
    with pytest.raises(TooManyRequests):
        rates.take("verify", "a", per_minute=1, burst=2)
    for _ in range(2):
        rates.take("verify", "b", per_minute=1, burst=2)


def test_the_document_says_that_a_route_may_be_asked_too_often() -> None:
    listed = open_app().openapi()["paths"]["/search"]["get"]["responses"]
    assert listed["429"]["headers"]["Retry-After"]["schema"] == {"type": "integer"}
    assert "NJT-GEN-0429" in listed["429"]["description"]
    assert set(public_problems()) == {400, 422, 429, 503}


async def test_being_refused_is_a_problem_like_any_other(client: httpx.AsyncClient, app: FastAPI) -> None:
    @app.get("/often", dependencies=[limited(per_minute=1, burst=1)])
    async def often() -> int:
        return 0

    assert (await client.get("/often")).status_code == 200
    assert problem(await client.get("/often"))["code"] == "NJT-GEN-0429"

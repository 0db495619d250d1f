"""What of ours can never leave is refused here: an operator sees it, mends it or voids it, and nothing else waits."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.server import served
from shared.contracts.province import MessageCode
from shared.http.client import HttpClient
from shared.identity import Scope
from shared.messaging.bus import Message, Outcome
from shared.persistence.unit_of_work import Transaction
from shared.policy import Policy
from shared.province.declining import DECLINED, MOST_DECLINED, UNFIT, UNSPEAKABLE
from shared.province.dialect import Dialect
from shared.province.https_line import HttpsLine
from shared.province.intents import Dispatch
from shared.province.operating.pausing import pause, resume
from shared.province.operating.repairs import mend, resend, void
from tests.builders import a_uscc
from tests.shared.province.conftest import Empty
from tests.shared.province.exchange import report
from tests.shared.province.letters import DONE, PROVINCE, REPORTED, dispatch
from tests.shared.province.other_side import OtherSide, Reply
from tests.shared.province.service import City
from tests.shared.province.test_declining_heard import heard_by
from tests.shared.province.tongues import OTHER, new_signer

OPERATOR = Scope(actor="测试员甲", act="exchange.repair", everything=True)
LANE = a_uscc()


async def by_operator(city: City, act: Callable[[Transaction], Awaitable[object]]) -> None:
    async with city.works.transaction(OPERATOR) as transaction:
        await act(transaction)


@pytest.fixture
async def foreign(empty: Empty, engine: AsyncEngine, policy: Policy) -> AsyncIterator[City]:
    """A city that must speak a dialect in which `jgmc` means another field."""
    await empty("filing")
    dialect = Dialect.from_file(OTHER)
    city = City(engine, policy, dialect=dialect, signer=new_signer(dialect.profile.signature.algorithm))
    yield city
    city.telemetry.shutdown()


@pytest.fixture
async def other() -> OtherSide:
    return OtherSide()


@pytest.fixture
async def pushed(other: OtherSide) -> AsyncIterator[HttpsLine]:
    """A line to a counterpart that answers as it is told."""
    async with served(other.app) as base:
        line = HttpsLine(HttpClient(base))
        yield line
        await line.close()


class Recording:
    """A line that takes everything."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        self.bodies += [message.body for message in messages]
        return [Outcome.CONFIRMED] * len(messages)


def unspeakable() -> Dispatch:
    return Dispatch(code=REPORTED, business_key="备案:1", lane=LANE, payload={"jgmc": "某"})


async def said(city: City) -> list[tuple[str, int]]:
    """Code and number of what leaves now."""
    line = Recording()
    while await city.courier(line).send_batch():
        pass
    letters = [city.dialect.read(body).envelope for body in line.bodies]
    return [(each.code, each.sequence) for each in letters]


async def offered(city: City, line: HttpsLine, times: int) -> None:
    """So many attempts, half a minute between them."""
    for _ in range(times):
        await city.courier(line).send_batch()
        city.clock.advance(seconds=30)


async def states(city: City) -> list[tuple[str, str | None]]:
    return [(each["state"], each["reason_code"]) for each in await city.intents()]


async def test_what_the_dialect_has_no_words_for_is_refused_and_its_lane_waits_for_an_operator(
    foreign: City,
) -> None:
    await foreign.owe(unspeakable())
    assert await said(foreign) == []
    (refused,) = await foreign.intents()
    assert (refused["state"], refused["reason_code"], refused["due_at"]) == ("refused", UNSPEAKABLE, None)
    assert "jgmc" in refused["reason"]
    await foreign.owe(report("备案2号", uscc=LANE), report("备案3号", uscc=a_uscc()))
    assert await said(foreign) == [(REPORTED, 1)]
    await foreign.chaser().measure()
    assert foreign.sample("njt_province_intents_refused") == 1


async def test_it_is_mended_and_leaves_under_its_number(foreign: City) -> None:
    await foreign.owe(unspeakable(), report("备案2号", uscc=LANE))
    await said(foreign)
    (first, second) = await foreign.intents()
    await by_operator(foreign, lambda it: mend(it, first["id"], second["payload"], reason="字段有误"))
    assert await said(foreign) == [(REPORTED, 1)]
    assert (await foreign.intents())[0]["id"] == first["id"]


async def test_it_is_voided_and_the_lane_goes_on(foreign: City) -> None:
    await foreign.owe(unspeakable())
    await said(foreign)
    await foreign.owe(report("备案2号", uscc=LANE))
    refused = (await foreign.intents())[0]
    await by_operator(foreign, lambda it: void(it, refused["id"], reason="另案办理"))
    assert await said(foreign) == [(MessageCode.VOID, 1), (REPORTED, 2)]


async def test_it_is_refused_again_when_it_is_sent_again_as_it_is(foreign: City) -> None:
    await foreign.owe(unspeakable())
    await said(foreign)
    refused = await foreign.intent()
    await by_operator(foreign, lambda it: resend(it, [refused["id"]], reason="再试"))
    assert await said(foreign) == []
    assert await states(foreign) == [("refused", UNSPEAKABLE)]


async def test_the_pause_is_over_when_all_that_can_leave_has_left(foreign: City) -> None:
    await by_operator(foreign, lambda it: pause(it, PROVINCE, reason="省级系统升级"))
    await foreign.owe(unspeakable(), report("备案2号", uscc=LANE), report("备案3号", uscc=a_uscc()))
    foreign.clock.advance(seconds=1)
    await by_operator(foreign, lambda it: resume(it, PROVINCE, rate_per_second=10))
    foreign.clock.advance(seconds=1)
    await said(foreign)
    (row,) = await foreign.rows("SELECT drained, closed_at FROM exchange_pause")
    assert row == {"drained": 2, "closed_at": foreign.clock.now()}


@pytest.mark.parametrize("status", [400, 409, 413, 422])
async def test_what_the_other_interface_declines_every_time_is_refused(
    city: City, other: OtherSide, pushed: HttpsLine, status: int
) -> None:
    other.replies = [Reply(status=status)] * MOST_DECLINED
    await city.owe(dispatch())
    await offered(city, pushed, MOST_DECLINED - 1)
    assert await states(city) == [("owed", None)]
    await offered(city, pushed, 5)
    assert await states(city) == [("refused", DECLINED)]
    assert len(other.pushed) == MOST_DECLINED
    refused = await city.intent()
    await by_operator(city, lambda it: resend(it, [refused["id"]], reason="对方已放宽"))
    await offered(city, pushed, 1)
    assert (await city.intent())["state"] == "delivered"


async def test_what_it_declines_for_a_while_leaves_and_is_counted_anew_afterwards(
    city: City, other: OtherSide, pushed: HttpsLine
) -> None:
    other.replies = [Reply(status=422)] * (MOST_DECLINED - 1)
    await city.owe(dispatch())
    await offered(city, pushed, MOST_DECLINED)
    intent = await city.intent()
    assert (intent["state"], intent["declined"]) == ("delivered", 0)


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 425, 429])
async def test_what_declines_us_or_the_moment_is_an_outage_and_everything_stays_owed(
    city: City, other: OtherSide, pushed: HttpsLine, status: int
) -> None:
    other.replies = [Reply(status=status)] * 20
    await city.owe(dispatch())
    await offered(city, pushed, MOST_DECLINED + 1)
    assert await states(city) == [("owed", None)]


async def test_what_was_turned_away_as_if_nobody_were_there_was_not_declined_in_a_row(
    city: City, other: OtherSide, pushed: HttpsLine
) -> None:
    declined = [Reply(status=422)] * (MOST_DECLINED - 1)
    other.replies = [*declined, Reply(status=404), *declined]
    await city.owe(dispatch())
    await offered(city, pushed, len(other.replies))
    assert await states(city) == [("owed", None)]
    await offered(city, pushed, 1)
    assert await states(city) == [("delivered", None)]


async def test_what_is_turned_away_again_and_again_while_others_pass_is_refused(
    city: City, other: OtherSide, pushed: HttpsLine
) -> None:
    other.blocked = b"filing:blocked"
    await city.owe(dispatch("filing:blocked"), *(dispatch(f"备案:{n}", lane=f"道{n}") for n in range(3)))
    await offered(city, pushed, MOST_DECLINED)
    assert await states(city) == [("refused", DECLINED)] + [("delivered", None)] * 3


async def test_while_it_is_declined_its_pause_closes_in_the_end(
    city: City, other: OtherSide, pushed: HttpsLine
) -> None:
    other.replies = [Reply(status=422)] * MOST_DECLINED
    await by_operator(city, lambda it: pause(it, PROVINCE, reason="省级系统升级"))
    await city.owe(dispatch(), dispatch("备案:2"))
    city.clock.advance(seconds=1)
    await by_operator(city, lambda it: resume(it, PROVINCE, rate_per_second=0.5))
    city.clock.advance(seconds=10)
    await offered(city, pushed, MOST_DECLINED)
    (row,) = await city.rows("SELECT closed_at FROM exchange_pause")
    assert row["closed_at"] is not None
    assert await states(city) == [("refused", DECLINED), ("owed", None)]


async def test_what_no_queue_is_bound_for_stays_owed_however_often_it_is_tried(city: City) -> None:
    city.line.outcomes = {REPORTED: Outcome.UNROUTABLE}
    await city.owe(dispatch())
    for _ in range(2 * MOST_DECLINED):
        assert await city.send() == 0
        city.clock.advance(seconds=30)
    assert await states(city) == [("owed", None)]


async def test_whoever_owes_what_can_never_leave_hears_of_it_as_of_any_refusal(
    foreign: City, other: OtherSide, pushed: HttpsLine
) -> None:
    heard = heard_by(foreign)
    await foreign.owe(unspeakable())
    await said(foreign)
    other.replies = [Reply(status=422)] * MOST_DECLINED
    await foreign.owe(report("备案2号", uscc=a_uscc()))
    await offered(foreign, pushed, MOST_DECLINED + 1)
    assert [(each.ok, each.reason_code) for each in heard] == [(False, UNSPEAKABLE), (False, DECLINED)]
    assert heard[0].business_key == "备案:1"
    assert all(" · " in each.reason for each in heard)


async def test_what_the_line_can_never_carry_is_refused_at_once(city: City) -> None:
    city.line.outcomes = {REPORTED: Outcome.UNFIT}
    await city.owe(dispatch())
    assert await city.send() == 0
    assert await states(city) == [("refused", UNFIT)]


async def test_what_was_concluded_and_is_asked_for_again_stays_concluded(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    done = await city.follow(DONE)
    request = {"lane": done["lane"], "first": 1, "last": 1}
    await city.take(city.province.write(request, code="RESEND_REQUEST", sequence=0, lane=done["lane"]))
    city.line.outcomes = {REPORTED: Outcome.UNFIT}
    await city.send()
    intent = await city.intent()
    assert (intent["state"], intent["reason_code"], intent["due_at"]) == ("done", "", None)


async def test_a_receipt_that_can_never_leave_is_given_up_and_holds_up_nothing(city: City) -> None:
    city.line.outcomes = {MessageCode.RECEIPT: Outcome.UNFIT}
    await city.take(letter := city.province.write())
    assert await city.answer(letter) == []
    assert {each["state"] for each in await city.intents("RECEIPT")} == {"refused"}

"""The courier on a line that may not answer: nothing is lost, nothing is sent again blindly, and nobody is pestered."""

from datetime import timedelta
from typing import Any

from cli.suite.server import served
from shared.contracts.exchange import Fate, KnownMessage, StatusAnswered, StatusQuery
from shared.contracts.province import MessageCode
from shared.http.client import HttpClient
from shared.messaging.bus import Outcome
from shared.province.https_line import HttpsLine
from tests.shared.province.letters import ACCEPTED, DONE, REPORTED, dispatch
from tests.shared.province.other_side import OtherSide, Reply
from tests.shared.province.service import City

LONGEST = timedelta(seconds=30)


async def pauses_of(city: City, attempts: int) -> list[timedelta]:
    """How long each attempt is put off while the line takes nothing."""
    pauses = []
    for _ in range(attempts):
        assert await city.send() == 0
        intent = await city.intent()
        pauses.append(intent["due_at"] - city.clock.now())
        city.clock.at = intent["due_at"]
    return pauses


async def test_what_is_not_taken_is_offered_again_after_growing_pauses(city: City) -> None:
    city.line.outcomes[REPORTED] = Outcome.FAILED
    await city.owe(dispatch())
    pauses = await pauses_of(city, 14)
    assert pauses[0] == timedelta(seconds=1)
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST
    city.line.outcomes.clear()
    assert await city.send() == 1
    assert (await city.intent())["state"] == "delivered"


async def test_what_was_refused_by_the_line_does_not_hold_up_other_lanes(city: City) -> None:
    city.line.outcomes[MessageCode.FILING_REPORTED] = Outcome.UNROUTABLE
    await city.owe(dispatch("备案:1"), dispatch("备案:2", lane="乙"))
    await city.send()
    city.line.outcomes.clear()
    city.clock.advance(seconds=1)
    assert await city.send() == 2


async def unanswered(city: City) -> dict[str, Any]:
    """A message that was handed over and never answered."""
    city.line.outcomes[REPORTED] = Outcome.UNKNOWN
    await city.owe(dispatch())
    assert await city.send() == 0
    city.line.outcomes.clear()
    return await city.intent()


async def asked_after(city: City) -> StatusQuery:
    """The question about it, sent."""
    city.clock.advance(seconds=2)
    assert await city.chaser().ask_fates() == 1
    await city.send()
    (query,) = city.line.letters(MessageCode.STATUS_QUERY)
    return StatusQuery.model_validate(query.payload)


async def test_what_nobody_knows_the_fate_of_is_asked_after_and_not_sent_again(city: City) -> None:
    intent = await unanswered(city)
    assert (intent["state"], intent["due_at"]) == ("delivered", None)
    city.clock.advance(seconds=1)
    assert await city.send() == 0
    query = await asked_after(city)
    assert [each.message_id for each in query.messages] == [intent["id"]]
    assert city.line.letters(REPORTED) == []


async def test_it_is_in_the_exchange_ledger_as_unanswered(city: City) -> None:
    intent = await unanswered(city)
    lines = await city.rows("SELECT message_id, direction, outcome FROM exchange_message")
    assert lines == [{"message_id": intent["id"], "direction": "out", "outcome": "unanswered"}]


async def told_fate(city: City, fate: Fate) -> None:
    """The province answers the question."""
    query = await asked_after(city)
    known = KnownMessage(message_id=query.messages[0].message_id, fate=fate)
    answer = StatusAnswered(query_id=query.query_id, messages=(known,))
    fields = {"code": MessageCode.STATUS_ANSWERED, "lane": "", "sequence": 0, "issued_at": city.clock.now()}
    await city.take(city.province.write(answer, **fields))


async def test_what_arrived_after_all_is_never_sent_again(city: City) -> None:
    await unanswered(city)
    await told_fate(city, Fate.DONE)
    assert (await city.intent())["state"] == "done"
    city.clock.advance(days=1)
    await city.send()
    assert city.line.letters(REPORTED) == []


async def test_what_never_arrived_is_sent_again_under_its_id_and_number(city: City) -> None:
    intent = await unanswered(city)
    await told_fate(city, Fate.UNKNOWN)
    await city.send()
    (letter,) = city.line.letters(REPORTED)
    assert (letter.message_id, letter.sequence) == (intent["id"], intent["sequence"])


async def test_what_stands_outside_the_lanes_is_simply_sent_again(city: City) -> None:
    """Nobody is asked what became of a receipt: the same one may come twice."""
    city.line.outcomes[MessageCode.RECEIPT] = Outcome.UNKNOWN
    letter = city.province.write()
    await city.take(letter)
    assert await city.answer(letter) == []
    city.line.outcomes.clear()
    city.clock.advance(seconds=2)
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_a_server_that_asks_us_to_wait_gets_everything_in_the_end(city: City) -> None:
    """Over a real line: refused for a moment, then taken, each exactly once."""
    other = OtherSide()
    other.replies = [Reply(status=503, headers={"Retry-After": "1"})]
    async with served(other.app) as base:
        line = HttpsLine(HttpClient(base))
        courier = city.courier(line)
        await city.owe(*(dispatch(f"备案:{place}", lane=f"{place}") for place in range(20)))
        taken = await courier.send_batch()
        while taken < 20:
            city.clock.advance(seconds=30)
            taken += await courier.send_batch()
        await line.close()
    bodies = [pushed.body for pushed in other.pushed[1:]]
    assert (len(bodies), len(set(bodies))) == (20, 20)
    assert {each["state"] for each in await city.intents()} == {"delivered"}

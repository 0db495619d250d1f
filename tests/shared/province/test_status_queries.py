"""What became of it? Asked before anything is sent again, and answered whenever the province asks."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.exchange import (
    AskedMessage,
    Fate,
    KnownMessage,
    StatusAnswered,
    StatusQuery,
)
from shared.contracts.province import MessageCode, ProvinceEnvelope
from shared.identity import Scope
from shared.province.operating.tracking import Wanted, list_reports
from tests.shared.province.letters import ACCEPTED, DONE, dispatch, refused, rejected
from tests.shared.province.service import DEADLINES, RECEIPT_DEADLINE, City

QUERY, ANSWERED = MessageCode.STATUS_QUERY, MessageCode.STATUS_ANSWERED
DEADLINE = RECEIPT_DEADLINE.total_seconds()
PAUSE = DEADLINES.first_pause.total_seconds()


@pytest.fixture
async def silent(city: City) -> City:
    """A city that has told the province two things and heard nothing since."""
    await city.owe(dispatch("备案:1"), dispatch("备案:2", lane="乙"))
    await city.send()
    city.clock.advance(seconds=DEADLINE)
    return city


async def asked(city: City) -> StatusQuery:
    """The last query that left."""
    await city.chaser().ask_fates()
    await city.send()
    return StatusQuery.model_validate(city.line.letters(QUERY)[-1].payload)


def answer(city: City, query: StatusQuery, *fates: Fate, **changes: Any) -> ProvinceEnvelope:
    """The province's answer, one fate for each message that was asked about."""
    known = [
        KnownMessage(message_id=each.message_id, fate=fate, **changes)
        for each, fate in zip(query.messages, fates, strict=True)
    ]
    content = StatusAnswered(query_id=query.query_id, messages=tuple(known))
    return city.province.write(content, code=ANSWERED, sequence=0, lane="")


async def states(city: City) -> list[str]:
    return [each["state"] for each in await city.intents()]


async def test_one_query_asks_about_all_that_is_late_by_id_code_and_business_key(silent: City) -> None:
    query = await asked(silent)
    assert query.messages == tuple(
        AskedMessage(message_id=each["id"], code=each["code"], business_key=each["business_key"])
        for each in sorted(await silent.intents(), key=lambda each: each["id"])
    )
    (letter,) = silent.line.letters(QUERY)
    assert (letter.sequence, letter.lane) == (0, "")
    (owed,) = await silent.intents(QUERY)
    assert (owed["state"], owed["due_at"], owed["query_at"]) == ("done", None, None)


async def test_what_is_in_time_is_not_asked_about(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    city.clock.advance(seconds=DEADLINE - 1)
    assert await city.chaser().ask_fates() == 0
    assert await city.intents(QUERY) == []


async def test_what_was_accepted_and_has_no_result_is_asked_about_too(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    await city.follow(ACCEPTED)
    city.clock.advance(seconds=DEADLINE)
    assert await city.chaser().ask_fates() == 1


@pytest.mark.parametrize(
    ("fate", "state"),
    [
        (Fate.DONE, "done"),
        (Fate.REJECTED, "rejected"),
        (Fate.REFUSED, "refused"),
        (Fate.TAKEN, "accepted"),
    ],
)
async def test_the_answer_moves_a_message_as_a_receipt_would_and_nothing_is_sent_again(
    silent: City, fate: Fate, state: str
) -> None:
    await silent.take(answer(silent, await asked(silent), fate, fate, reason_code="PROV-1", reason="因"))
    assert await states(silent) == [state] * 2
    (one, _) = await silent.intents()
    assert (one["reason_code"], one["reason"]) == ("PROV-1", "因")
    assert await silent.send() == 0
    assert [each["attempts"] for each in await silent.intents()] == [1, 1]


async def test_only_what_is_unknown_there_is_sent_again_under_its_id_and_number(silent: City) -> None:
    query = await asked(silent)
    await silent.take(answer(silent, query, Fate.UNKNOWN, Fate.DONE))
    assert await silent.send() == 1
    first, again = [
        letter
        for letter in silent.line.letters("FILING_REPORTED")
        if letter.message_id == query.messages[0].message_id
    ]
    assert again == first
    by_id = {each["id"]: (each["state"], each["attempts"]) for each in await silent.intents()}
    assert by_id == {
        query.messages[0].message_id: ("delivered", 2),
        query.messages[1].message_id: ("done", 1),
    }


async def test_what_was_accepted_and_lost_there_is_sent_again(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    await city.follow(ACCEPTED)
    city.clock.advance(seconds=DEADLINE)
    await city.take(answer(city, await asked(city), Fate.UNKNOWN))
    assert await city.send() == 1
    assert (await city.intent())["state"] == "delivered"


async def test_other_content_under_our_business_key_there_is_a_conflict_and_not_our_success(
    silent: City,
) -> None:
    query = await asked(silent)
    await silent.take(answer(silent, query, Fate.DONE, Fate.DONE, digest="0" * 64))
    assert [(each["state"], each["reason_code"]) for each in await silent.intents()] == [
        ("refused", "CONFLICT")
    ] * 2


async def test_the_same_content_under_our_business_key_there_is_our_success(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    city.clock.advance(seconds=DEADLINE)
    digest = (await city.intent())["digest"].hex()
    await city.take(answer(city, await asked(city), Fate.DONE, digest=digest))
    assert await states(city) == ["done"]


async def test_a_query_without_an_answer_is_repeated_with_growing_pauses_up_to_the_longest(
    silent: City,
) -> None:
    pauses = []
    for _ in range(9):
        assert await silent.chaser().ask_fates() == 2
        (one, _) = await silent.intents()
        pauses.append((one["query_at"] - silent.clock.now()) / DEADLINES.first_pause)
        silent.clock.at = one["query_at"]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    ids = [each["payload"]["query_id"] for each in await silent.intents(QUERY)]
    assert len(set(ids)) == 9


async def test_asked_after_often_enough_it_is_overdue_and_raised_and_still_asked_about(silent: City) -> None:
    for rounds in range(1, 4):
        await measured(silent)
        assert (
            silent.sample("njt_province_intents_owed"),
            silent.sample("njt_province_intents_overdue"),
        ) == (
            2,
            0,
        )
        assert await silent.chaser().ask_fates() == 2
        silent.clock.advance(seconds=PAUSE * 2 ** (rounds - 1))
    await measured(silent)
    assert silent.sample("njt_province_intents_overdue") == 2
    async with silent.works.transaction(Scope.of_service("filing", "look")) as transaction:
        overdue = await list_reports(
            transaction.connection,
            Wanted(overdue=True),
            overdue_after=DEADLINES.overdue_after,
            cursor=None,
            size=9,
        )
    assert {each.business_key: each.queries for each in overdue.items} == {"备案:1": 3, "备案:2": 3}
    assert await silent.chaser().ask_fates() == 2
    await silent.take(answer(silent, await asked(silent), Fate.DONE, Fate.DONE))
    await measured(silent)
    assert silent.sample("njt_province_intents_overdue") == 0


async def measured(city: City) -> None:
    await city.chaser().measure()


async def test_a_chaser_that_runs_asks_by_itself(silent: City) -> None:
    running = asyncio.create_task(silent.chaser(poll_seconds=0.01).run())
    async with asyncio.timeout(20):
        while not await silent.intents(QUERY) or silent.sample("njt_province_intents_owed") != 2:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_chasers_at_once_ask_about_each_message_once(silent: City) -> None:
    counts = await asyncio.gather(*(silent.chaser().ask_fates() for _ in range(3)))
    assert sum(counts) == 2


async def test_more_than_one_query_may_hold_is_asked_in_several(city: City) -> None:
    await city.owe(*(dispatch(f"备案:{place}", lane=f"道{place}") for place in range(501)))
    while await city.send():
        pass
    city.clock.advance(seconds=DEADLINE)
    chaser = city.chaser()
    assert [await chaser.ask_fates() for _ in range(3)] == [500, 1, 0]


async def test_an_answer_to_a_query_nobody_sent_is_refused_and_changes_nothing(silent: City) -> None:
    ids = [each["id"] for each in await silent.intents()]
    forged = StatusQuery(
        query_id=uuid4(),
        messages=tuple(AskedMessage(message_id=it, code="x", business_key="x") for it in ids),
    )
    letter = answer(silent, forged, Fate.DONE, Fate.DONE)
    await silent.take(letter)
    assert await states(silent) == ["delivered"] * 2
    (receipt,) = await silent.answer(letter)
    assert receipt.reason_code == "UNKNOWN"


async def test_a_replayed_answer_takes_nothing_back_that_was_sent_since(silent: City) -> None:
    query = await asked(silent)
    letter = answer(silent, query, Fate.UNKNOWN, Fate.UNKNOWN)
    await silent.take(letter)
    assert await silent.send() == 2
    await silent.take(letter)
    assert await silent.send() == 0
    assert await states(silent) == ["delivered"] * 2


async def test_an_answer_gets_no_receipt_unless_it_is_refused(silent: City) -> None:
    query = await asked(silent)
    await silent.take(answer(silent, query, Fate.DONE, Fate.DONE))
    assert await silent.intents(MessageCode.RECEIPT) == []
    spoilt = silent.province.write({"query_id": str(query.query_id)}, code=ANSWERED, sequence=0, lane="")
    await silent.take(spoilt)
    (receipt,) = await silent.answer(spoilt)
    assert (receipt.ok, receipt.reason_code) == (False, "PAYLOAD")


async def test_a_query_of_ours_that_is_refused_says_so_and_the_message_is_asked_about_again(
    silent: City,
) -> None:
    await asked(silent)
    (query,) = await silent.intents(QUERY)
    await silent.take(silent.province.receipt(query["id"], refused("CODE", "不受理 · not taken")))
    (query,) = await silent.intents(QUERY)
    assert (query["state"], query["reason_code"]) == ("refused", "CODE")
    silent.clock.advance(seconds=PAUSE)
    assert await silent.chaser().ask_fates() == 2


async def test_a_rejection_that_was_asked_for_is_the_last_word(silent: City) -> None:
    query = await asked(silent)
    await silent.take(answer(silent, query, Fate.REJECTED, Fate.REJECTED))
    await silent.take(silent.province.receipt(query.messages[0].message_id, DONE))
    assert await states(silent) == ["rejected"] * 2
    assert rejected().ok is False
    silent.clock.advance(seconds=timedelta(days=1).total_seconds())
    assert await silent.chaser().ask_fates() == 0

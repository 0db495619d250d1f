"""When the handler says no, and when it breaks."""

import pytest
from structlog.testing import capture_logs

from shared.contracts.province import Receipt, Stage
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Stale
from shared.messaging.failures import Gap
from shared.observability import redact
from tests.builders import CITIZEN_ID
from tests.shared.province.letters import ACCEPTED, DONE
from tests.shared.province.service import City

WRITTEN = ("institution", "outbox", "outbox_sequence", "ledger_entry")


class AgainstTheRule(Conflict):
    """规则不允许 · Against the rule."""

    code = "NJT-TST-0042"


async def half_written(city: City) -> list[str]:
    """Which tables hold something that the handler has written."""
    return [table for table in WRITTEN if await city.rows(f"SELECT 1 FROM {table}")]  # noqa: S608 — the names above


@pytest.mark.parametrize("family", [AgainstTheRule, Forbidden, Invalid, NotFound])
async def test_what_a_rule_declines_is_answered_with_its_code_and_leaves_nothing_behind(
    city: City, family: type[Refusal]
) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [family()]
    await city.take(letter)
    assert city.recognized
    assert await half_written(city) == []
    assert await city.held() == []
    assert await city.received() == [("rejected", family.code)]
    assert await city.answer(letter) == [
        ACCEPTED,
        Receipt(stage=Stage.BUSINESS, ok=False, reason_code=family.code, reason=family().title),
    ]


async def test_the_rejection_tells_the_rule_the_case_and_the_clauses(city: City) -> None:
    letter = city.province.write()
    refusal = AgainstTheRule("市属企业", basis=("N2.2", "N2.8"))
    city.troubles[letter.payload["provincial_number"]] = [refusal]
    await city.take(letter)
    _, business = await city.answer(letter)
    assert business.reason == "规则不允许 · Against the rule：市属企业（N2.2、N2.8）"


async def test_a_rejection_never_tells_a_citizens_number_and_is_not_too_long(city: City) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [AgainstTheRule(f"{CITIZEN_ID} " * 100)]
    await city.take(letter)
    _, business = await city.answer(letter)
    (recorded,) = await city.rows("SELECT reason FROM exchange_received")
    assert business.reason == recorded["reason"]
    assert CITIZEN_ID not in business.reason
    assert len(business.reason) == 500
    assert business.reason == redact(business.reason)


async def test_what_was_declined_stays_declined_when_it_is_sent_again(city: City) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [AgainstTheRule()]
    await city.take(letter)
    first = await city.answer(letter)
    await city.take(letter)
    assert await city.answer(letter) == first * 2
    assert len(city.recognized) == 1


async def test_one_that_is_declined_in_a_batch_harms_none_of_the_others(city: City) -> None:
    letters = [city.province.write() for _ in range(5)]
    declined = letters[2].payload["provincial_number"]
    city.troubles[declined] = [AgainstTheRule()]
    await city.take(*letters)
    assert len(city.recognized) == 5
    on_record = await city.on_record()
    assert declined not in on_record
    assert len(on_record) == 4
    assert len(await city.rows("SELECT 1 FROM outbox")) == 4


async def test_a_fault_is_not_answered_as_done_and_is_tried_again(city: City) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [RuntimeError("first"), RuntimeError("second")]
    await city.take(letter)
    (held,) = await city.held()
    assert (held["state"], held["attempts"], held["code"]) == ("waiting", 1, "RuntimeError")
    assert await half_written(city) == []
    assert await city.received() == []
    assert await city.answer(letter) == []
    city.clock.advance(seconds=2)
    assert await city.retry_what_is_due() == 1
    assert [held["attempts"] for held in await city.held()] == [2]
    city.clock.advance(seconds=11)
    assert await city.retry_what_is_due() == 1
    assert await city.held() == []
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_a_fault_in_a_batch_undoes_no_other_message(city: City) -> None:
    letters = [city.province.write() for _ in range(4)]
    faulty = letters[1].payload["provincial_number"]
    city.troubles[faulty] = [RuntimeError("in the batch"), RuntimeError("alone")]
    await city.take(*letters)
    on_record = await city.on_record()
    assert len(on_record) == 3
    assert faulty not in on_record
    for letter in (letters[0], letters[2], letters[3]):
        assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_a_fault_that_stays_is_parked_and_the_province_may_send_the_message_again(city: City) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [RuntimeError(CITIZEN_ID) for _ in range(6)]
    with capture_logs() as logs:
        await city.take(letter)
        for _ in range(6):
            city.clock.advance(hours=2)
            await city.retry_what_is_due()
    (held,) = await city.held()
    assert (held["state"], held["attempts"]) == ("parked", 6)
    assert CITIZEN_ID not in held["reason"]
    assert CITIZEN_ID not in str(logs)
    assert await city.answer(letter) == []
    await city.take(letter)
    assert await city.answer(letter) == [ACCEPTED, DONE]


@pytest.mark.parametrize(
    "trouble",
    [Stale("somebody else was quicker"), Gap("等待备案 · waiting for the filing"), TimeoutError("too long")],
)
async def test_what_may_come_right_by_itself_is_not_declined(city: City, trouble: Exception) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [trouble]
    await city.take(letter)
    assert await city.received() == []
    city.clock.advance(seconds=2)
    await city.retry_what_is_due()
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_a_message_that_came_again_while_it_was_held_is_carried_out_once(city: City) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [RuntimeError("once")]
    await city.take(letter)
    await city.take(letter)
    assert len(await city.on_record()) == 1
    city.clock.advance(seconds=2)
    assert await city.retry_what_is_due() == 1
    assert await city.held() == []
    assert len(await city.on_record()) == 1
    assert await city.received() == [("done", "")]

"""A day's acts held against the province's: what differs is found, explained, mended by two people, and stays mended."""

from datetime import date, datetime, timedelta

import pytest

from shared.clock import SHANGHAI
from shared.province.operating import repairs
from shared.province.reconciling.comparing import Cause, Kind, Repair
from simulator.faults import Faults
from tests.builders import a_uscc, institution_filed
from tests.shared.province.exchange import report, until
from tests.shared.province.letters import DONE, REPORTED, dispatch
from tests.shared.province.reconciling import DAY, ONE, TwoBooks, found

LANE = a_uscc()


async def reported(books: TwoBooks, *numbers: int) -> list[str]:
    """The city reports these in one lane and hears of them; their business keys."""
    dispatches = [report(f"测试备案{number}号", uscc=LANE) for number in numbers]
    await books.city.owe(*dispatches)
    await books.exchange.all_told()
    return [each.business_key for each in dispatches]


async def filed(books: TwoBooks, *, faults: Faults | None = None) -> str:
    """The province tells of another body in the same lane; its business key."""
    payload = institution_filed()
    books.exchange.province.faults = faults or Faults()
    sent = await books.exchange.file(lane=LANE, filed=payload)
    if faults is None:
        assert await books.exchange.conclusion(sent) == DONE
    return payload.provincial_number


async def test_what_is_the_same_on_both_sides_needs_one_question(books: TwoBooks) -> None:
    await reported(books, 1, 2)
    await filed(books)
    done = await books.reconciled()
    assert (done.asked, done.differing, done.ours, done.theirs) == (1, 0, 3, 3)
    assert await found(books.city) == []
    assert await books.exchange.province.reconcile("filing", DAY, timeout=5) == []


async def test_a_day_on_which_nothing_was_told_is_reconciled_too(books: TwoBooks) -> None:
    done = await books.reconciled()
    assert (done.asked, done.differing, done.ours, done.theirs) == (1, 0, 0, 0)


async def test_what_the_province_lost_is_told_again(books: TwoBooks) -> None:
    one, other, _ = await reported(books, 1, 2, 3)
    books.there("DELETE FROM act WHERE business_key IN (?, ?)", one, other)
    assert await books.differ() == [
        (key, Cause.LOST_THERE, Repair.TELL_AGAIN) for key in sorted([one, other])
    ]
    await books.mended()
    assert {key for _, key in books.exchange.province.register} >= {one, other}


async def test_what_the_province_lost_with_its_place_in_the_lane_is_told_again(books: TwoBooks) -> None:
    """It misses the old number then, and finds a message there that says the number is void."""
    one, two, three = await reported(books, 1, 2, 3)
    books.there("DELETE FROM act WHERE business_key IN (?, ?)", two, three)
    books.there("UPDATE lane_in SET last = 1 WHERE lane = ?", LANE)
    await books.differ()
    (first, second) = await found(books.city, state="open")
    assert {first.business_key, second.business_key} == {two, three}
    await books.mended()
    assert {key for code, key in books.exchange.province.register if code == REPORTED} == {one, two, three}


async def test_what_was_carried_out_there_without_a_receipt_is_taken_at_its_word(books: TwoBooks) -> None:
    heard: list[str] = []

    async def conclude(conclusion: object, _: object) -> None:
        heard.append(str(conclusion))

    books.city.adapter.concludes(REPORTED, conclude)
    books.exchange.province.faults = Faults(drop_receipts=1)
    told = report("测试备案1号", uscc=LANE)
    await books.city.owe(told)
    await books.exchange.province.heard(REPORTED)
    assert await books.differ() == [(told.business_key, Cause.NO_RECEIPT, Repair.TAKE_THEIR_WORD)]
    await books.mended()
    assert (await books.city.intent())["state"] == "done"
    assert len(heard) == 1


async def test_what_the_province_told_and_never_came_is_asked_for(books: TwoBooks) -> None:
    key = await filed(books, faults=Faults(drop=1.0))
    taken_for_done(books, key)
    assert await books.differ() == [(key, Cause.NEVER_ARRIVED, Repair.ASK_AGAIN)]
    await books.mended()
    assert await books.city.on_record() != []


async def test_what_was_refused_here_and_is_done_there_is_asked_for(books: TwoBooks) -> None:
    key = await filed(books, faults=Faults(corrupt_signature=True))
    await until(lambda: refused_here(books))
    taken_for_done(books, key)
    assert await books.differ() == [(key, Cause.NOT_TAKEN_HERE, Repair.ASK_AGAIN)]
    await books.mended()
    assert await books.city.on_record() != []


async def test_what_waits_here_for_an_earlier_one_and_is_done_there_is_asked_for_with_it(
    books: TwoBooks,
) -> None:
    lost = await filed(books, faults=Faults(drop=1.0))
    waiting = await filed(books, faults=Faults())
    await until(lambda: held_here(books))
    taken_for_done(books, lost, waiting)
    causes = {key: (cause, repair) for key, cause, repair in await books.differ()}
    assert causes == {
        lost: (Cause.NEVER_ARRIVED, Repair.ASK_AGAIN),
        waiting: (Cause.NOT_TAKEN_HERE, Repair.ASK_AGAIN),
    }
    await books.mended()


async def test_what_the_province_told_is_answered_again_when_it_does_not_know_that_it_was_done(
    books: TwoBooks,
) -> None:
    key = await filed(books)
    books.there("UPDATE sent SET business = NULL, final = NULL WHERE business_key = ?", key)
    assert await books.differ() == [(key, Cause.NOT_ANSWERED, Repair.ANSWER_AGAIN)]
    await books.mended()


async def test_other_content_is_a_conflict_for_people(books: TwoBooks) -> None:
    (told,), heard = await reported(books, 1), await filed(books)
    books.there("UPDATE act SET digest = ?", "0" * 64)
    books.there("UPDATE sent SET digest = ?", "0" * 64)
    assert sorted(await books.differ()) == [
        (told, Cause.CONFLICT, Repair.BY_HAND),
        (heard, Cause.CONFLICT, Repair.BY_HAND),
    ]
    assert {each.kind for each in await found(books.city)} == {Kind.OTHER_CONTENT}


async def test_a_word_about_other_content_is_not_taken(books: TwoBooks) -> None:
    """The province carried out something under our business key, and it is not what we told."""
    books.exchange.province.faults = Faults(drop_receipts=1)
    await books.exchange.report("测试备案1号")
    await books.exchange.province.heard(REPORTED)
    books.there("UPDATE act SET digest = ?", "0" * 64)
    ((_, cause, repair),) = await books.differ()
    assert (cause, repair) == (Cause.CONFLICT, Repair.BY_HAND)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("DELETE FROM exchange_intent WHERE sequence > 0", Cause.NOT_OURS),
        ("UPDATE exchange_intent SET state = 'rejected' WHERE sequence > 0", Cause.REJECTED_THERE),
        ("UPDATE exchange_intent SET state = 'voided' WHERE sequence > 0", Cause.VOIDED_HERE),
    ],
)
async def test_what_we_told_and_is_done_only_there_is_left_to_people(
    books: TwoBooks, change: str, cause: Cause
) -> None:
    (key,) = await reported(books, 1)
    await books.here(change)
    assert await books.differ() == [(key, cause, Repair.BY_HAND)]


async def test_what_was_rejected_here_and_is_done_there_is_left_to_people(books: TwoBooks) -> None:
    key = await filed(books)
    await books.here("UPDATE exchange_received SET state = 'rejected'")
    assert await books.differ() == [(key, Cause.REJECTED_HERE, Repair.BY_HAND)]


@pytest.mark.parametrize(
    ("change", "day"),
    [("UPDATE act SET organ = '320999'", DAY), ("UPDATE act SET day = '2024-03-05'", date(2024, 3, 5))],
)
async def test_what_stands_there_under_another_organ_or_day_is_found_in_both_places(
    books: TwoBooks, change: str, day: date
) -> None:
    (key,) = await reported(books, 1)
    books.there(change)
    assert (key, Cause.LOST_THERE, Repair.TELL_AGAIN) in await books.differ()
    books.city.clock.advance(days=1)
    await books.reconciled(day)
    elsewhere = [each for each in await found(books.city, day=day) if each.kind is Kind.MISSING_HERE]
    assert [(each.cause, each.repair) for each in elsewhere] == [(Cause.ELSEWHERE, Repair.BY_HAND)]


async def test_voids_and_what_was_mended_are_reconciled_as_they_were_told(books: TwoBooks) -> None:
    """What was rejected counts on neither side, what took it up again does, and a VOID is no act."""
    province = books.exchange.province
    province.faults = Faults(reject={REPORTED: "PROV-1"})
    (rejected,) = await reported(books, 1)
    province.faults = Faults()
    await books.city.owe(dispatch("备案:无法读取", lane=LANE))
    await books.exchange.all_told()
    (first, second) = await books.city.intents()
    assert [first["state"], second["state"]] == ["rejected", "refused"]
    async with books.city.works.transaction(ONE) as transaction:
        await repairs.resend(transaction, [first["id"]], reason="对方已更正")
        await repairs.void(transaction, second["id"], reason="另案办理")
    await books.exchange.all_told()
    done = await books.reconciled()
    assert (done.differing, done.ours, done.theirs) == (0, 1, 1)
    books.there("DELETE FROM act WHERE business_key = ?", f"{rejected}~2")
    assert await books.differ() == [(f"{rejected}~2", Cause.LOST_THERE, Repair.TELL_AGAIN)]
    await books.mended()


async def test_an_act_is_of_the_day_on_which_it_was_told_however_late_it_is_done(books: TwoBooks) -> None:
    """Told a moment before midnight in Shanghai, sent and done on the next day."""
    books.city.clock.at = datetime(2024, 3, 4, 23, 59, 59, 999999, tzinfo=SHANGHAI)
    await books.exchange.report("测试备案1号")
    books.city.clock.advance(hours=3)
    await books.exchange.all_told()
    await books.exchange.report("测试备案2号")
    await books.exchange.all_told()
    done = await books.reconciled()
    assert (done.differing, done.ours, done.theirs) == (0, 1, 1)


async def test_a_late_act_is_no_difference_and_is_found_when_its_day_is_reconciled_again(
    books: TwoBooks,
) -> None:
    assert (await books.reconciled()).ours == 0
    books.city.clock.at -= timedelta(days=1)
    await books.exchange.report("测试备案1号")
    books.city.clock.advance(days=1, hours=1)
    await books.exchange.all_told()
    done = await books.reconciled()
    assert (done.differing, done.ours, done.theirs) == (0, 1, 1)


def taken_for_done(books: TwoBooks, *keys: str) -> None:
    """The province takes some answer of another for ours."""
    for key in keys:
        done = [DONE.model_dump_json()] * 2
        books.there("UPDATE sent SET business = ?, final = ? WHERE business_key = ?", *done, key)
    books.exchange.province.faults = Faults()


async def refused_here(books: TwoBooks) -> bool:
    return ("refused", "SIGNATURE") in await books.city.received()


async def held_here(books: TwoBooks) -> bool:
    return await books.city.held() != []

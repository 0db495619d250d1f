"""Both registers are compared by totals, then by parts, then act by act; in either direction."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import uuid4

import pytest

from shared.contracts.exchange import ActOnRecord, Bucket, Reconcile, Reconciled, Teller, Total, Voided
from shared.contracts.province import MessageCode, ProvinceEnvelope, payload_digest
from simulator.counterpart import Counterpart
from simulator.faults import Faults
from tests.simulator.city import USCC, City, account_opened, institution_filed

OPENED, FILED = MessageCode.ACCOUNT_OPENED, MessageCode.INSTITUTION_FILED
RECONCILE, RECONCILED = MessageCode.RECONCILE, MessageCode.RECONCILED
DAY = date(2026, 3, 2)
OURS = Bucket(teller=Teller.CITY, code=OPENED, organ="320105")
THEIRS = Bucket(teller=Teller.PROVINCE, code=FILED, organ="320105")


def act(envelope: ProvinceEnvelope) -> ActOnRecord:
    return ActOnRecord(
        business_key=envelope.business_key,
        digest=payload_digest(envelope.payload).hex(),
        lane=envelope.lane,
        sequence=envelope.sequence,
    )


def total(bucket: Bucket, acts: Sequence[ActOnRecord], part: str = "") -> Total:
    """Worked out here once more, by the words of the contract."""
    lines = b"".join(sorted(f"{it.business_key}\t{it.digest}\n".encode() for it in acts))
    return Total(bucket=bucket, part=part, count=len(acts), digest=sha256(lines).hexdigest())


def place(business_key: str) -> str:
    return sha256(business_key.encode()).hexdigest()


async def ask(city: City, *, bucket: Bucket | None = None, prefix: str = "", day: date = DAY) -> Reconciled:
    question = Reconcile(reconciliation_id=uuid4(), day=day, bucket=bucket, prefix=prefix, totals=())
    envelope = await city.say(RECONCILE, question)
    await city.until(lambda: bool(city.answers(envelope)))
    [answer] = city.answers(envelope)
    assert (answer.code, answer.sequence) == (RECONCILED, 0)
    told = Reconciled.model_validate(answer.payload)
    asked = question.reconciliation_id, day, bucket, prefix
    assert (told.reconciliation_id, told.day, told.bucket, told.prefix) == asked
    return told


async def test_a_days_totals_are_of_what_either_told_the_other_and_was_carried_out(
    city: City, province: Counterpart
) -> None:
    told = [city.envelope(account_opened()) for _ in range(3)]
    for each in told:
        await city.tell(each)
    other_organ = city.envelope(account_opened("320115"))
    await city.tell(other_organ)
    await city.tell(city.envelope(account_opened(), receiver="310000"))
    sent = await province.send("filing", FILED, business_key="甲", lane=USCC, payload=institution_filed())
    await province.concluded(sent)
    answer = await ask(city)
    assert answer.acts is None
    assert set(answer.totals) == {
        total(OURS, [act(it) for it in told]),
        total(OURS.model_copy(update={"organ": "320115"}), [act(other_organ)]),
        total(THEIRS, [act(province.sent[sent].envelope)]),
    }


async def test_what_is_rejected_or_voided_or_not_concluded_is_in_no_total(
    city: City, province: Counterpart
) -> None:
    void = Voided(message_id=uuid4(), code=OPENED)
    await city.tell(city.envelope(void, code=MessageCode.VOID))
    province.faults = Faults(reject={OPENED: "PROV-0042"})
    await city.tell(city.envelope(account_opened()))
    city.answer = lambda _: ()
    await province.send("filing", FILED, business_key="甲", lane=USCC, payload=institution_filed())
    assert (await ask(city)).totals == ()


async def test_the_day_is_that_of_shanghai_on_which_the_message_was_issued(
    city: City, province: Counterpart
) -> None:
    late = city.envelope(account_opened(), issued_at=datetime(2026, 3, 1, 16, 30, tzinfo=UTC))
    early = city.envelope(account_opened(), issued_at=datetime(2026, 3, 1, 15, 30, tzinfo=UTC))
    for each in (late, early):
        await city.tell(each)
    assert (await ask(city)).totals == (total(OURS, [act(late)]),)
    assert (await ask(city, day=date(2026, 3, 1))).totals == (total(OURS, [act(early)]),)
    assert len(province.register) == 2


async def test_few_acts_of_a_bucket_are_told_one_by_one(city: City, province: Counterpart) -> None:
    told = [city.envelope(account_opened()) for _ in range(5)]
    for each in told:
        await city.tell(each)
    expected = sorted((act(it) for it in told), key=lambda it: it.business_key)
    assert (await ask(city, bucket=OURS)).acts == tuple(expected)
    digit = place(expected[0].business_key)[:2]
    some = [it for it in expected if place(it.business_key).startswith(digit)]
    assert (await ask(city, bucket=OURS, prefix=digit)).acts == tuple(some)
    assert (await ask(city, bucket=THEIRS)).acts == ()
    assert len(province.register) == 5


async def test_many_acts_are_told_by_parts(city: City, province: Counterpart) -> None:
    told = [city.envelope(account_opened()) for _ in range(1001)]
    for each in told:
        await city.put(each.model_dump_json().encode())
    acts = [act(it) for it in told]
    answer = await ask(city, bucket=OURS)
    assert answer.acts is None
    digits = sorted({place(it.business_key)[0] for it in acts})
    assert answer.totals == tuple(
        total(OURS, [it for it in acts if place(it.business_key)[0] == digit], digit) for digit in digits
    )
    within = await ask(city, bucket=OURS, prefix=digits[0])
    assert {it.business_key for it in within.acts or ()} == {
        it.business_key for it in acts if place(it.business_key)[0] == digits[0]
    }
    assert len(province.register) == 1001


class Answering:
    """Has the city answer what the province asks about its books, from acts that the test names."""

    def __init__(self, city: City, acts: Sequence[ActOnRecord], *, few: int = 1000) -> None:
        self._city = city
        self._acts = list(acts)
        self._few = few
        self.questions: list[Reconcile] = []

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._work())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _work(self) -> None:
        while True:
            envelope = (await self._city.told(RECONCILE, len(self.questions) + 1))[len(self.questions)]
            question = Reconcile.model_validate(envelope.payload)
            self.questions.append(question)
            await self._city.say(RECONCILED, self.answer(question), in_reply_to=envelope.message_id)

    def answer(self, question: Reconcile) -> Reconciled:
        fields = question.model_dump(exclude={"totals"})
        if question.bucket is None:
            totals = (total(OURS, self._acts),) if self._acts else ()
            return Reconciled(**fields, totals=totals)
        acts = [it for it in self._acts if place(it.business_key).startswith(question.prefix)]
        if len(acts) <= self._few:
            return Reconciled(**fields, totals=(), acts=tuple(acts))
        digits = sorted({place(it.business_key)[len(question.prefix)] for it in acts})
        parts = tuple(self._part(acts, question.prefix, digit) for digit in digits)
        return Reconciled(**fields, totals=parts)

    def _part(self, acts: Sequence[ActOnRecord], prefix: str, digit: str) -> Total:
        of_part = [it for it in acts if place(it.business_key).startswith(prefix + digit)]
        return total(OURS, of_part, digit)


async def test_books_that_are_equal_need_one_question(city: City, province: Counterpart) -> None:
    told = [city.envelope(account_opened()) for _ in range(3)]
    for each in told:
        await city.tell(each)
    answering = Answering(city, [act(it) for it in told])
    async with answering.at_work():
        assert await province.reconcile("filing", DAY, timeout=5) == []
    assert [it.totals for it in answering.questions] == [(total(OURS, [act(it) for it in told]),)]


@pytest.mark.parametrize("few", [1000, 2, 1])
async def test_what_differs_is_found_down_to_the_act(city: City, province: Counterpart, few: int) -> None:
    told = [city.envelope(account_opened(), business_key=f"account:{number}") for number in range(4)]
    for each in told:
        await city.tell(each)
    changed = act(told[0]).model_copy(update={"digest": "0" * 64})
    unheard_of = ActOnRecord(business_key="account:9", digest="1" * 64)
    answering = Answering(city, [changed, act(told[2]), act(told[3]), unheard_of], few=few)
    async with answering.at_work():
        differences = await province.reconcile("filing", DAY, timeout=5)
    found = {(it.bucket, it.business_key, it.ours, it.theirs) for it in differences}
    assert found == {
        (OURS, "account:0", act(told[0]).digest, "0" * 64),
        (OURS, "account:1", act(told[1]).digest, None),
        (OURS, "account:9", None, "1" * 64),
    }
    assert len(differences) == 3


async def test_a_city_that_does_not_answer_is_not_waited_for_without_end(
    city: City, province: Counterpart
) -> None:
    with pytest.raises(TimeoutError):
        await province.reconcile("filing", DAY, timeout=0.05)
    [envelope] = await city.told(RECONCILE)
    late = Answering(city, []).answer(Reconcile.model_validate(envelope.payload))
    await city.say(RECONCILED, late, in_reply_to=envelope.message_id)
    assert province.refused == []

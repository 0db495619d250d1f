"""What was told and taken before the exchange was whole is still the same act, and differs from nothing."""

import asyncio
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from cli.suite.database import SuiteDatabase, drop_database, provide_database
from cli.suite.home import Home
from shared.contracts.exchange import (
    ActOnRecord,
    AskedMessage,
    Bucket,
    KnownMessage,
    Reconcile,
    Reconciled,
    StatusAnswered,
    StatusQuery,
    Teller,
    Total,
)
from shared.contracts.province import MessageCode, ProvinceEnvelope, canonical, payload_digest
from shared.persistence import migrations
from shared.persistence.engine import create_engine
from shared.policy import Policy
from shared.province.reconciling.comparing import digest_of
from tests.databases import connected
from tests.shared.province.letters import ACCEPTED, DONE, FILED, REPORTED, START, Province, dispatch
from tests.shared.province.reconciling import DAY, begun, found
from tests.shared.province.service import City

TOLD: list[dict[str, Any]] = [
    {"name": f"测试{n}公司", "reason": None, "sites": [{"code": None}]} for n in range(250)
]
PLAIN = {"name": "没有空值"}
BEFORE_TOLD = "INSERT INTO exchange_intent (id, code, business_key, lane, sequence, payload, digest, state, attempts, at)"
BEFORE_CAME = "INSERT INTO exchange_received (entry, message_id, code, business_key, digest, state, reason_code, reason, at)"
PROVINCE = Province()


def with_nulls(payload: dict[str, Any]) -> bytes:
    """The digest as it was taken before."""
    return sha256(canonical(payload)).digest()


@pytest.fixture(scope="module")
async def database(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    name = f"njt_upgraded_{os.getpid()}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await asyncio.to_thread(migrations.migrate, "filing", database.owners["filing"], to="0002")
    yield database
    await drop_database(postgres_url, name)


@pytest.fixture(scope="module")
async def letter(database: SuiteDatabase) -> ProvinceEnvelope:
    """One act that the province told before, among others that it was told; then everything is upgraded."""
    letter = PROVINCE.write(lane="甲")
    assert with_nulls(letter.payload) != payload_digest(letter.payload)
    url = database.owners["filing"]
    async with connected(url, "filing") as owner:
        for number, payload in enumerate([*TOLD, PLAIN], 1):
            content = canonical(payload)
            told = (
                f"备案:{number}",
                "甲",
                number,
                content.decode(),
                sha256(content).digest(),
                "done",
                1,
                START,
            )
            await owner.execute(
                f"{BEFORE_TOLD} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", uuid4(), REPORTED, *told
            )
        taken = (
            letter.message_id,
            FILED,
            letter.business_key,
            with_nulls(letter.payload),
            "done",
            "",
            "",
            START,
        )
        await owner.execute(f"{BEFORE_CAME} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", uuid4(), *taken)
    await asyncio.to_thread(migrations.migrate, "filing", url)
    return letter


@pytest.fixture
async def upgraded(database: SuiteDatabase, letter: ProvinceEnvelope, policy: Policy) -> AsyncIterator[City]:
    assert letter.code == FILED
    engine = create_engine(database.services["filing"], schema="filing")
    city = City(engine, policy)
    city.province = PROVINCE
    city.consumer = city.ear()
    yield city
    city.telemetry.shutdown()
    await engine.dispose()


async def test_what_was_told_before_has_the_digest_that_it_would_have_now(upgraded: City) -> None:
    rows = await upgraded.intents(REPORTED)
    assert len(rows) == len(TOLD) + 1
    assert all(each["digest"] == payload_digest(each["payload"]) for each in rows)


async def test_what_was_told_before_and_is_owed_once_more_is_the_same_act(upgraded: City) -> None:
    before = await upgraded.intents()
    await upgraded.owe(dispatch("备案:1", **TOLD[0]), dispatch("备案:251", **PLAIN))
    assert await upgraded.intents() == before


async def told_of(city: City, letter: ProvinceEnvelope) -> KnownMessage:
    """What the province is told when it asks what became of this."""
    asked = AskedMessage(message_id=letter.message_id, code=letter.code, business_key=letter.business_key)
    query = StatusQuery(query_id=uuid4(), messages=(asked,))
    await city.take(PROVINCE.write(query, code=MessageCode.STATUS_QUERY, sequence=0, lane=""))
    await city.send()
    *_, answer = city.line.letters(MessageCode.STATUS_ANSWERED)
    (known,) = StatusAnswered.model_validate(answer.payload).messages
    return known


async def test_the_province_is_told_no_digest_that_it_could_not_compare(
    upgraded: City, letter: ProvinceEnvelope
) -> None:
    known = await told_of(upgraded, letter)
    assert (known.fate, known.digest) == ("done", None)


async def answered(city: City, key: UUID, question: ProvinceEnvelope, **told: Any) -> None:
    told = {"totals": ()} | told
    content = Reconciled(reconciliation_id=key, day=DAY, **told)
    await city.take(
        PROVINCE.write(
            content,
            code=MessageCode.RECONCILED,
            sequence=0,
            lane="",
            business_key=question.business_key,
            in_reply_to=question.message_id,
            issued_at=city.clock.now(),
        )
    )


async def test_a_reconciliation_shows_no_conflict_of_what_was_taken_before_but_what_is_missing(
    upgraded: City, letter: ProvinceEnvelope
) -> None:
    """Their digests are without nulls; one act of that day never came here."""
    bucket = Bucket(teller=Teller.PROVINCE, code=FILED, organ=letter.payload["organ"])
    ours = [
        (each["business_key"], payload_digest(each["payload"])) for each in await upgraded.intents(REPORTED)
    ]
    told = [ActOnRecord(business_key=key, digest=digest.hex()) for key, digest in ours]
    theirs = [
        ActOnRecord(business_key=key, digest=payload_digest(letter.payload).hex())
        for key in (letter.business_key, "苏:未到")
    ]
    upgraded.clock.advance(days=1)
    key = (await begun(upgraded)).id
    await upgraded.send()
    (question,) = upgraded.line.letters(MessageCode.RECONCILE)
    city_told = Bucket(teller=Teller.CITY, code=REPORTED)
    totals = tuple(
        Total(bucket=each, count=len(acts), digest=digest_of(acts))
        for each, acts in ((bucket, theirs), (city_told, told))
    )
    await answered(upgraded, key, question, totals=totals)
    upgraded.clock.advance(seconds=1)
    await upgraded.send()
    *_, narrower = upgraded.line.letters(MessageCode.RECONCILE)
    assert len(upgraded.line.letters(MessageCode.RECONCILE)) == 2
    await answered(upgraded, key, narrower, bucket=bucket, acts=tuple(theirs))
    assert [(each.business_key, each.cause) for each in await found(upgraded)] == [
        ("苏:未到", "never_arrived")
    ]


async def test_another_message_about_the_act_tells_nothing_of_when_it_was_issued(
    upgraded: City, letter: ProvinceEnvelope
) -> None:
    await upgraded.rows("DELETE FROM inbox_position RETURNING 1")
    await upgraded.take(PROVINCE.sign(letter.model_copy(update={"message_id": uuid4()})))
    assert (await told_of(upgraded, letter)).digest is None
    await upgraded.take(letter)
    assert (await told_of(upgraded, letter)).digest == payload_digest(letter.payload).hex()


async def test_a_copy_of_what_was_taken_before_is_answered_as_it_was(
    upgraded: City, letter: ProvinceEnvelope
) -> None:
    await upgraded.rows("DELETE FROM inbox_position RETURNING 1")
    copy = PROVINCE.sign(letter.model_copy(update={"message_id": uuid4()}))
    await upgraded.take(letter, copy)
    for each in (letter, copy):
        assert await upgraded.answer(each) == [ACCEPTED, DONE]
    assert upgraded.recognized == []
    other = letter.model_copy(
        update={"payload": letter.payload | {"name": "测试乙公司"}, "message_id": uuid4()}
    )
    await upgraded.take(PROVINCE.sign(other))
    assert [each.reason_code for each in await upgraded.answer(other)] == ["CONFLICT"]


async def test_once_a_copy_came_the_province_is_told_its_digest_and_finds_it_among_the_acts_of_its_day(
    upgraded: City, letter: ProvinceEnvelope
) -> None:
    await upgraded.take(letter)
    assert (await told_of(upgraded, letter)).digest == payload_digest(letter.payload).hex()
    question = Reconcile(reconciliation_id=uuid4(), day=DAY, totals=())
    await upgraded.take(PROVINCE.write(question, code=MessageCode.RECONCILE, sequence=0, lane=""))
    await upgraded.send()
    *_, reply = upgraded.line.letters(MessageCode.RECONCILED)
    bucket = Bucket(teller=Teller.PROVINCE, code=FILED, organ=letter.payload["organ"])
    (total,) = [each for each in Reconciled.model_validate(reply.payload).totals if each.bucket == bucket]
    act = ActOnRecord(business_key=letter.business_key, digest=payload_digest(letter.payload).hex())
    assert (total.count, total.digest) == (1, digest_of([act]))

"""The exchange ledger: every message in and out, found by the numbers in it, chained, and closed to anybody's hand."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cli.suite.database import SuiteDatabase
from shared.contracts.province import InstitutionFiled
from shared.ledger import BrokenLedger, seal, verify
from shared.messaging.bus import Outcome
from shared.messaging.consumer import Incoming
from shared.privacy import FieldCipher, Undecipherable
from shared.province.journal import EXCHANGE, Entered, search
from tests.builders import institution_filed
from tests.shared.province.certificates import Office, tells_of_the_holder
from tests.shared.province.letters import DONE, FILED, PROVINCE, REPORTED, TRACE, TRACE_ID, dispatch
from tests.shared.province.service import City

CIPHER = FieldCipher(keys={"k": b"k" * 32}, current="k", index_key=b"i" * 32)


async def entered(city: City, **asked: Any) -> list[Entered]:
    """What the ledger holds, oldest first."""
    async with city.engine.connect() as connection:
        return (await search(connection, **asked))[::-1]


async def body(city: City, place: int) -> bytes | None:
    async with city.engine.connect() as connection:
        return await city.journal.read(connection, place)


def outcomes(found: list[Entered]) -> list[tuple[str, str | None, str, str]]:
    return [(each.direction, each.code, each.outcome, each.reason_code) for each in found]


async def test_a_message_and_its_receipts_are_entered_as_they_crossed(city: City) -> None:
    letter = city.province.write()
    await city.take(letter)
    await city.send()
    found = await entered(city)
    assert outcomes(found) == [
        ("in", FILED, "done", ""),
        ("out", "RECEIPT", "sent", ""),
        ("out", "RECEIPT", "sent", ""),
    ]
    came, *went = found
    assert (came.message_id, came.lane, came.sequence, came.counterpart, came.transport) == (
        letter.message_id,
        letter.lane,
        1,
        PROVINCE,
        "amqp",
    )
    assert await body(city, came.place) == letter.model_dump_json().encode()
    assert [await body(city, each.place) for each in went] == [each.body for each in city.line.taken]
    assert {each.in_reply_to for each in went} == {letter.message_id}


async def test_what_was_sent_twice_crossed_twice(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    request = {"lane": "甲", "first": 1, "last": 1}
    await city.take(city.province.write(request, code="RESEND_REQUEST", sequence=0, lane="甲"))
    await city.send()
    assert outcomes(await entered(city)) == [
        ("out", REPORTED, "sent", ""),
        ("in", "RESEND_REQUEST", "done", ""),
        ("out", REPORTED, "sent", ""),
    ]


async def test_what_was_refused_rejected_or_came_before_says_so(city: City) -> None:
    letter = city.province.write(lane="甲")
    await city.take(letter)
    await city.take(letter)
    await city.take(city.province.write(InstitutionFiled.model_validate(letter.payload), lane="甲"))
    await city.take(city.province.write(schema_version="99"))
    await city.take(city.province.receipt(uuid4(), DONE))
    assert [each[2:] for each in outcomes(await entered(city))] == [
        ("done", ""),
        ("duplicate", ""),
        ("rejected", "NJT-FIL-1010"),
        ("refused", "VERSION"),
        ("refused", "UNKNOWN"),
    ]


async def test_what_waits_crossed_once_and_what_became_of_it_is_a_line_without_its_content(
    city: City,
) -> None:
    first, second = [city.province.write(lane="甲") for _ in range(2)]
    await city.take(second)
    await city.take(first)
    await city.retry_what_is_due()
    waited, _, became = await entered(city)
    assert outcomes([waited, became]) == [
        ("in", FILED, "waiting", "NJT-MSG-1002"),
        ("in", FILED, "done", ""),
    ]
    assert (became.transport, became.sha256) == ("held", waited.sha256)
    assert await body(city, waited.place) == second.model_dump_json().encode()
    assert await body(city, became.place) is None


@pytest.mark.parametrize("raw", [b"", b"\xff\0", b'{"code": "X"}'])
async def test_what_cannot_be_read_is_entered_as_it_is(city: City, raw: bytes) -> None:
    await city.consumer.process([Incoming(body=raw, transport="https")])
    (found,) = await entered(city)
    assert (found.outcome, found.transport, found.message_id, found.code) == ("parked", "https", None, None)
    assert await body(city, found.place) == raw


async def test_what_is_rolled_back_is_entered_as_held_and_nothing_else(city: City) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [RuntimeError("once")]
    await city.take(letter)
    assert outcomes(await entered(city)) == [("in", FILED, "waiting", "RuntimeError")]


async def test_what_the_line_did_not_take_did_not_cross(city: City) -> None:
    async def breaks(messages: object) -> list[Outcome]:
        raise RuntimeError(messages)

    city.line.publish = breaks  # type: ignore[method-assign]  # a line that breaks
    await city.owe(dispatch())
    with pytest.raises(RuntimeError):
        await city.send()
    assert await entered(city) == []


async def test_a_message_is_found_by_any_number_in_it(city: City) -> None:
    filed = institution_filed(station_codes=("S000032000777",))
    letter = city.province.write(filed, business_key="苏备:1")
    await city.take(letter, traceparent=TRACE)
    await city.take(city.province.write())
    for ref in (
        filed.provincial_number,
        filed.uscc,
        filed.station_codes[0],
        "苏备:1",
        letter.lane,
        TRACE[TRACE_ID],
    ):
        (found,) = await entered(city, ref=ref)
        assert found.message_id == letter.message_id
    assert await entered(city, ref="没有") == []


async def test_a_message_id_finds_what_answered_it_and_the_trace_goes_through(city: City) -> None:
    letter = city.province.write()
    await city.take(letter, traceparent=TRACE)
    await city.take(city.province.write())
    await city.send()
    found = await entered(city, message_id=letter.message_id)
    assert [each.direction for each in found] == ["in", "out", "out"]
    assert {each.trace_id for each in found} == {TRACE[TRACE_ID]}


async def test_a_search_goes_on_where_the_last_one_ended(city: City) -> None:
    for _ in range(5):
        await city.take(city.province.write(lane="甲"))
    async with city.engine.connect() as connection:
        newest = await search(connection, ref="甲", most=2)
        older = await search(connection, ref="甲", before=newest[-1].place, most=9)
    assert [each.sequence for each in newest + older] == [5, 4, 3, 2, 1]


async def test_with_a_cipher_the_content_is_sealed_and_comes_back(city: City) -> None:
    city.journal._cipher = CIPHER  # noqa: SLF001 — as a service with keys has it
    letter = city.province.write()
    await city.take(letter)
    ((kept,),) = [tuple(each.values()) for each in await city.rows("SELECT body FROM exchange_message")]
    assert letter.business_key.encode() not in kept
    (found,) = await entered(city)
    assert await body(city, found.place) == letter.model_dump_json().encode()


async def test_certificates_are_found_by_their_numbers_and_tell_nobody_whose_they_are(office: Office) -> None:
    await office.hear_of_the_institution()
    letter = office.issue()
    await office.take(letter)
    (certificate,) = letter.payload["certificates"]
    async with office.runtime.engine.connect() as connection:
        (found,) = await search(connection, ref=certificate["number"])
    assert found.message_id == letter.message_id
    assert certificate["uscc"] in found.refs
    assert not tells_of_the_holder(str(found.refs))
    assert not tells_of_the_holder(await office.everything_kept())


async def sealed(city: City) -> int:
    async with city.engine.connect() as connection, connection.begin():
        return await seal(connection, chain=EXCHANGE)


async def verified(city: City) -> int:
    async with city.engine.connect() as connection:
        return (await verify(connection, chain=EXCHANGE)).links


async def owner_does(database: SuiteDatabase, statement: str) -> None:
    owner = await asyncpg.connect(database.owners["filing"])
    await owner.execute(statement)
    await owner.close()


async def test_the_chain_links_what_crossed_and_holds(city: City) -> None:
    assert (await sealed(city), await verified(city)) == (0, 0)
    await city.take(city.province.write(), city.province.write(schema_version="99"))
    await city.consumer.process([Incoming(body=b"?")])
    assert (await sealed(city), await sealed(city), await verified(city)) == (3, 0, 3)
    async with city.engine.connect() as connection:
        assert (await verify(connection)).links == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE filing.exchange_message SET outcome = 'rejected'",
        "UPDATE filing.exchange_message SET body = decode('00', 'hex')",
        "UPDATE filing.exchange_message SET sha256 = decode('00', 'hex')",
        "UPDATE filing.exchange_message SET refs = refs || ARRAY['别的']",
        "UPDATE filing.exchange_message SET counterpart = '别处'",
        "DELETE FROM filing.exchange_message",
        "DELETE FROM filing.exchange_link",
    ],
)
async def test_whoever_alters_what_crossed_breaks_the_chain(
    city: City, exchange_database: SuiteDatabase, change: str
) -> None:
    await city.take(city.province.write())
    await sealed(city)
    await owner_does(exchange_database, change)
    with pytest.raises(BrokenLedger):
        await verified(city)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE exchange_message SET outcome = 'done'",
        "DELETE FROM exchange_message",
        "UPDATE exchange_link SET digest = decode('00', 'hex')",
        "DELETE FROM exchange_link",
    ],
)
async def test_the_service_itself_can_only_add(city: City, change: str) -> None:
    await city.take(city.province.write())
    with pytest.raises(DBAPIError, match="permission denied"):
        async with city.engine.connect() as connection, connection.begin():
            await connection.execute(text(change))


async def test_content_that_was_altered_is_not_given_out(
    city: City, exchange_database: SuiteDatabase
) -> None:
    await city.take(city.province.write())
    (found,) = await entered(city)
    await owner_does(exchange_database, "UPDATE filing.exchange_message SET body = decode('00', 'hex')")
    with pytest.raises(Undecipherable):
        await body(city, found.place)
    assert await body(city, found.place + 1) is None
    assert isinstance(found.message_id, UUID)

"""What a service keeps of messages is sealed, whoever wrote them; what it kept before it had keys is still read."""

from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import LargeBinary, bindparam, text

from cli.suite.database import SERVICES, SuiteDatabase
from cli.suite.home import Home, Plan
from cli.suite.roster import entry
from shared.messaging.consumer import Incoming
from shared.privacy import Undecipherable
from shared.province.batches.records import Batches
from shared.province.journal import Journal
from shared.service.sealing import cipher_of
from shared.settings import Profile, Settings
from tests.interfaces import Interfaces
from tests.shared.province.letters import dispatch
from tests.shared.service.carrying import export, file_of
from tests.shared.service.desk import WHY, Desk

STRAY = "误投的名单：测试员甲 320102199001010000".encode()


@pytest.fixture
def plan(home: Home) -> Plan:
    """Leads to no database; nothing is asked of it here."""
    urls = dict.fromkeys(SERVICES, "postgresql+asyncpg://nobody@127.0.0.1:1/none")
    return Plan(
        home=home,
        database=SuiteDatabase(owners=urls, services=urls),
        bases=dict.fromkeys(SERVICES, "http://127.0.0.1:1"),
        profile=Profile.TEST,
    )


def without_keys(plan: Plan, service: str, profile: Profile) -> Settings:
    return plan.settings(service).model_copy(update={"privacy": None, "profile": profile})


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_of_a_suite_seals(desk_suite: Interfaces, service: str) -> None:
    assert desk_suite.suite.runtimes[service].cipher is not None


@pytest.mark.parametrize("profile", [Profile.STAGING, Profile.PRODUCTION])
@pytest.mark.parametrize("service", SERVICES)
def test_no_service_starts_in_earnest_without_keys(plan: Plan, service: str, profile: Profile) -> None:
    with pytest.raises(ValueError, match="NJT_PRIVACY__KEYS_FILE"):
        entry(service).create_runtime(without_keys(plan, service, profile))


def test_elsewhere_it_may_have_none(plan: Plan) -> None:
    assert cipher_of("filing", without_keys(plan, "filing", Profile.LOCAL)) is None


async def test_what_a_stranger_wrote_is_nowhere_to_be_read(desk: Desk) -> None:
    await desk.worker.exchange.process([Incoming(body=STRAY)])
    (held,) = await desk.rows("SELECT body, sealed FROM held_message")
    (line,) = await desk.rows("SELECT place, body FROM exchange_message")
    assert held["sealed"]
    assert STRAY not in held["body"]
    assert STRAY not in line["body"]
    shown = await desk.seen(f"/messages/{line['place']}", reason=WHY)
    assert shown["raw"] == STRAY.decode()


async def test_what_was_held_before_there_were_keys_is_carried_out_and_given_up_like_any_other(
    desk: Desk,
) -> None:
    letter = desk.province.write(sequence=2)
    await desk.take(letter)
    await desk.worker.exchange.process([Incoming(body=STRAY)])
    for body, state in ((letter.model_dump_json().encode(), "waiting"), (STRAY, "parked")):
        plain = text("UPDATE held_message SET body = :body, sealed = false WHERE state = :state")
        async with desk.runtime.engine.begin() as connection:
            kept = plain.bindparams(bindparam("body", type_=LargeBinary))
            await connection.execute(kept, {"body": body, "state": state})
    (parked,) = (await desk.seen("/parked"))["items"]
    await desk.acted(f"/parked/{parked['id']}/discard")
    await desk.take(desk.province.write(lane=letter.lane, sequence=1))
    desk.forward(hours=1)
    await desk.retry()
    assert await desk.rows("SELECT 1 FROM held_message") == []


async def test_what_was_entered_before_there_were_keys_is_still_read_and_nothing_else(desk: Desk) -> None:
    """The ledger is only added to: a line that was entered plain stays so."""
    journal = Journal(desk.runtime.cipher)
    enter = text("""
        INSERT INTO exchange_message (at, direction, transport, counterpart, outcome, reason_code, refs, body, sha256)
        VALUES (:at, 'in', 'amqp', '', 'parked', '', '{}', :body, :sha256) RETURNING place
    """).bindparams(bindparam("body", type_=LargeBinary), bindparam("sha256", type_=LargeBinary))
    async with desk.runtime.engine.connect() as connection, connection.begin():
        at = desk.clock.now()
        for digest, known in ((sha256(STRAY).digest(), True), (b"another", False)):
            values = {"at": at, "body": STRAY, "sha256": digest}
            place = (await connection.execute(enter, values)).scalar_one()
            if known:
                assert await journal.read(connection, place) == STRAY
            else:
                with pytest.raises(Undecipherable):
                    await journal.read(connection, place)


async def test_a_file_is_kept_sealed_and_one_from_before_is_still_had(desk: Desk) -> None:
    await desk.owe(dispatch(name="测试甲公司"))
    made = await export(desk)
    content = await file_of(desk, made)
    (row,) = await desk.rows("SELECT content FROM exchange_batch")
    assert not row["content"].startswith(b"PK")
    plain = text("UPDATE exchange_batch SET content = :content").bindparams(
        bindparam("content", type_=LargeBinary)
    )
    async with desk.runtime.engine.begin() as connection:
        await connection.execute(plain, {"content": content})
    assert await file_of(desk, made) == content
    async with desk.runtime.engine.connect() as connection:
        await connection.execute(plain, {"content": uuid4().bytes})
        with pytest.raises(Undecipherable):
            await Batches(connection, desk.runtime.cipher).content(made["id"])

"""A province that is started again goes on where it stopped: its lanes, its answers, its records, its key."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from cli.suite.province_line import ProvinceLine
from shared.contracts.exchange import StatusQuery
from shared.contracts.province import MessageCode
from shared.contracts.queries import CertificateRevoked
from shared.messaging.memory import MemoryBus
from simulator.chasing import Habits
from simulator.counterpart import Counterpart
from simulator.faults import Faults
from simulator.keys import PeerKeys, ProvinceKey
from simulator.memory import MemoryLine
from simulator.store import Store, StoreError
from tests.simulator.city import ACCEPTED, BUSINESS_OK, USCC, City, Now, account_opened, institution_filed
from tests.simulator.test_records import BATCH, INSURED, ISSUED, NUMBER, REVOKED

FILED, OPENED = MessageCode.INSTITUTION_FILED, MessageCode.ACCOUNT_OPENED


class Province:
    """A program that is started and stopped, with its key and its file."""

    def __init__(self, bus: MemoryBus, city: City, file: Path) -> None:
        self._bus = bus
        self._city = city
        self._file = file
        self._key = ProvinceKey.new()
        self.announced: dict[str, str] = {}

    @asynccontextmanager
    async def started(self, faults: Faults | None = None) -> AsyncIterator[Counterpart]:
        store = Store(self._file)
        counterpart = Counterpart(
            self._key,
            PeerKeys(self._city.signer.public()),
            MemoryLine(ProvinceLine(self._bus)),
            Now(),
            faults=faults,
            store=store,
            habits=Habits(receipt_seconds=0.1, gap_seconds=0.1),
            announce=self.announced.update,
        )
        async with counterpart.running():
            yield counterpart
        store.close()


@pytest.fixture
def program(bus: MemoryBus, city: City, tmp_path: Path) -> Province:
    return Province(bus, city, tmp_path / "province.db")


async def send(province: Counterpart, key: str) -> None:
    sent = await province.send("filing", FILED, business_key=key, lane=USCC, payload=institution_filed())
    assert await province.concluded(sent) == BUSINESS_OK


async def test_its_lanes_go_on(program: Province, city: City) -> None:
    async with program.started() as province:
        await send(province, "甲")
    async with program.started() as province:
        await send(province, "乙")
        await send(province, "甲")
        assert len(province.sent) == 3
    assert [it.sequence for it in city.messages(FILED)] == [1, 2, 1]


async def test_what_it_took_before_it_answers_alike(program: Province, city: City) -> None:
    told = city.envelope(account_opened())
    declined = city.envelope(account_opened())
    async with program.started() as province:
        await city.tell(told)
        province.faults = Faults(reject={OPENED: "PROV-0042"})
        rejected = await city.tell(declined)
    async with program.started() as province:
        assert await city.tell(told) == list(ACCEPTED)
        assert await city.tell(declined) == rejected
        assert list(province.register) == [(OPENED, told.business_key)]
        assert (await province.heard(OPENED, timeout=1)).envelope == told
        following = city.envelope(account_opened(), lane=told.lane, sequence=2)
        assert await city.tell(following) == list(ACCEPTED)


async def test_what_it_held_is_carried_out_when_its_turn_comes(program: Province, city: City) -> None:
    first = city.envelope(account_opened())
    early = city.envelope(account_opened(), lane=first.lane, sequence=2)
    async with program.started():
        await city.put(early.model_dump_json().encode())
    async with program.started():
        await city.tell(first)
        await city.until(lambda: city.receipts(early) == list(ACCEPTED))


async def test_what_was_not_concluded_is_asked_after(program: Province, city: City) -> None:
    city.answer = lambda _: ()
    async with program.started() as province:
        sent = await province.send("filing", FILED, business_key="甲", lane=USCC, payload=institution_filed())
    asked_before = len(city.messages(MessageCode.STATUS_QUERY))
    async with program.started() as province:
        queries = await city.told(MessageCode.STATUS_QUERY, asked_before + 1)
        query = StatusQuery.model_validate(queries[-1].payload)
        assert [it.message_id for it in query.messages] == [sent]
        await city.say(MessageCode.RECEIPT, BUSINESS_OK, in_reply_to=sent)
        assert await province.concluded(sent) == BUSINESS_OK


async def test_its_records_are_kept(program: Province) -> None:
    async with program.started() as province:
        for each in (
            BATCH,
            INSURED,
            CertificateRevoked(number=REVOKED, uscc=USCC, revoked_on=date(2024, 5, 6)),
        ):
            province.records.learn(each)
    async with program.started() as province:
        assert dict(province.records.certificates) == {str(NUMBER): ISSUED}
        assert dict(province.records.revoked) == {str(REVOKED): date(2024, 5, 6)}
        assert province.records.facts(str(NUMBER)) == [INSURED]
        del province.records.revoked[str(REVOKED)]
        assert len(province.records.revoked) == 0


async def test_a_key_that_it_rotated_to_is_kept(program: Province, city: City) -> None:
    async with program.started(Faults(rotate_after=1)) as province:
        await send(province, "甲")
        await send(province, "乙")
    async with program.started() as province:
        await send(province, "丙")
    first, second, third = (it.key_id for it in city.messages(FILED))
    assert (first != second, second, list(program.announced)) == (True, third, [second])


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("测试" * 1000, encoding="utf-8")
    with pytest.raises(StoreError, match="not a store of the simulator"):
        Store(tmp_path / "letter.txt")


def test_a_store_of_a_later_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "province.db").close()
    with sqlite3.connect(tmp_path / "province.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="unknown version"):
        Store(tmp_path / "province.db")


def test_a_transaction_is_kept_whole_or_not_at_all() -> None:
    store = Store()
    row = (str(uuid4()), "2026-03-02")

    def revoke_and_fail() -> None:
        with store.transaction(), store.transaction():
            store.db.execute("INSERT INTO revocation VALUES (?, ?)", row)
            raise ValueError("测试 · on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        revoke_and_fail()
    with store.transaction():
        assert store.db.execute("SELECT * FROM revocation").fetchall() == []
        store.db.execute("INSERT INTO revocation VALUES (?, ?)", row)
    assert [tuple(each) for each in store.db.execute("SELECT * FROM revocation")] == [row]


def test_nobody_else_on_the_machine_reads_what_crossed(tmp_path: Path) -> None:
    file = tmp_path / "province.db"
    file.touch(mode=0o644)
    with Store(file).transaction():
        assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}


def test_a_store_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "nowhere" / "province.db")

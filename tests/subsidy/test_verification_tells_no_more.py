"""网络核验: valid, revoked or not found, for the right number and name together; nothing else, in whatever way asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from shared.contracts.province import MessageCode
from shared.contracts.queries import CertificateRevoked
from tests.subsidy.registry import Registry

PATH = "/v1/public/certificate-verifications"


async def known(registry: Registry, serial: int, **changes: Any) -> dict[str, Any]:
    """A certificate that the province stands by."""
    row = registry.row(serial, **changes)
    await registry.name(row)
    registry.known_to_the_province(registry.issued(row))
    await registry.answer_certificates()
    return row


async def revoked(registry: Registry, serial: int) -> dict[str, Any]:
    row = await known(registry, serial)
    notice = CertificateRevoked(
        number=row["number"], uscc=registry.uscc, revoked_on=date(2024, 5, 6), reason="成绩造假"
    )
    await registry.send(MessageCode.CERTIFICATE_REVOKED, notice)
    return row


async def test_n1_4_one_word_is_told_and_only_to_who_knows_number_and_name(registry: Registry) -> None:
    good, gone, unsure = await known(registry, 1), await revoked(registry, 2), registry.row(3)
    await registry.name(unsure)
    asked = {
        "valid": [(good["number"], good["holder_name"])],
        "revoked": [(gone["number"], gone["holder_name"])],
        "not_found": [
            (good["number"], "测试员乙"),
            (gone["number"], "测试员乙"),
            (unsure["number"], unsure["holder_name"]),
            (unsure["number"], "测试员乙"),
            (str(registry.number(99)), good["holder_name"]),
            (good["number"][:-1], good["holder_name"]),
            (good["number"], good["holder_name"][:2]),
            (good["number"], "%"),
            ("%", "%"),
        ],
    }
    for word, questions in asked.items():
        for number, name in questions:
            answer = await registry.ask_publicly(number, name)
            assert (answer.status_code, answer.json()) == (200, {"result": word})


@contextmanager
def statements(registry: Registry) -> Iterator[list[str]]:
    """What the database is asked meanwhile, without the values."""
    engine = registry.interfaces.suite.runtimes["subsidy"].engine.sync_engine
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


async def test_whatever_is_asked_the_database_does_the_same(registry: Registry) -> None:
    good, gone = await known(registry, 1), await revoked(registry, 2)
    done = []
    for number, name in (
        (good["number"], good["holder_name"]),
        (good["number"], "测试员乙"),
        (gone["number"], gone["holder_name"]),
        (str(registry.number(99)), "测试员乙"),
        ("不是编号", "测试员乙"),
    ):
        with statements(registry) as heard:
            await registry.verify(number, name)
        done.append(heard)
    assert done[0]
    assert all(each == done[0] for each in done)
    assert not any(word in statement for statement in done[0] for word in ("INSERT", "UPDATE", "DELETE"))


@pytest.mark.parametrize("body", [{"number": "", "name": "x"}, {"number": "x" * 100, "name": "x"}, {}])
async def test_a_question_that_is_none_is_refused_without_a_look_at_the_register(
    registry: Registry, body: dict[str, str]
) -> None:
    with statements(registry) as heard:
        answer = await registry.client.post(PATH, json=body)
    assert (answer.status_code, heard) == (422, [])


async def test_neither_name_nor_number_is_asked_in_an_address_that_logs_keep(registry: Registry) -> None:
    good = await known(registry, 1)
    question = {"number": good["number"], "name": good["holder_name"]}
    answer = await registry.client.get(PATH, params=question)
    assert answer.status_code == 405


async def test_claiming_other_addresses_is_still_asking_from_one(registry: Registry) -> None:
    asked = [
        await registry.ask_publicly(
            "不是编号", "测试员甲", address="198.51.100.77", claimed=f"192.0.2.{place}"
        )
        for place in range(14)
    ]
    assert [each.status_code for each in asked].count(429) >= 3
    other = await registry.ask_publicly("不是编号", "测试员甲", address="198.51.100.78")
    assert other.status_code == 200

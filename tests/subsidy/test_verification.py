"""Certificates that institutions named are verified with the province; the public is told one word about each."""

from datetime import date
from typing import Any

import pytest

from services.subsidy.domain.certificate import Verification
from shared.contracts.province import (
    CertificatesIssued,
    MessageCode,
)
from shared.contracts.queries import (
    CertificateRevoked,
    CertificatesAnswered,
    RegisteredCertificate,
    RegisterState,
    sealed_for,
)
from shared.values import OccupationCode
from tests.provincial import receipts
from tests.subsidy.builders import lathe
from tests.subsidy.registry import Registry, a_person


async def test_what_the_province_knows_just_so_is_verified(registry: Registry) -> None:
    row = registry.row(1)
    await registry.name(row)
    registry.known_to_the_province(registry.issued(row))
    queries = await registry.answer_certificates()
    assert row["number"] in {str(number) for query in queries for number in query.numbers}
    kept = await registry.read(row["number"])
    assert (kept["state"], kept["differs"]) == ("verified", [])


async def test_a_query_holds_numbers_and_nothing_personal(registry: Registry) -> None:
    row = registry.row(1, holder_name="测试员丙丁")
    await registry.name(row)
    registry.known_to_the_province(registry.issued(row))
    queries = await registry.answer_certificates()
    told = "".join(query.model_dump_json() for query in queries)
    answers = [registry.records.answer(query) for query in queries]
    told += "".join(each[1].model_dump_json() for each in answers if each)
    assert row["number"] in told
    assert row["holder_id"] not in told
    assert row["holder_name"] not in told


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"holder_name": "测试员戊"}, ["holder_name"]),
        ({"holder_id": a_person()}, ["holder_id"]),
        ({"issued_on": date(2024, 3, 5)}, ["issued_on"]),
        (
            {"occupation": lathe(4).model_copy(update={"occupation": OccupationCode("6-18-02-04")})},
            ["occupation"],
        ),
    ],
)
async def test_what_differs_is_named_by_its_field_and_nothing_else(
    registry: Registry, changes: dict[str, Any], differs: list[str]
) -> None:
    row = registry.row(1)
    await registry.name(row)
    registry.known_to_the_province(registry.issued(row).model_copy(update=changes))
    await registry.answer_certificates()
    kept = await registry.read(row["number"])
    assert (kept["state"], kept["differs"]) == ("differs", differs)
    assert await registry.verify(row["number"], row["holder_name"]) == Verification.NOT_FOUND


async def test_what_the_province_does_not_know_is_asked_again_another_day(registry: Registry) -> None:
    row = registry.row(1)
    await registry.name(row)
    assert await registry.answer_certificates()
    assert (await registry.read(row["number"]))["state"] == "unknown"
    asked = await registry.answer_certificates()
    assert row["number"] not in {str(number) for query in asked for number in query.numbers}


async def test_a_batch_of_the_province_confirms_what_a_roster_named(registry: Registry) -> None:
    row = registry.row(1)
    await registry.name(row)
    batch = CertificatesIssued(batch="测试批次", certificates=(registry.issued(row, holder_name="测试员己"),))
    message = await registry.send(MessageCode.CERTIFICATES_ISSUED, batch)
    answers = await receipts(registry.interfaces, "subsidy", message)
    assert [each["ok"] for each in answers] == [True, True]
    kept = await registry.read(row["number"])
    assert (kept["state"], kept["origin"]) == ("verified", "roster")
    assert await registry.verify(row["number"], "测试员己") == Verification.VALID


async def test_a_revoked_certificate_is_announced_once_and_stays_revoked(registry: Registry) -> None:
    row = registry.row(1)
    await registry.name(row)
    registry.known_to_the_province(registry.issued(row))
    await registry.answer_certificates()
    notice = CertificateRevoked(
        number=row["number"], uscc=registry.uscc, revoked_on=date(2024, 5, 6), reason="成绩造假"
    )
    registry.records.learn(notice)
    for _ in range(2):
        await registry.send(MessageCode.CERTIFICATE_REVOKED, notice)
    kept = await registry.read(row["number"])
    assert (kept["state"], kept["revoked_on"]) == ("revoked", "2024-05-06")
    assert await registry.verify(row["number"], row["holder_name"]) == Verification.REVOKED
    announced = await registry.announced("subsidy.certificate-revoked.v1", kept["id"])
    assert [(each["number"], each["reason"]) for each in announced] == [(row["number"], "成绩造假")]


async def test_a_query_that_finds_it_revoked_is_the_same_as_being_told_so(registry: Registry) -> None:
    row = registry.row(1)
    await registry.name(row)
    registry.records.learn(
        CertificateRevoked(number=row["number"], uscc=registry.uscc, revoked_on=date(2024, 5, 6))
    )
    await registry.answer_certificates()
    kept = await registry.read(row["number"])
    assert (kept["state"], kept["revoked_on"]) == ("revoked", "2024-05-06")
    assert len(await registry.announced("subsidy.certificate-revoked.v1", kept["id"])) == 1


async def test_a_revocation_of_what_is_not_on_record_is_rejected(registry: Registry) -> None:
    notice = CertificateRevoked(number=registry.number(77), uscc=registry.uscc, revoked_on=date(2024, 5, 6))
    message = await registry.send(MessageCode.CERTIFICATE_REVOKED, notice)
    answers = await receipts(registry.interfaces, "subsidy", message)
    assert [(each["ok"], each["reason_code"]) for each in answers] == [(True, ""), (False, "NJT-SUB-1002")]


async def test_an_answer_made_without_the_querys_key_matches_nobody(registry: Registry) -> None:
    row = registry.row(1)
    await registry.name(row)
    await registry.do("ask-certificates")
    await registry.asked(MessageCode.CERTIFICATE_QUERY)
    forged = RegisteredCertificate(
        number=row["number"],
        state=RegisterState.VALID,
        holder_name=sealed_for("00" * 32, row["holder_name"]),
        holder_id=sealed_for("00" * 32, row["holder_id"]),
    )
    answer = CertificatesAnswered(query_id=registry.key, certificates=(forged,))
    await registry.send(MessageCode.CERTIFICATES_ANSWERED, answer)
    assert (await registry.read(row["number"]))["differs"] == ["holder_name", "holder_id"]


async def verified(registry: Registry, **changes: Any) -> dict[str, Any]:
    row = registry.row(1, **changes)
    await registry.name(row)
    registry.known_to_the_province(registry.issued(row))
    await registry.answer_certificates()
    return row


async def test_the_public_is_told_valid_only_for_the_right_name(registry: Registry) -> None:
    row = await verified(registry, holder_name="阿依古丽·测试")
    assert await registry.verify(row["number"], "阿依古丽·测试") == Verification.VALID
    assert await registry.verify(f" {row['number'].lower()} ", " 阿依古丽·测试 ") == Verification.VALID
    for number, name in (
        (row["number"], "测试员甲"),
        (row["number"], "阿"),
        (str(registry.number(9)), "阿依古丽·测试"),
        ("不是编号", "阿依古丽·测试"),
        ("Y0000", "x"),
    ):
        assert await registry.verify(number, name) == Verification.NOT_FOUND


async def test_wrong_name_and_unknown_number_are_one_answer(registry: Registry) -> None:
    row = await verified(registry)
    asked = (
        (row["number"], "测试员庚"),
        (str(registry.number(9)), row["holder_name"]),
        ("Y", "x"),
    )
    answers = [await registry.ask_publicly(number, name) for number, name in asked]
    assert len({(each.status_code, each.content, tuple(sorted(each.headers))) for each in answers}) == 1


async def test_a_wrong_name_and_an_unknown_number_cost_the_same_work(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await verified(registry)
    runtime = registry.interfaces.suite.runtimes["subsidy"]
    done: list[str] = []
    cipher = runtime.cipher
    assert cipher is not None
    for name in ("encrypt", "decrypt", "blind_index"):
        real = getattr(type(cipher), name)

        def counted(self: Any, *given: Any, _real: Any = real, _name: str = name, **named: Any) -> Any:
            done.append(_name)
            return _real(self, *given, **named)

        monkeypatch.setattr(type(cipher), name, counted)
    costs = []
    for number, name in ((row["number"], "测试员庚"), (str(registry.number(9)), "测试员庚"), ("x", "y")):
        done.clear()
        await registry.verify(number, name)
        costs.append(list(done))
    assert costs[0]
    assert costs[0] == costs[1] == costs[2]


async def test_what_is_not_verified_is_not_vouched_for(registry: Registry) -> None:
    row = registry.row(1)
    await registry.name(row)
    assert await registry.verify(row["number"], row["holder_name"]) == Verification.NOT_FOUND


async def test_who_asks_too_often_is_told_to_wait(registry: Registry) -> None:
    answers = [await registry.ask_publicly("不是编号", "测试员甲", address="198.51.100.7") for _ in range(12)]
    assert [each.status_code for each in answers[:10]] == [200] * 10
    refused = [each for each in answers if each.status_code == 429]
    assert {each.json()["code"] for each in refused} == {"NJT-GEN-0429"}
    assert "Retry-After" in refused[0].headers

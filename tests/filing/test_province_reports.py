"""What the province is told of every change, what its answer settles, and what is sent again."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from services.filing.domain.obligation import Obligation, ObligationKind, ObligationState
from services.filing.handlers.reporting import report_key
from services.filing.province import province
from shared.contracts.filing import InstitutionRenewed
from shared.contracts.province import (
    FilingReport,
    MessageCode,
    Receipt,
    Stage,
)
from shared.persistence.security import enter_everywhere
from tests.builders import CITY, institution_filed
from tests.filing.provincework import Exchange
from tests.filing.recordwork import Record, on_record
from tests.filing.works import EVERYTHING
from tests.interfaces import Interfaces
from tests.provincial import Owed, owed, send

WHY = {"reason": "整改逾期"}


async def reported(record: Record) -> list[tuple[Owed, FilingReport]]:
    found = await owed(record.interfaces, "filing", record.institution.uscc)
    return [(each, FilingReport.model_validate(each.payload)) for each in found]


async def test_n3_7_every_later_change_is_reported_once_with_its_action_and_revision(
    interfaces: Interfaces,
) -> None:
    record = await on_record(interfaces)
    await record.done("suspension", WHY)
    await record.done("resumption", {})
    await record.done("revocation", WHY)
    told = await reported(record)
    number = record.institution.number
    assert [each.business_key for each, _ in told] == [
        f"filing:{number}:2:suspended",
        f"filing:{number}:3:resumed",
        f"filing:{number}:4:ended",
    ]
    assert [(each.action, each.revision, each.standing, each.reason) for _, each in told] == [
        ("suspended", 2, "suspended", "整改逾期"),
        ("resumed", 3, "active", ""),
        ("ended", 4, "revoked", "整改逾期"),
    ]
    view = await record.read()
    assert [(each["kind"], each["subject"]) for each in view["obligations"]] == [
        ("tell_province", each.business_key) for each, _ in told
    ]


async def answer(interfaces: Interfaces, business_key: str, receipt: Receipt) -> None:
    """The province's receipt for a report of ours."""
    async with interfaces.suite.runtimes["filing"].engine.connect() as connection:
        await enter_everywhere(connection)
        found = await connection.execute(
            text("SELECT id FROM exchange_intent WHERE business_key = :key AND code = 'FILING_REPORTED'"),
            {"key": business_key},
        )
        intent: UUID = found.scalar_one()
    place = {"in_reply_to": intent, "sequence": 0, "business_key": business_key}
    await send(interfaces, "filing", MessageCode.RECEIPT, receipt, **place)


def concluded(*, ok: bool, stage: Stage = Stage.BUSINESS) -> Receipt:
    told = {} if ok else {"reason_code": "PROV-0042", "reason": "机构名称与登记不符"}
    return Receipt(stage=stage, ok=ok, **told)


async def debt(record: Record) -> Obligation:
    async with record.interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        owing: list[Obligation] = await work.obligations.of_institution(record.institution.id)
    (found,) = owing
    assert found.kind is ObligationKind.TELL_PROVINCE
    return found


async def test_the_provinces_answer_settles_what_was_owed(interfaces: Interfaces) -> None:
    record = await on_record(interfaces)
    await record.done("suspension", WHY)
    key = f"filing:{record.institution.number}:2:suspended"
    await answer(interfaces, key, concluded(ok=True, stage=Stage.TECHNICAL))
    assert (await debt(record)).state is ObligationState.OPEN
    for _ in range(2):
        await answer(interfaces, key, concluded(ok=True))
    settled = await debt(record)
    assert (settled.state, settled.settled_by, settled.version) == (ObligationState.DONE, "province", 2)
    async with interfaces.suite.runtimes["filing"].engine.connect() as connection:
        acts = await connection.execute(
            text("SELECT act FROM ledger_entry WHERE subject_id = :key ORDER BY id"), {"key": settled.id}
        )
        assert list(acts.scalars()) == ["suspend_institution", "province.FILING_REPORTED"]


async def retry(record: Record, debt: Obligation, *, organ: str | None = None) -> tuple[int, dict[str, Any]]:
    who = record.officer(organ or record.institution.organ)
    answered = await record.interfaces.filing.post(
        f"/v1/obligations/{debt.id}/retry", headers=who | {"If-Match": f'"{debt.version}"'}
    )
    return answered.status_code, answered.json()


async def test_a_rejected_report_is_sent_again_as_the_record_stands_now_under_a_new_key(
    interfaces: Interfaces,
) -> None:
    record = await on_record(interfaces)
    await record.done("suspension", WHY)
    key = f"filing:{record.institution.number}:2:suspended"
    status, problem = await retry(record, await debt(record))
    assert (status, problem["code"]) == (409, "NJT-FIL-1112")
    await answer(interfaces, key, concluded(ok=False))
    failed = await debt(record)
    assert (failed.state, failed.attempts, failed.problem) == (
        ObligationState.OPEN,
        1,
        "PROV-0042 机构名称与登记不符",
    )
    status, _ = await retry(record, failed, organ=CITY)
    assert status == 403
    status, view = await retry(record, failed)
    assert (status, view["subject"], view["problem"]) == (200, f"{key}:r1", "")
    (_, first), (again, second) = await reported(record)
    assert again.business_key == f"{key}:r1"
    assert second == first
    await answer(interfaces, again.business_key, concluded(ok=False))
    assert (await retry(record, await debt(record)))[1]["subject"] == f"{key}:r2"
    await answer(interfaces, f"{key}:r2", concluded(ok=True))
    assert (await debt(record)).state is ObligationState.DONE
    assert (await retry(record, await debt(record)))[1]["code"] == "NJT-FIL-1024"


async def test_only_reports_are_sent_again(interfaces: Interfaces) -> None:
    exchange = Exchange(interfaces, institution_filed())
    assert (await exchange.tell())[0]
    institution = await exchange.institution()
    record = Record(interfaces, institution)
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        owing = await work.obligations.of_institution(institution.id)
    connect = next(each for each in owing if each.kind is ObligationKind.CONNECT)
    status, problem = await retry(record, connect)
    assert (status, problem["code"]) == (409, "NJT-FIL-1111")
    view = await record.read()
    assert {each["kind"] for each in view["obligations"]} == {
        "open_account",
        "connect",
        "invite_operator",
    }


def test_a_number_too_long_for_a_business_key_is_digested() -> None:
    long = report_key("长" * 200, revision=12, action="suspended")
    assert len(long) <= 120
    assert long != report_key("长" * 199 + "号", revision=12, action="suspended")


def test_a_fact_from_before_there_was_a_record_is_told_to_nobody() -> None:
    event = InstitutionRenewed(
        institution_id=uuid4(), organ="320115", basis=(), valid_until=date(2030, 1, 1), revision=2
    )
    assert province.dispatch(event) is None

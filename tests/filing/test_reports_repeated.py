"""A rejected report is told again by one desk only: the officer's who owes it, or the one that looks after the exchange."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from services.filing.domain.obligation import Obligation, ObligationState
from shared.contracts.province import Stage
from shared.identity import Permission, Scope
from shared.messaging.bus import Message, Outcome
from shared.service.correspondence import Correspondence
from tests.builders import CITY
from tests.filing.recordwork import Record, on_record
from tests.filing.test_province_reports import WHY, answer, concluded, debt, retry
from tests.interfaces import Interfaces
from tests.provincial import owed

REJECTED = concluded(ok=False)
REFUSED = concluded(ok=False, stage=Stage.TECHNICAL)


@pytest.fixture
async def record(interfaces: Interfaces) -> Record:
    """An institution whose suspension the province is told of."""
    record = await on_record(interfaces)
    await record.done("suspension", WHY)
    return record


def key_of(record: Record) -> str:
    return f"filing:{record.institution.number}:2:suspended"


async def keys(record: Record) -> list[str]:
    """What the province is told, as far as this goes."""
    told = await owed(record.interfaces, "filing", record.institution.uscc)
    return [each.business_key.removeprefix(key_of(record)) for each in told]


class Workbench:
    """The operators of the exchange at work on one institution's reports."""

    def __init__(self, record: Record) -> None:
        self._client = record.interfaces.filing
        self._lane = record.institution.uscc
        granted = Permission.READ_EXCHANGE, Permission.OPERATE_EXCHANGE
        self._who = record.interfaces.bearer(*granted, organ=CITY, subject="测试员甲")

    async def reports(self) -> dict[str, dict[str, Any]]:
        """The lane's messages by business key."""
        found = await self._client.get("/v1/exchange/intents", params={"lane": self._lane}, headers=self._who)
        return {each["business_key"]: each for each in found.json()["items"]}

    async def act(self, act: str, key: str) -> tuple[int, str]:
        """Resend or void one; the status, and the code of the refusal."""
        body = {"ids": [(await self.reports())[key]["id"]], "reason": "对方已恢复"}
        done = await self._client.post(f"/v1/exchange/intents/{act}", json=body, headers=self._who)
        return done.status_code, "" if done.is_success else done.json()["code"]

    async def mend(self, key: str) -> int:
        """Tell one again with another name."""
        body = {"changes": [{"field": "name", "to": "更名后的测试公司"}], "reason": "名称有误"}
        path = f"/v1/exchange/intents/{(await self.reports())[key]['id']}/mend"
        return (await self._client.post(path, json=body, headers=self._who)).status_code

    async def mend_all(self) -> tuple[int, int]:
        """Try a patch on one rejected for this cause; the status, and how many it told again."""
        body = {
            "code": "FILING_REPORTED",
            "reason_code": REJECTED.reason_code,
            "changes": [{"field": "name", "to": "更名后的测试公司"}],
            "how": "one",
            "reason": "名称有误",
        }
        done = await self._client.post("/v1/exchange/rejections/mend", json=body, headers=self._who)
        return done.status_code, done.json().get("mended", 0)


class TooNarrow:
    """A line that can never carry one message, and is away for the others."""

    def __init__(self, message_id: str) -> None:
        self._never = message_id

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        return [Outcome.UNFIT if each.id == self._never else Outcome.FAILED for each in messages]


async def never_carried(record: Record, message_id: str) -> None:
    """The courier offers it, before everything else that is due, to a line that cannot carry it."""
    runtime = record.interfaces.suite.runtimes["filing"]
    async with runtime.works.transaction(Scope.of_service("filing", "hurry")) as transaction:
        first = "UPDATE exchange_intent SET due_at = 'epoch' WHERE id = CAST(:id AS uuid)"
        await transaction.connection.execute(text(first), {"id": message_id})
    assert await Correspondence(runtime).courier(TooNarrow(message_id)).send_batch() == 0


async def seen(record: Record) -> tuple[ObligationState, str]:
    found: Obligation = await debt(record)
    return found.state, found.problem


async def test_what_the_workbench_told_again_is_not_repeated_by_the_officer(record: Record) -> None:
    await answer(record.interfaces, key_of(record), REJECTED)
    assert await Workbench(record).act("resend", key_of(record)) == (200, "")
    assert await seen(record) == (ObligationState.OPEN, "")
    status, problem = await retry(record, await debt(record))
    assert (status, problem["code"]) == (409, "NJT-FIL-1112")
    assert await keys(record) == ["", "~2"]
    await answer(record.interfaces, f"{key_of(record)}~2", concluded(ok=True))
    assert (await debt(record)).state is ObligationState.DONE


@pytest.mark.parametrize("all_of_its_cause", [False, True])
async def test_what_the_workbench_mended_is_not_repeated_by_the_officer(
    record: Record, *, all_of_its_cause: bool
) -> None:
    await answer(record.interfaces, key_of(record), REJECTED)
    desk = Workbench(record)
    done = await desk.mend_all() if all_of_its_cause else (await desk.mend(key_of(record)), 1)
    assert done == (200, 1)
    assert (await retry(record, await debt(record)))[1]["code"] == "NJT-FIL-1112"
    assert await keys(record) == ["", "~2"]


async def test_what_the_officer_repeated_is_not_told_again_by_the_workbench(record: Record) -> None:
    await answer(record.interfaces, key_of(record), REJECTED)
    assert (await retry(record, await debt(record)))[0] == 200
    desk = Workbench(record)
    assert await desk.act("resend", key_of(record)) == (409, "NJT-EXC-1011")
    assert (await desk.mend_all())[0] == 404, "nothing of this cause is left"
    assert await keys(record) == ["", ":r1"]
    reports = await desk.reports()
    assert reports[f"{key_of(record)}:r1"]["mends"] == reports[key_of(record)]["id"]


async def test_of_two_desks_that_tell_it_at_once_one_does(record: Record) -> None:
    await answer(record.interfaces, key_of(record), REJECTED)
    owing, desk = await debt(record), Workbench(record)
    await asyncio.gather(retry(record, owing), desk.act("resend", key_of(record)))
    assert len(await keys(record)) == 2


async def test_the_two_desks_may_take_turns(record: Record) -> None:
    """Each takes up what was told last, whoever told it."""
    desk, key = Workbench(record), key_of(record)
    await answer(record.interfaces, key, REJECTED)
    await desk.act("resend", key)
    await answer(record.interfaces, f"{key}~2", REJECTED)
    assert (await retry(record, await debt(record)))[0] == 200
    await answer(record.interfaces, f"{key}:r2", REJECTED)
    assert await desk.act("resend", f"{key}:r2") == (200, "")
    assert await seen(record) == (ObligationState.OPEN, "")
    await answer(record.interfaces, f"{key}:r2~2", REJECTED)
    assert (await retry(record, await debt(record)))[0] == 200
    assert await keys(record) == ["", "~2", ":r2", ":r2~2", ":r4"]
    await answer(record.interfaces, f"{key}:r4", concluded(ok=True))
    assert (await debt(record)).state is ObligationState.DONE


async def test_a_refused_report_is_repeated_only_once_its_number_was_given_up(record: Record) -> None:
    """What was refused keeps its number, and would be told under it as well."""
    await answer(record.interfaces, key_of(record), REFUSED)
    before = await debt(record)
    status, problem = await retry(record, before)
    assert (status, problem["code"]) == (409, "NJT-EXC-1012")
    assert (await debt(record)).version == before.version
    desk = Workbench(record)
    assert await desk.act("void", key_of(record)) == (200, "")
    assert (await retry(record, before))[0] == 200
    assert await desk.mend(key_of(record)) == 409
    assert (await keys(record))[-1] == ":r1"


async def test_a_report_that_can_never_leave_is_told_to_whoever_owes_it_like_one_that_was_refused(
    record: Record,
) -> None:
    desk, key = Workbench(record), key_of(record)
    await never_carried(record, (await desk.reports())[key]["id"])
    failed = await debt(record)
    assert (failed.state, failed.attempts) == (ObligationState.OPEN, 1)
    assert failed.problem.startswith("UNFIT 报文过大")
    assert await desk.act("void", key) == (200, "")
    assert (await retry(record, failed))[0] == 200
    assert (await keys(record))[-1] == ":r1"


async def test_a_refused_report_that_the_workbench_sends_again_is_under_way(record: Record) -> None:
    await answer(record.interfaces, key_of(record), REFUSED)
    assert await Workbench(record).act("resend", key_of(record)) == (200, "")
    assert (await retry(record, await debt(record)))[1]["code"] == "NJT-FIL-1112"
    assert await keys(record) == [""]

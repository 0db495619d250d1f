"""A province that misbehaves: both registers end equal all the same, and nothing happens twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from cli.suite.home import Home
from shared.contracts.province import InstitutionFiled
from simulator.faults import Faults
from tests.builders import institution_filed
from tests.shared.province.exchange import until
from tests.shared.province.letters import DONE
from tests.shared.province.suite import Suite, opened_suite

DEADLINE = timedelta(minutes=10)


@pytest.fixture(scope="module")
async def unreliable(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Suite]:
    async with opened_suite(postgres_url, home.passwords, scratch / "faults") as suite:
        yield suite


@pytest.fixture
def suite(unreliable: Suite) -> Suite:
    unreliable.province.faults = Faults()
    return unreliable


def bodies(count: int = 4) -> list[InstitutionFiled]:
    return [institution_filed() for _ in range(count)]


async def all_filed(suite: Suite, filed: list[InstitutionFiled]) -> list[UUID]:
    return [await suite.file(each) for each in filed]


async def agreed(suite: Suite, filed: list[InstitutionFiled]) -> None:
    """Assert that the province, filing and accounts tell of the same bodies, each once."""
    await suite.at_rest()
    ours = [each.uscc for each in filed]
    on_record = await suite.rows("filing", "SELECT uscc FROM institution WHERE uscc = ANY ($1)", ours)
    accounts = await suite.rows("accounts", "SELECT uscc, id FROM account WHERE uscc = ANY ($1)", ours)
    told = [uscc for uscc in suite.told_opened() if uscc in ours]
    assert sorted(row["uscc"] for row in on_record) == sorted(ours)
    assert sorted(row["uscc"] for row in accounts) == sorted(ours)
    assert told == sorted(ours)
    query = "SELECT business_key FROM exchange_intent WHERE state = 'done' AND lane = ANY ($1)"
    reported = await suite.rows("accounts", query, ours)
    assert sorted(row["business_key"] for row in reported) == sorted(
        f"account:{row['id']}:opened" for row in accounts
    )
    for service in ("filing", "accounts"):
        assert await suite.count(service, "held_message") == 0


async def test_everything_sent_twice(suite: Suite) -> None:
    suite.province.faults = Faults(duplicate=1.0)
    sent = await all_filed(suite, filed := bodies())
    assert [await suite.conclusion(each) for each in sent] == [DONE] * len(sent)
    await agreed(suite, filed)


async def test_receipts_lost_until_they_are_asked_for(suite: Suite) -> None:
    suite.province.faults = Faults(drop_receipts=2)
    await all_filed(suite, filed := bodies())

    async def none_left_to_lose() -> bool:
        return suite.province.faults.drop_receipts == 0 and len(await _chased(suite, filed, 1)) == len(filed)

    await until(none_left_to_lose)
    suite.later(DEADLINE)
    await agreed(suite, filed)
    assert len(await _asked_after(suite, filed)) == 2
    assert len(await _chased(suite, filed, 1)) == len(filed)


async def _asked_after(suite: Suite, filed: list[InstitutionFiled]) -> list[object]:
    query = "SELECT id FROM exchange_intent WHERE queries > 0 AND lane = ANY ($1)"
    return [row["id"] for row in await suite.rows("accounts", query, [each.uscc for each in filed])]


async def _chased(suite: Suite, filed: list[InstitutionFiled], attempts: int) -> list[object]:
    query = "SELECT 1 AS sent FROM exchange_intent WHERE attempts = $1 AND lane = ANY ($2)"
    rows = await suite.rows("accounts", query, attempts, [each.uscc for each in filed])
    return [row["sent"] for row in rows]


async def test_signatures_that_do_not_hold_until_they_do(suite: Suite) -> None:
    suite.province.faults = Faults(corrupt_signature=True)
    spoilt = await all_filed(suite, filed := bodies())
    refusals = [await suite.conclusion(each) for each in spoilt]
    assert {each.reason_code for each in refusals} == {"SIGNATURE"}
    suite.province.faults = Faults()
    mended = await all_filed(suite, filed)
    assert [await suite.conclusion(each) for each in mended] == [DONE] * len(mended)
    await agreed(suite, filed)


async def test_receipts_whose_signatures_do_not_hold_are_asked_for_again(suite: Suite) -> None:
    refused_before = await _refused(suite)
    await all_filed(suite, filed := bodies(1))
    suite.province.faults = Faults(corrupt_signature=True)

    async def both_refused() -> bool:
        return await _refused(suite) == refused_before + 2

    await until(both_refused)
    suite.province.faults = Faults()
    suite.later(DEADLINE)
    await agreed(suite, filed)


async def _refused(suite: Suite) -> int:
    query = "SELECT count(*) AS refused FROM exchange_received WHERE state = 'refused' AND code = 'RECEIPT'"
    return int((await suite.rows("accounts", query))[0]["refused"])


async def test_everything_late(suite: Suite) -> None:
    suite.province.faults = Faults(delay_seconds=0.5)
    sent = await all_filed(suite, filed := bodies())
    assert [await suite.conclusion(each) for each in sent] == [DONE] * len(sent)
    await agreed(suite, filed)


async def test_all_of_it_at_once(suite: Suite) -> None:
    suite.province.faults = Faults(duplicate=0.5, drop_receipts=3, delay_seconds=0.05)
    sent = await all_filed(suite, filed := bodies(8))
    assert [await suite.conclusion(each) for each in sent] == [DONE] * len(sent)

    async def all_told() -> bool:
        return {each.uscc for each in filed} <= set(suite.told_opened())

    await until(all_told)
    assert suite.province.faults.drop_receipts == 0
    suite.later(DEADLINE)
    await agreed(suite, filed)

"""Imports put in: each group once, whatever is killed, repeated or contradicted on the way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.filing.handlers import importing
from services.filing.handlers.importing import CHUNK, put_in_chunk
from services.filing.sheets import read_filled
from shared.clock import StoryClock
from shared.contracts.filing import InstitutionRecognized, InstitutionRegistered
from tests.builders import DISTRICT, GUARD, MILLER, an_institution
from tests.filing.importing import FILINGS, INSTITUTIONS, PUT_IN, Desk, layout
from tests.filing.works import EVERYTHING, FilingWorks, keep
from tests.interfaces import Interfaces


@pytest.fixture
async def desk(interfaces: Interfaces, story: StoryClock) -> AsyncIterator[Desk]:
    """A desk after which nothing is left to be put in."""
    story.set(datetime.now(UTC))
    desk = Desk(interfaces)
    yield desk
    await desk.work()


async def test_an_institution_on_record_before_goes_in_like_any_other(desk: Desk, works: FilingWorks) -> None:
    first = desk.record(stations="Y000032000001,Y000032000002", address="测试路1号", evaluated="2025-01-02")
    view = await desk.previewed(INSTITUTIONS, first, first | {"occupation": MILLER})
    works.at = desk.interfaces.clock.now()
    await desk.say(view, "commit")
    async with works(EVERYTHING) as work:
        await put_in_chunk(UUID(view["id"]), work)
    after = (await desk.read(view)).json()
    assert (after["state"], after["done"], after["failed"], after["cursor"]) == ("done", 2, 0, 1)
    rows = await desk.rows(view)
    assert {row["state"] for row in rows} == {"done"}
    institution = await desk.institution(rows[0]["outcome_id"])
    assert institution["number"] == first["number"]
    assert institution["station_codes"] == ["Y000032000001", "Y000032000002"]
    assert institution["versions"][0]["why"] == "imported"
    assert (institution["basis"], institution["filed_by"]) == (["N2.2"], DISTRICT)
    assert len(institution["scope"]) == 6
    assert institution["last_evaluated_on"] == "2025-01-02"
    assert institution["obligations"] == []
    async with works(EVERYTHING) as work:
        assert await work.obligations.of_institution(UUID(institution["id"])) == []


async def test_it_is_announced_without_a_filing_and_the_province_s_own_is_recognised(desk: Desk) -> None:
    own = desk.record()
    provincial = desk.record(category="central_enterprise", stations="Y000032000003")
    view = await desk.previewed(INSTITUTIONS, own, provincial)
    await desk.put_in(view)
    keys = [row["outcome_id"] for row in await desk.rows(view)]
    async with desk.interfaces.suite.runtimes["filing"].works.transaction(EVERYTHING) as transaction:
        rows = await transaction.connection.exec_driver_sql(
            "SELECT subject, topic, data FROM outbox WHERE subject = ANY($1)", ([UUID(key) for key in keys],)
        )
        told = {str(row.subject): (row.topic, row.data) for row in rows}
        intents = await transaction.connection.exec_driver_sql(
            "SELECT lane FROM exchange_intent WHERE lane = ANY($1)", ([own["uscc"], provincial["uscc"]],)
        )
        lanes = list(intents.scalars())
    assert told[keys[0]][0] == InstitutionRegistered.topic
    assert InstitutionRegistered.model_validate_json(told[keys[0]][1]).filing_id is None
    recognised = InstitutionRecognized.model_validate_json(told[keys[1]][1])
    assert recognised.station_codes == ("Y000032000003",)
    assert lanes == [own["uscc"]]
    assert (await desk.institution(keys[1]))["filed_by"] == "province"


async def test_drafts_taken_on_site_are_open_cases_of_the_batch_channel(desk: Desk) -> None:
    draft = desk.draft(work_for_training="yes", legal_representative="张三")
    view = await desk.previewed(FILINGS, draft, draft | {"occupation": MILLER})
    after = await desk.put_in(view)
    assert (after["done"], after["groups"]) == (2, 1)
    key = (await desk.rows(view))[0]["outcome_id"]
    answer = await desk.interfaces.filing.get(f"/v1/filings/{key}", headers=desk.headers)
    case = answer.json()
    assert (case["state"], case["channel"], case["priority"]) == ("draft", "on_site_batch", True)
    assert (case["applicant"]["legal_representative"], case["training"]) == ("张三", ["work_for_training"])
    assert len(case["scope"]) == 6


def read_back(content: bytes) -> list[dict[str, Any]]:
    """The rows of a spreadsheet given back, as somebody corrects them."""
    filled = read_filled(content, layout(INSTITUTIONS), most_rows=100, most_bytes=1 << 20)
    return [dict(line.values) for line in filled.lines]


async def test_only_the_good_groups_go_in_and_the_others_come_back_to_be_corrected(desk: Desk) -> None:
    first, other = desk.record(), desk.record()
    view = await desk.previewed(INSTITUTIONS, first, first | {"occupation": GUARD}, other)
    after = await desk.put_in(view)
    assert (after["state"], after["done"], after["bad"]) == ("done", 1, 2)
    given = await desk.read(view, "/errors.xlsx")
    assert given.headers["content-disposition"].startswith("attachment")
    rows = read_back(given.content)
    assert [row["number"] for row in rows] == [first["number"]] * 2
    rows[1]["occupation"] = MILLER
    again = await desk.previewed(INSTITUTIONS, *rows)
    assert (again["bad"], again["groups"]) == (0, 1)
    assert (await desk.put_in(again))["done"] == 2


async def test_what_was_given_back_is_read_as_it_is(desk: Desk) -> None:
    view = await desk.previewed(
        INSTITUTIONS, desk.record(uscc=91320115123456.0), desk.record(valid_until="2024-02-30")
    )
    given = await desk.read(view, "/errors.xlsx")
    again = await desk.hand_in(INSTITUTIONS, given.content)
    assert (again.status_code, again.json()["bad"]) == (201, 2)
    codes = ["NJT-SHT-1102", "NJT-SHT-1107"]
    assert [code for _, code in await desk.codes(again.json())] == codes


async def test_where_nothing_is_wrong_nothing_is_given_back(desk: Desk) -> None:
    view = await desk.previewed(INSTITUTIONS, desk.record())
    answer = await desk.read(view, "/errors.xlsx")
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1505")


async def test_an_import_without_a_good_row_is_not_committed(desk: Desk) -> None:
    view = await desk.previewed(INSTITUTIONS, desk.record(name=None))
    answer = await desk.say(view, "commit")
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1504")


async def test_what_is_committed_or_discarded_is_settled(desk: Desk) -> None:
    view = await desk.previewed(INSTITUTIONS, desk.record())
    assert (await desk.put_in(view))["state"] == "done"
    later = (await desk.read(view)).json()
    for act in ("commit", "discard"):
        answer = await desk.say(later, act)
        assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1503")


async def test_of_two_commits_at_once_one_is_told_that_it_saw_too_little(desk: Desk) -> None:
    view = await desk.previewed(INSTITUTIONS, desk.record())
    answers = await asyncio.gather(desk.say(view, "commit"), desk.say(view, "commit"))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    missing = await desk.interfaces.filing.post(f"/v1/imports/{view['id']}/commit", headers=desk.headers)
    assert missing.status_code == 428


async def test_two_workers_at_once_put_every_group_in_once(desk: Desk) -> None:
    rows = [desk.record() for _ in range(2 * CHUNK + 5)]
    view = await desk.previewed(INSTITUTIONS, *rows)
    await desk.say(view, "commit")
    await asyncio.gather(desk.work(), desk.work())
    await desk.work()
    after = (await desk.read(view)).json()
    assert (after["state"], after["done"], after["failed"]) == ("done", len(rows), 0)


async def test_a_worker_that_is_killed_leaves_whole_chunks_and_the_next_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [desk.record() for _ in range(CHUNK + 20)]
    view = await desk.previewed(INSTITUTIONS, *rows)
    await desk.say(view, "commit")
    works = desk.interfaces.suite.runtimes["filing"].works
    async with works(EVERYTHING) as work:
        await put_in_chunk(UUID(view["id"]), work)
    half = (await desk.read(view)).json()
    assert (half["state"], half["cursor"], half["done"]) == ("committing", CHUNK, CHUNK)

    recorded, alive = importing._recorded, iter(range(7))  # noqa: SLF001 — where it is killed

    def killed(*args: Any) -> Any:
        if next(alive, None) is None:
            raise asyncio.CancelledError
        return recorded(*args)

    monkeypatch.setattr(importing, "_recorded", killed)
    with pytest.raises(asyncio.CancelledError):
        await desk.work()
    monkeypatch.undo()
    assert (await desk.read(view)).json() == half
    await desk.work()
    after = (await desk.read(view)).json()
    assert (after["state"], after["done"], after["failed"]) == ("done", len(rows), 0)
    made = {row["outcome_id"] for row in await desk.rows(view)}
    assert len(made) == len(rows)


async def test_what_came_between_preview_and_commit_harms_its_own_group_only(desk: Desk) -> None:
    rows = [desk.record() for _ in range(3)]
    view = await desk.previewed(INSTITUTIONS, *rows)
    meanwhile = an_institution(number=rows[1]["number"])
    await keep(desk.interfaces.suite.runtimes["filing"].works, meanwhile)
    after = await desk.put_in(view)
    assert (after["done"], after["failed"]) == (2, 1)
    (failed,) = await desk.rows(view, "&state=failed")
    assert (failed["outcome_code"], failed["outcome_id"]) == ("NJT-FIL-1517", None)
    given = await desk.read(view, "/errors.xlsx")
    assert given.status_code == 200


async def test_what_the_database_contradicts_is_undone_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody else is put on record between the question and the answer."""
    rows = [desk.record() for _ in range(3)]
    view = await desk.previewed(INSTITUTIONS, *rows)
    taken = an_institution()
    await keep(desk.interfaces.suite.runtimes["filing"].works, taken)
    recorded = importing._recorded  # noqa: SLF001 — where the code of a plaque is made

    def contradicted(entry: Any, routing: Any, work: Any) -> Any:
        made = recorded(entry, routing, work)
        if entry.number == rows[1]["number"]:
            made.verification = taken.verification
        return made

    monkeypatch.setattr(importing, "_recorded", contradicted)
    after = await desk.put_in(view)
    assert (after["state"], after["done"], after["failed"]) == ("done", 2, 1)
    (failed,) = await desk.rows(view, "&state=failed")
    assert failed["outcome_code"] == "NJT-FIL-1506"


async def test_an_import_that_is_over_is_not_gone_through_again(desk: Desk) -> None:
    view = await desk.previewed(INSTITUTIONS, desk.record())
    await desk.put_in(view)
    async with desk.interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        assert await put_in_chunk(UUID(view["id"]), work) is None
        assert UUID(view["id"]) not in {each.id for each in await PUT_IN.due(work)}

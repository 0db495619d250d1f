"""Statistics (N1.3) against a slow count: whatever is on record and whatever is asked, to the person and the fen."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from services.subsidy.domain.statistic import Answer, Dimension, Kind, NotCountedYet, Tally, TooManyLines
from services.subsidy.handlers.statistics import AskStatistics, StatisticsCount, read_statistics
from services.subsidy.repository import counting
from shared.identity import NotYours, Scope
from tests.subsidy.counting import MOMENTS, Asked, Claimed, Held, World, counted, questions, told, worlds
from tests.subsidy.putting import put
from tests.subsidy.works import SubsidyWorks

CITY, DISTRICT = "320100", "320115"
LATHE, WELDER = ("2015", "6-18-01-01"), ("2015", "6-18-02-04")
EMPTY = World(certificates=(), claims=())

anything = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Office:
    """Whoever counts, and whoever asks."""

    def __init__(self, works: SubsidyWorks, records: AsyncEngine) -> None:
        self.works = works
        self.records = records
        self.behind: list[float] = []
        self.differs: list[float] = []
        self.job = StatisticsCount(self.behind.append, self.differs.append)

    async def record(self, world: World) -> None:
        async with self.records.begin() as connection:
            await put(world, connection)
        async with self.works() as work:
            assert await self.job.run(work.new_id(), work) == 0

    async def ask(self, asked: AskStatistics) -> Answer:
        organs = self.works.policy.territory(asked.organ) if asked.organ else frozenset[str]()
        scope = Scope(actor="test", act="test", organs=organs, everything=asked.organ is None)
        async with self.works(scope) as work:
            return (await read_statistics(asked, work)).answer

    async def totals(self, **asked: Any) -> Mapping[Kind, Tally]:
        return (await self.ask(about(**asked))).totals.tallies


@pytest.fixture
def office(offices: SubsidyWorks, records: AsyncEngine) -> Office:
    return Office(offices, records)


def about(*by: Dimension, organ: str | None = CITY, **changes: Any) -> AskStatistics:
    given: dict[str, Any] = {"by": by, "months": (202301, 202412), "only": {}, "organ": organ}
    return AskStatistics(**(given | changes))


def held(**changes: Any) -> Held:
    given: dict[str, Any] = {
        "person": 1,
        "organ": DISTRICT,
        "occupation": LATHE,
        "level": 3,
        "audience": "own_staff",
        "issued_on": date(2024, 1, 31),
        "state": "verified",
    }
    return Held(**(given | changes))


def holding(*certificates: Held, claims: tuple[Claimed, ...] = ()) -> World:
    return World(certificates=certificates, claims=claims)


def paid(
    *certificates: int, at: int, amount: int = 260_000, back: tuple[tuple[int, int], ...] = ()
) -> Claimed:
    items = tuple(
        Asked(
            certificate=each, state="paid", base=200_000, amount=amount, uplifted=amount > 200_000, back=back
        )
        for each in certificates
    )
    return Claimed(organ=DISTRICT, line="B", state="paid", paid_at=MOMENTS[at], items=items)


@anything
@given(
    first=worlds(),
    then=worlds(),
    asked=st.lists(questions(), min_size=12, max_size=12),
    of_a_part=st.sampled_from([5, 1000]),
)
@example(first=EMPTY, then=EMPTY, asked=[about(*Dimension)], of_a_part=5)
async def test_whatever_is_on_record_is_counted_as_by_hand_also_after_it_was_counted_before(
    *, office: Office, first: World, then: World, asked: list[AskStatistics], of_a_part: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "OF_A_PART", of_a_part)
        await office.record(first)
        await office.record(then)
    for question in asked:
        answer = await office.ask(question)
        lines, totals = counted(then, question)
        assert told(answer.lines, question) == lines, question
        assert dict(answer.totals.tallies) == totals, question


async def test_a_person_with_certificates_of_two_levels_is_one_person(office: Office) -> None:
    await office.record(holding(held(), held(level=2, issued_on=date(2024, 5, 2)), held(person=2)))
    answer = await office.ask(about(Dimension.LEVEL))
    people = {line.place.level: line.tallies[Kind.VALID].people for line in answer.lines}
    assert people == {2: 1, 3: 2}
    assert answer.totals.tallies[Kind.VALID] == Tally(entries=3, people=2, fen=0)
    later = await office.totals(months=(202405, 202406))
    assert later[Kind.VALID] == Tally(entries=1, people=1, fen=0)


async def test_an_occupation_of_two_chains_counts_in_both_and_once_in_all(office: Office) -> None:
    await office.record(holding(held(occupation=WELDER), held(person=2)))
    answer = await office.ask(about(Dimension.CHAIN, chains_on=date(2023, 12, 31)))
    found = {line.place.chain: line.tallies[Kind.VALID].people for line in answer.lines}
    assert found == {"intelligent-equipment": 2, "rail-transit": 1}
    assert answer.totals.tallies[Kind.VALID].people == 2


async def test_on_a_day_without_a_list_nothing_is_on_a_chain(office: Office) -> None:
    await office.record(holding(held(occupation=WELDER)))
    answer = await office.ask(about(Dimension.CHAIN))
    assert [line.place.chain for line in answer.lines] == ["none"]
    only = {Dimension.CHAIN: "rail-transit"}
    assert (await office.ask(about(only=only))).totals.tallies == {}


async def test_money_counts_in_the_month_of_payment_in_nanjing_and_certificates_in_that_of_issue(
    office: Office,
) -> None:
    claims = (paid(0, at=0), paid(1, at=1))
    await office.record(holding(held(), held(person=2), claims=claims))
    december, january = (
        await office.totals(months=(202312, 202312)),
        await office.totals(months=(202401, 202401)),
    )
    assert december == {
        Kind.PAID: Tally(entries=1, people=1, fen=260_000),
        Kind.UPLIFTED: Tally(entries=1, people=1, fen=60_000),
    }
    assert january[Kind.PAID] == Tally(entries=1, people=1, fen=260_000)
    assert january[Kind.VALID] == january[Kind.CLAIMED] == Tally(entries=2, people=2, fen=0)


async def test_a_certificate_revoked_counts_as_revoked_and_its_holder_no_more(office: Office) -> None:
    kept = held()
    await office.record(holding(kept))
    await office.record(holding(replace(kept, state="revoked")))
    assert await office.totals() == {Kind.REVOKED: Tally(entries=1, people=1, fen=0)}


async def test_what_came_back_counts_when_it_came_and_the_payment_stays(office: Office) -> None:
    claim = paid(0, at=3, amount=200_000, back=((202407, 50_000), (202407, 20_000)))
    await office.record(holding(held(), claims=(claim,)))
    assert (await office.totals(months=(202407, 202407))) == {
        Kind.RECOVERED: Tally(entries=2, people=1, fen=70_000)
    }
    assert (await office.totals(months=(202406, 202406)))[Kind.PAID].fen == 200_000


async def test_an_empty_period_has_no_lines_and_nothing_in_all(office: Office) -> None:
    await office.record(holding(held()))
    answer = await office.ask(about(Dimension.ORGAN, Dimension.MONTH, months=(203001, 203012)))
    assert (list(answer.lines), dict(answer.totals.tallies)) == ([], {})


async def test_a_district_sees_its_own_and_may_not_ask_for_another(office: Office) -> None:
    await office.record(holding(held(), held(person=2, organ="320106")))
    answer = await office.ask(about(Dimension.ORGAN, organ=DISTRICT))
    assert [line.place.organ for line in answer.lines] == [DISTRICT]
    assert answer.totals.tallies[Kind.VALID].people == 1
    with pytest.raises(NotYours):
        await office.ask(about(organ=DISTRICT, only={Dimension.ORGAN: "320106"}))


async def test_the_database_itself_keeps_the_figures_of_others_from_a_district(office: Office) -> None:
    await office.record(holding(held(), held(person=2, organ="320106")))
    scope = Scope(actor="test", act="test", organs=frozenset({DISTRICT}))
    async with office.works(scope) as work:
        table = await read_statistics(about(Dimension.ORGAN), work)
    assert [line.place.organ for line in table.answer.lines] == [DISTRICT]
    assert table.answer.totals.tallies == {}


async def test_others_see_the_city_without_figures_of_fewer_than_three_people(office: Office) -> None:
    few = [held(person=each, level=1) for each in (1, 2)]
    many = [held(person=each) for each in range(5)]
    most = [held(person=each, level=5) for each in range(9)]
    await office.record(holding(*few, *many, *most))
    answer = await office.ask(about(Dimension.LEVEL, organ=None))
    hidden = {line.place.level: line.hidden for line in answer.lines}
    assert hidden == {1: {Kind.VALID}, 3: {Kind.VALID}, 5: frozenset()}
    assert answer.totals.hidden == frozenset()
    assert (await office.ask(about(organ=None, only={Dimension.LEVEL: 1}))).totals.hidden == {Kind.VALID}


async def test_statistics_that_were_never_counted_are_refused(office: Office) -> None:
    async with office.records.begin() as connection:
        await connection.exec_driver_sql("TRUNCATE statistic_count")
    with pytest.raises(NotCountedYet):
        await office.ask(about())
    await office.record(EMPTY)
    assert await office.totals() == {}


async def test_more_lines_than_can_be_shown_are_refused(office: Office) -> None:
    await office.record(holding(*(held(level=each) for each in range(1, 6))))
    async with office.works() as work:
        asked = (await read_statistics(about(Dimension.LEVEL), work)).question
        assert len((await work.statistics.read(asked, most=5)).lines) == 5
        with pytest.raises(TooManyLines):
            await work.statistics.read(asked, most=4)


async def test_counting_again_changes_nothing_and_money_the_accounts_do_not_know_is_told(
    office: Office,
) -> None:
    world = holding(held(), claims=(paid(0, at=3),))
    await office.record(world)
    async with office.records.begin() as connection:
        before = (
            await connection.exec_driver_sql("SELECT xmin, * FROM statistic_cell ORDER BY 2, 3, 4, 5")
        ).all()
    async with office.works() as work:
        assert await office.job.run(work.new_id(), work) == 0
    async with office.records.begin() as connection:
        again = (
            await connection.exec_driver_sql("SELECT xmin, * FROM statistic_cell ORDER BY 2, 3, 4, 5")
        ).all()
        await connection.exec_driver_sql("UPDATE posting SET amount_fen = amount_fen - 7")
    assert again == before
    async with office.works() as work:
        assert await office.job.run(work.new_id(), work) == 7
    assert office.differs[-2:] == [0, 7]


async def test_counts_at_once_or_broken_off_agree_and_leave_no_table_in_a_pooled_connection(
    office: Office,
) -> None:
    await office.record(holding(held(), held(person=2), claims=(paid(0, at=3),)))
    before = await office.totals()

    async def once() -> int:
        async with office.works() as work:
            return await office.job.run(work.new_id(), work)

    async def broken_off() -> None:
        async with office.works() as work:
            await office.job.run(work.new_id(), work)
            raise TimeoutError

    done = await asyncio.gather(once(), broken_off(), once(), broken_off(), once(), return_exceptions=True)
    assert [repr(each) for each in done] == ["0", "TimeoutError()", "0", "TimeoutError()", "0"]
    assert await office.totals() == before
    left = "SELECT relname FROM pg_class WHERE relpersistence = 't' AND relname LIKE 'counting%'"
    async with office.records.begin() as connection:
        assert (await connection.exec_driver_sql(left)).all() == []


async def test_it_is_counted_again_once_something_was_done_and_at_most_once_a_minute(office: Office) -> None:
    await office.record(EMPTY)
    async with office.works() as work:
        assert await office.job.due(work) == []
    async with office.records.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO ledger_link SELECT coalesce(max(position), 0) + 1, coalesce(max(position), 0) + 1, ''"
            " FROM ledger_link"
        )
    async with office.works() as work:
        assert await office.job.due(work) == []
    office.works.at += timedelta(minutes=2)
    async with office.works() as work:
        assert len(await office.job.due(work)) == 1
    assert office.behind[-1] == 120

"""What was said once stays: the service's own role can rewrite neither a fact nor a release nor a posting."""

from datetime import date

import pytest
from sqlalchemy import text

from services.subsidy.domain.fact import Fact, FactKind
from services.subsidy.domain.knowledge import KeptFact
from services.subsidy.domain.release import Release, ReleaseKind, ReleaseState
from tests.subsidy.claiming import Claimant
from tests.subsidy.releasing import LIST, PolicyWorks


async def attempted(city: PolicyWorks, statement: str) -> None:
    """What the role of the service may do by itself, whatever the code would."""
    async with city.engine.connect() as connection, connection.begin():
        assert await connection.scalar(text("SELECT current_user")) == "njt_subsidy"
        await connection.execute(text(statement))


@pytest.fixture
async def told(employer: Claimant) -> KeptFact:
    """A fact on record."""
    async with employer.works() as work:
        fact = Fact(
            kind=FactKind.PENSION,
            value=False,
            about=date(2024, 3, 1),
            source="province",
            obtained_at=work.at,
        )
        kept = KeptFact(id=work.new_id(), holder_index=b"somebody", employer="", fact=fact)
        work.facts.add(kept)
    return kept


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fact SET value = 'true'",
        "UPDATE fact SET obtained_at = now()",
        "DELETE FROM fact",
        "TRUNCATE fact",
    ],
)
async def test_a_fact_is_added_and_never_changed(told: KeptFact, employer: Claimant, statement: str) -> None:
    assert told.version == 1
    with pytest.raises(Exception, match="permission denied for table fact"):
        async with employer.works.engine.connect() as connection, connection.begin():
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM policy_release",
        "TRUNCATE policy_release",
        "UPDATE policy_release SET entries = '[]'",
        "UPDATE policy_release SET kind = 'rates'",
        "UPDATE policy_release SET document = '{}'",
        "UPDATE policy_release SET status = 'notice'",
        "UPDATE policy_release SET published_by = 'nobody'",
        "UPDATE policy_release SET supersedes = NULL",
        "ALTER TABLE policy_release DISABLE TRIGGER policy_release_stands",
    ],
)
async def test_what_a_release_states_is_never_edited_not_even_before_it_is_released(
    city: PolicyWorks, statement: str
) -> None:
    await city.published()
    with pytest.raises(Exception, match=r"permission denied|must be owner"):
        await attempted(city, statement)


@pytest.mark.parametrize(
    "change",
    [
        "known_from = '2020-01-01'",
        "known_from = NULL",
        "released_by = 'nobody'",
        "released_at = now()",
        "dry_run = NULL",
    ],
)
async def test_a_release_that_is_known_stays_known_since_the_same_day_on_the_same_dry_run(
    city: PolicyWorks, change: str
) -> None:
    made = await city.released(await city.worked_out())
    assert made.state is ReleaseState.RELEASED
    with pytest.raises(Exception, match="never edited, only superseded once"):
        await attempted(city, f"UPDATE policy_release SET {change}")  # noqa: S608 — the cases above


async def test_a_release_is_superseded_once_and_for_good(city: PolicyWorks) -> None:
    first = await city.released(await city.worked_out(ReleaseKind.SHORTAGE))
    second = await city.released(await superseding(city, first))
    for change in ("NULL", "gen_random_uuid()"):
        with pytest.raises(Exception, match="never edited, only superseded once"):
            await attempted(
                city,
                f"UPDATE policy_release SET superseded_by = {change} WHERE id = '{first.id}'",  # noqa: S608 — our own
            )
    async with city() as work:
        assert (await work.releases.get(first.id)).superseded_by == second.id


async def superseding(city: PolicyWorks, first: Release) -> Release:
    other = LIST | {"id": "nj-2024-b", "occupations": [{"edition": "2015", "code": "6-18-01-02"}]}
    return await city.worked_out(ReleaseKind.SHORTAGE, other, supersedes=first.id)

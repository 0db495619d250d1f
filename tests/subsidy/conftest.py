"""The city's own policy pack, and subsidy's units of work on PostgreSQL."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from itertools import cycle
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.database import SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.clock import StoryClock
from shared.http.limits import Rates
from shared.persistence.engine import create_engine
from shared.policy import Policy, load_policy
from shared.privacy import FieldCipher
from shared.settings import PolicySettings
from tests.databases import connected, superuser_url
from tests.interfaces import Interfaces, interfaces, opened_on, story
from tests.subsidy.builders import NOON
from tests.subsidy.claiming import ORGAN, Claimant
from tests.subsidy.desk import Desk
from tests.subsidy.registry import Registry
from tests.subsidy.releasing import PolicyWorks, ServedCity
from tests.subsidy.works import SubsidyWorks, set_aside

__all__ = ["interfaces", "story"]

_organs = cycle(
    ("320102", "320104", "320105", "320106", "320111", "320113", "320114", "320116", "320117", "320118")
)

__all__ = ["interfaces", "story"]


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture(scope="session")
async def engine(database: SuiteDatabase) -> AsyncIterator[AsyncEngine]:
    """A pool of the service's own role."""
    engine = create_engine(database.services["subsidy"], schema="subsidy", pool_size=20)
    yield engine
    await engine.dispose()


@pytest.fixture
def works(engine: AsyncEngine, policy: Policy, home: Home) -> SubsidyWorks:
    """Subsidy's units of work on the suite's database; the moment is NOON until a test moves it."""
    return SubsidyWorks(engine, policy, FieldCipher.from_file(home.privacy_keys))


@pytest.fixture
async def employer(works: SubsidyWorks) -> Claimant:
    """An employer on record, with an account, in a district."""
    return await Claimant(works).on_record()


@pytest.fixture
async def payee(works: SubsidyWorks) -> Claimant:
    """An employer on record, with an account, whose organ nobody else pays for just now."""
    made = Claimant(works, organ=next(_organs))
    async with works() as work:
        await set_aside(made.organ, work)
    return await made.on_record()


@pytest.fixture
async def registry(interfaces: Interfaces) -> Registry:
    """An institution on record, with a station of its own."""
    made = Registry(interfaces)
    await made.open()
    return made


@pytest.fixture(scope="session")
async def own_database(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    """A database for tests that release policy, which counts for the whole of it."""
    name = f"njt_test_{uuid4().hex[:12]}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await migrate_all(database, ("subsidy",))
    yield database
    await drop_database(postgres_url, name)


@pytest.fixture
async def emptied(own_database: SuiteDatabase, postgres_url: str) -> SuiteDatabase:
    """Nothing is claimed and nothing released yet."""
    async with connected(superuser_url(postgres_url, own_database), "subsidy") as connection:
        await connection.execute(
            "TRUNCATE policy_release, impact_run, impact_part, claim, claim_item, entitlement,"
            " verdict, decision_input"
        )
    return own_database


@pytest.fixture
async def records(own_database: SuiteDatabase, postgres_url: str) -> AsyncIterator[AsyncEngine]:
    """All that statistics count, for whoever may write anything into it."""
    engine = create_engine(superuser_url(postgres_url, own_database), schema="subsidy", pool_size=1)
    yield engine
    async with engine.begin() as connection:
        await connection.exec_driver_sql("TRUNCATE institution, certificate, claim, claim_item, posting")
    await engine.dispose()


@pytest.fixture
async def offices(own_database: SuiteDatabase, policy: Policy) -> AsyncIterator[SubsidyWorks]:
    """Units of work on the same database."""
    engine = create_engine(own_database.services["subsidy"], schema="subsidy", pool_size=5)
    yield SubsidyWorks(engine, policy)
    await engine.dispose()


@pytest.fixture
async def city(emptied: SuiteDatabase, policy: Policy) -> AsyncIterator[PolicyWorks]:
    """Units of work whose policy the city releases."""
    engine = create_engine(emptied.services["subsidy"], schema="subsidy", pool_size=5)
    yield PolicyWorks(engine, policy)
    await engine.dispose()


@pytest.fixture
async def desk(interfaces: Interfaces, story: StoryClock, works: SubsidyWorks) -> AsyncIterator[Desk]:
    """At midday on 2024-06-03; nobody has asked for anything yet."""
    story.set(NOON)
    state = interfaces.suite.apps["subsidy"].state
    before, state.rates = state.rates, Rates()
    async with works() as work:
        await set_aside(ORGAN, work)
    yield Desk(interfaces, await Claimant(works).on_record(account=False))
    state.rates = before


@pytest.fixture(scope="session")
async def own_interfaces(
    own_database: SuiteDatabase, home: Home, make_plan: Callable[..., Plan]
) -> AsyncIterator[Interfaces]:
    """The interfaces on a database whose policy the city releases."""
    async with opened_on(own_database, home, make_plan) as interfaces:
        yield interfaces


@pytest.fixture
def served_city(emptied: SuiteDatabase, own_interfaces: Interfaces) -> Iterator[ServedCity]:
    """Subsidy's interface with nothing claimed and nothing released yet, at midday on 2024-06-03."""
    assert own_interfaces.plan.database is emptied
    city = ServedCity(own_interfaces)
    yield city
    city.at = datetime.now(UTC)

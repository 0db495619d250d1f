"""Filing is told where its files are, in so many words, and nobody else is."""

import pytest
from pydantic import ValidationError

from cli.suite.database import SERVICES, SuiteDatabase
from cli.suite.home import Home, Plan
from services.filing.runtime import create_runtime
from shared.objects import ObjectStore, key_of
from shared.settings import ObjectSettings, Profile
from tests.interfaces import Interfaces

CONTENT = "办公场所证明".encode()


@pytest.fixture
def plan(home: Home) -> Plan:
    """Leads to no database; nothing is asked of it here."""
    urls = dict.fromkeys(SERVICES, "postgresql+asyncpg://nobody@127.0.0.1:1/none")
    database = SuiteDatabase(owners=urls, services=urls)
    return Plan(
        home=home,
        database=database,
        bases=dict.fromkeys(SERVICES, "http://127.0.0.1:1"),
        profile=Profile.TEST,
    )


@pytest.mark.parametrize("service", ["filing", "subsidy"])
def test_in_a_home_each_service_s_files_are_in_a_folder_of_their_own(
    plan: Plan, home: Home, service: str
) -> None:
    objects = plan.settings(service).objects
    assert objects is not None
    assert objects.url == (home.folder / "objects" / service).resolve().as_uri()
    assert plan.environment(service)["NJT_OBJECTS__URL"] == objects.url


@pytest.mark.parametrize("service", ["accounts", "supervision"])
def test_a_service_that_keeps_no_files_has_no_place_for_them(plan: Plan, service: str) -> None:
    assert plan.settings(service).objects is None


def test_filing_does_not_start_without_a_place_for_files(plan: Plan) -> None:
    settings = plan.settings("filing").model_copy(update={"objects": None})
    with pytest.raises(ValueError, match="NJT_OBJECTS__URL"):
        create_runtime(settings)


@pytest.mark.parametrize(
    "url", ["", "objects", "/var/lib/objects", "memory:///", "file://", "https://x.test/"]
)
def test_a_place_that_is_neither_folder_nor_bucket_is_refused_with_the_settings(url: str) -> None:
    with pytest.raises(ValidationError):
        ObjectSettings(url=url)


async def test_filing_s_interface_can_keep_a_file(interfaces: Interfaces) -> None:
    store: ObjectStore = interfaces.suite.apps["filing"].state.objects
    await store.put(key_of(CONTENT), CONTENT)
    assert await store.get(key_of(CONTENT)) == CONTENT

"""What was published once stays published: fields are added, never renamed, removed or narrowed."""

import pytest
from jsonschema import Draft202012Validator

from tests.contracts.narrowing import narrowings, unreadable
from tests.contracts.schemas import SNAPSHOTS, published, read_as, snapshots, text_of

HOW = "run: python -m tests.contracts.accept"
CURRENT = sorted(snapshots().keys() - read_as().keys())


def test_every_event_and_payload_has_a_snapshot_and_none_has_vanished() -> None:
    assert sorted(published()) == CURRENT, HOW


@pytest.mark.parametrize(("earlier", "name"), sorted(read_as().items()))
def test_what_the_province_writes_in_an_earlier_version_is_read_as_before(earlier: str, name: str) -> None:
    assert unreadable(snapshots()[earlier], published()[name]) == []


@pytest.mark.parametrize("name", CURRENT)
def test_nothing_that_was_published_is_narrower_now(name: str) -> None:
    assert narrowings(snapshots()[name], published()[name]) == []


@pytest.mark.parametrize("name", CURRENT)
def test_what_was_added_was_accepted(name: str) -> None:
    committed = (SNAPSHOTS / f"{name}.json").read_text(encoding="utf-8")
    assert text_of(published()[name]) == committed, HOW


@pytest.mark.parametrize("name", sorted(snapshots()))
def test_a_snapshot_is_valid_json_schema_and_open_to_later_fields(name: str) -> None:
    schema = snapshots()[name]
    Draft202012Validator.check_schema(schema)
    if not name.startswith("province."):
        assert schema.get("additionalProperties", True) is True

"""What was published once stays published: fields are added, never renamed, removed or narrowed."""

import pytest
from jsonschema import Draft202012Validator

from tests.contracts.narrowing import narrowings
from tests.contracts.schemas import SNAPSHOTS, published, snapshots, text_of

HOW = "run: python -m tests.contracts.accept"


def test_every_event_and_payload_has_a_snapshot_and_none_has_vanished() -> None:
    assert sorted(snapshots()) == sorted(published()), HOW


@pytest.mark.parametrize("name", sorted(snapshots()))
def test_nothing_that_was_published_is_narrower_now(name: str) -> None:
    assert narrowings(snapshots()[name], published()[name]) == []


@pytest.mark.parametrize("name", sorted(snapshots()))
def test_what_was_added_was_accepted(name: str) -> None:
    committed = (SNAPSHOTS / f"{name}.json").read_text(encoding="utf-8")
    assert text_of(published()[name]) == committed, HOW


@pytest.mark.parametrize("name", sorted(snapshots()))
def test_a_snapshot_is_valid_json_schema_and_open_to_later_fields(name: str) -> None:
    schema = snapshots()[name]
    Draft202012Validator.check_schema(schema)
    if not name.startswith("province."):
        assert schema.get("additionalProperties", True) is True

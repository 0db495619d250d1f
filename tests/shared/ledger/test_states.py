"""A state's digest: of all its values, in no order, and the same for ever."""

import json
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.states import canonical_state, state_digest
from shared.values import Level
from tests.builders import AT


class Word(StrEnum):
    """A word that is a text, too."""

    YES = "是"


class Number(IntEnum):
    """A number that has a name."""

    ONE = 1


class Half(bytes):
    """Bytes of a kind of their own."""


def as_before(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


plain = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=5)),
    *(st.uuids(), st.dates(), st.decimals(), st.times(), st.binary(max_size=2).map(Half)),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()),  # noqa: DTZ001 — bounds are of no zone
    st.sampled_from([Word.YES, Number.ONE, Level.TWO]),
)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
rows = st.dictionaries(st.text(max_size=4), values, max_size=6)


@given(rows)
def test_a_state_is_written_as_json_writes_it(row: dict[str, Any]) -> None:
    """Every digest in every ledger was taken of this."""
    expected = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=as_before)
    assert canonical_state(row) == expected


def test_a_digest_stays_what_it_was() -> None:
    row = {
        "at": AT,
        "day": date(2024, 3, 4),
        "name": "宁技通\n",
        "sealed": b"\x00\xff",
        "none": None,
        "list": ["a"],
    }
    assert state_digest(row).hex() == "190da501449ee0902d9995c62fc270794ba9178e467d84bfe87233d644fc46b5"


@given(rows)
def test_a_digest_depends_on_the_values_and_not_on_their_order(row: dict[str, Any]) -> None:
    backwards = dict(reversed(row.items()))
    assert state_digest(row) == state_digest(backwards)
    assert state_digest(row) != state_digest(row | {"more…": 1})


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": 1}, {"a": "2"}), ({"a": None}, {}), ({"a": "b"}, {"b": "a"}), ({"a": [1]}, {"a": [[1]]})],
)
def test_different_states_have_different_digests(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert state_digest(one) != state_digest(other)


def test_a_moment_is_the_same_in_every_zone() -> None:
    assert state_digest({"at": AT}) == state_digest({"at": AT.astimezone(UTC)})
    assert state_digest({"at": AT}) != state_digest({"at": datetime(2024, 3, 4, 9, tzinfo=UTC)})

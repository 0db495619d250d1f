"""What a patch makes of a payload."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.province.operating.patching import Change, Changed, digest_of, patched

TOLD: dict[str, Any] = {
    "name": "测试甲公司",
    "organ": "JNJKQ",
    "amount_fen": 1200,
    "whole": True,
    "scope": [{"level": 3}, {"level": 4, "work_type": "数控"}],
    "deep": {"er": {"than": None}},
}


def fields(*changes: Change) -> list[tuple[str, Any, Any]]:
    return [(each.field, each.before, each.after) for each in patched(TOLD, changes)[1]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change(field="name", to="乙"), [("name", "测试甲公司", "乙")]),
        (Change(field="organ", mapping={"JNJKQ": "320115"}), [("organ", "JNJKQ", "320115")]),
        (Change(field="amount_fen", mapping={"1200": 1300}), [("amount_fen", 1200, 1300)]),
        (Change(field="whole", mapping={"true": False}), [("whole", True, False)]),
        (Change(field="scope.*.level", mapping={"4": 2}), [("scope.1.level", 4, 2)]),
        (Change(field="scope.0.level", to=1), [("scope.0.level", 3, 1)]),
        (Change(field="scope.*.work_type", to="车工"), [
            ("scope.0.work_type", None, "车工"),
            ("scope.1.work_type", "数控", "车工"),
        ]),
        (Change(field="deep.er.than", to={"a": 1}), [("deep.er.than", None, {"a": 1})]),
        (Change(field="reason", to="补充"), [("reason", None, "补充")]),
        (Change(field="name", to=None), [("name", "测试甲公司", None)]),
    ],
)  # fmt: skip
def test_a_change_reaches_the_field_it_names(change: Change, told: list[tuple[str, Any, Any]]) -> None:
    assert fields(change) == told


@pytest.mark.parametrize(
    "change",
    [
        Change(field="name", to="测试甲公司"),
        Change(field="organ", mapping={"320100": "320115"}),
        Change(field="reason", mapping={"": "补充"}),
        Change(field="scope", mapping={"x": "y"}),
        Change(field="scope.7.level", to=1),
        Change(field="scope.x.level", to=1),
        Change(field="name.first", to=1),
        Change(field="nowhere.at.all", to=1),
    ],
)
def test_what_is_not_there_or_is_so_already_is_not_changed(change: Change) -> None:
    assert patched(TOLD, [change]) == (TOLD, [])


def test_later_changes_see_what_earlier_ones_did_and_the_message_itself_stays() -> None:
    before = dict(TOLD)
    content, told = patched(TOLD, [Change(field="organ", to="A"), Change(field="organ", mapping={"A": "B"})])
    assert (content["organ"], TOLD) == ("B", before)
    assert told[-1] == Changed(field="organ", before="A", after="B")


@given(st.dictionaries(st.text(min_size=1), st.text()), st.text(), st.text())
def test_a_patch_changes_nothing_but_the_fields_it_names(
    payload: dict[str, str], name: str, value: str
) -> None:
    field = name.replace(".", "") or "x"
    content, told = patched(payload, [Change(field=field, to=value)])
    assert {k: v for k, v in content.items() if k != field} == {
        k: v for k, v in payload.items() if k != field
    }
    assert content[field] == value
    assert bool(told) == (payload.get(field) != value)


def test_a_patch_is_the_same_one_for_the_same_cause_and_the_same_changes_alone() -> None:
    change, other = Change(field="name", to="甲"), Change(field="name", mapping={"甲": "乙"})
    own = digest_of("A", "1", [change])
    assert own == digest_of("A", "1", [Change(field="name", to="甲")])
    others = {
        digest_of("B", "1", [change]),
        digest_of("A", "2", [change]),
        digest_of("A", "1", [other]),
        digest_of("A", "1", [change, other]),
    }
    assert len(others | {own}) == 5

"""Which version a caller has seen: asked for, believed, or refused."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.filing.domain.filing import Filing
from shared.http.preconditions import BadTag, etag, seen_version
from shared.http.problems import PreconditionMissing
from shared.identity import Permission
from tests.builders import a_filing
from tests.filing.works import keep
from tests.interfaces import Headers, Interfaces
from tests.shared.http.conftest import problem


@pytest.fixture
async def filing(interfaces: Interfaces) -> Filing:
    """A draft at its first version."""
    draft = a_filing()
    await keep(interfaces.suite.runtimes["filing"].works, draft)
    return draft


def applicant(interfaces: Interfaces, filing: Filing) -> Headers:
    return interfaces.bearer(Permission.APPLY, Permission.READ_REGISTER, holder=filing.applicant.uscc)


async def test_what_is_read_has_a_tag_with_which_it_is_changed(
    interfaces: Interfaces, filing: Filing
) -> None:
    path, who = f"/v1/filings/{filing.id}", applicant(interfaces, filing)
    read = await interfaces.filing.get(path, headers=who)
    assert read.headers["etag"] == '"1"'
    changed = await interfaces.filing.post(f"{path}/withdrawal", headers=who | {"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["version"] == 2


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (None, (428, "NJT-GEN-0428")),
        ('"0"', (412, "NJT-GEN-0412")),
        ('"2"', (412, "NJT-GEN-0412")),
        ('"999999999"', (412, "NJT-GEN-0412")),
        ("1", (422, "NJT-GEN-1003")),
        ("*", (422, "NJT-GEN-1003")),
        ('W/"1"', (422, "NJT-GEN-1003")),
        ('"1", "2"', (422, "NJT-GEN-1003")),
        ('"9999999999"', (422, "NJT-GEN-1003")),
        ("", (422, "NJT-GEN-1003")),
    ],
)
async def test_nothing_is_changed_by_whoever_saw_no_version_another_or_nonsense(
    interfaces: Interfaces, filing: Filing, tag: str | None, expected: tuple[int, str]
) -> None:
    path, who = f"/v1/filings/{filing.id}", applicant(interfaces, filing)
    headers = who if tag is None else who | {"If-Match": tag}
    answer = await interfaces.filing.post(f"{path}/withdrawal", headers=headers)
    assert (answer.status_code, problem(answer)["code"]) == expected
    assert (await interfaces.filing.get(path, headers=who)).json()["state"] == "draft"


async def test_a_version_of_what_does_not_exist_is_not_found(interfaces: Interfaces, filing: Filing) -> None:
    headers = applicant(interfaces, filing) | {"If-Match": '"1"'}
    answer = await interfaces.filing.post(f"/v1/filings/{uuid4()}/withdrawal", headers=headers)
    assert (answer.status_code, problem(answer)["code"]) == (404, "NJT-FIL-1001")


@given(st.integers(0, 999_999_999))
def test_a_tag_says_its_version(version: int) -> None:
    assert seen_version(etag(version)) == version
    assert seen_version(f" {etag(version)} ") == version


@given(st.text(max_size=15).filter(lambda text: not text.strip().startswith('"')))
def test_any_other_text_is_no_tag(text: str) -> None:
    with pytest.raises(BadTag):
        seen_version(text)


def test_a_missing_tag_is_told_apart_from_a_wrong_one() -> None:
    with pytest.raises(PreconditionMissing):
        seen_version(None)

"""Documents of a case: in which form, how old, and what is still wanting, explained one by one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.filing.domain.filing import Filing
from services.filing.domain.materials import (
    FORMATS,
    Checked,
    MaterialOutdated,
    MaterialState,
    NotHandedIn,
    NotYetIssued,
    WrongFormat,
    check_issued,
    months_after,
)
from services.filing.domain.refusals import MaterialsIncomplete, NotMarked, OutOfTurn
from services.filing.domain.terms import CorrectionItem, Material
from services.filing.schemas.materials import ChecklistView
from shared.policy import FilingKind, MediaKind, Policy, Status
from tests.builders import AT, DISTRICT, a_filing, a_material, required_materials

STAFF = "full_time_staff"
TODAY = AT.date()


def handed_in(policy: Policy, **changes: Material) -> Filing:
    """A complete draft but for these documents."""
    given = {each.kind: each for each in required_materials(policy)} | changes
    return a_filing(materials=tuple(given.values()))


def row(filing: Filing, policy: Policy, kind: str) -> Checked:
    return next(each for each in filing.checklist(policy, at=AT) if each.kind.id == kind)


def dated(day: date | None) -> Material:
    return replace(a_material(STAFF), issued_on=day)


def test_a_complete_draft_has_nothing_in_its_way(policy: Policy) -> None:
    filing = handed_in(policy)
    checked = filing.checklist(policy, at=AT)
    assert [each.kind.id for each in checked] == [each.id for each in filing.asked(policy)]
    assert not any(each.blocks for each in checked)
    filing.submit(policy, at=AT)


@pytest.mark.parametrize(
    ("given", "expected", "told"),
    [
        (None, (MaterialState.MISSING, True), "必交"),
        (dated(TODAY), (MaterialState.HANDED_IN, False), "2024-06-04"),
        (dated(date(2023, 12, 4)), (MaterialState.HANDED_IN, False), "2024-03-04"),
        (dated(date(2023, 12, 3)), (MaterialState.OUTDATED, True), "2024-03-03"),
        (dated(None), (MaterialState.UNDATED, True), "3 个月"),
        (replace(dated(TODAY), pledged=True), (MaterialState.PLEDGED, False), "核查"),
        (replace(dated(TODAY), media_type="image/tiff"), (MaterialState.WRONG_FORMAT, True), "PDF文件"),
    ],
)
def test_each_document_is_explained_in_chinese_and_english(
    policy: Policy, given: Material | None, expected: tuple[MaterialState, bool], told: str
) -> None:
    filing = handed_in(policy)
    filing.materials = tuple(each for each in filing.materials if each.kind != STAFF)
    filing.materials += (given,) if given else ()
    found = row(filing, policy, STAFF)
    assert (found.state, found.blocks) == expected
    assert told in found.reason
    assert " · " in found.reason


def test_an_optional_document_that_is_missing_does_not_matter_but_one_in_a_wrong_format_does(
    policy: Policy,
) -> None:
    filing = handed_in(policy)
    found = row(filing, policy, "dispatched_labour")
    assert (found.state, found.blocks) == (MaterialState.MISSING, False)
    wrong = replace(a_material("dispatched_labour"), media_type="image/tiff")
    filing.materials += (wrong,)
    with pytest.raises(WrongFormat) as caught:
        filing.submit(policy, at=AT)
    assert list(caught.value.extra["wrong_format"]) == ["dispatched_labour"]  # type: ignore[call-overload]  # a mapping


def test_all_that_is_too_old_or_undated_is_told_at_once(policy: Policy) -> None:
    old = replace(a_material("integrity_statement"), issued_on=date(2023, 1, 1))
    filing = handed_in(policy, full_time_staff=dated(None), integrity_statement=old)
    with pytest.raises(MaterialOutdated) as caught:
        filing.submit(policy, at=AT)
    assert set(caught.value.extra["outdated"]) == {STAFF, "integrity_statement"}  # type: ignore[call-overload]  # a mapping
    assert "2023-04-01" in caught.value.detail
    assert caught.value.basis == ("N2.8",)


def test_what_is_missing_is_told_before_what_is_too_old(policy: Policy) -> None:
    filing = handed_in(policy, full_time_staff=dated(None))
    filing.materials = tuple(each for each in filing.materials if each.kind != "application_form")
    with pytest.raises(MaterialsIncomplete) as caught:
        filing.submit(policy, at=AT)
    assert caught.value.extra["missing"] == ["备案申请表（盖章） · Application form, sealed"]


def test_a_document_is_in_date_on_the_day_its_applicant_could_last_replace_it(policy: Policy) -> None:
    filing = handed_in(policy, full_time_staff=dated(date(2023, 12, 4)))
    old = replace(a_material("integrity_statement"), issued_on=date(2023, 12, 4))
    filing.hand_in(old, policy)
    filing.submit(policy, at=AT)
    marked = (CorrectionItem(field=f"materials.{STAFF}", reason="看不清"),)
    filing.ask_correction(marked, policy, organ=DISTRICT, at=AT)
    later = AT + timedelta(days=2)
    with pytest.raises(MaterialOutdated) as caught:
        filing.correct(policy, at=later)
    assert list(caught.value.extra["outdated"]) == [STAFF]  # type: ignore[call-overload]  # a mapping
    filing.hand_in(dated(later.date()), policy)
    filing.correct(policy, at=later)
    assert not any(each.blocks for each in filing.checklist(policy, at=AT + timedelta(days=900)))


def test_only_what_a_correction_marks_is_handed_in_or_taken_back(policy: Policy) -> None:
    filing = handed_in(policy)
    filing.submit(policy, at=AT)
    with pytest.raises(OutOfTurn):
        filing.take_back(STAFF)
    marked = (CorrectionItem(field=f"materials.{STAFF}", reason="看不清"),)
    filing.ask_correction(marked, policy, organ=DISTRICT, at=AT)
    with pytest.raises(NotMarked):
        filing.hand_in(a_material("application_form"), policy)
    with pytest.raises(NotMarked):
        filing.take_back("application_form")
    assert filing.take_back(STAFF).kind == STAFF
    with pytest.raises(NotHandedIn):
        filing.take_back(STAFF)


@pytest.mark.parametrize("media_type", FORMATS)
def test_a_kind_is_taken_in_its_own_formats_only(policy: Policy, media_type: str) -> None:
    for kind in policy.materials(a_filing().category, a_filing().audience):
        material = replace(a_material(kind.id), media_type=media_type)
        if FORMATS[media_type] in kind.formats:
            filing = a_filing()
            filing.hand_in(material, policy)
            assert filing.material(kind.id) is material
        else:
            with pytest.raises(WrongFormat, match="accepted"):
                a_filing().hand_in(material, policy)


def test_every_format_the_policy_names_can_be_handed_in() -> None:
    assert set(FORMATS.values()) == set(MediaKind)


def test_a_document_is_not_dated_later_than_today() -> None:
    check_issued(dated(TODAY), on=TODAY)
    with pytest.raises(NotYetIssued):
        check_issued(dated(TODAY + timedelta(days=1)), on=TODAY)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 12, 1), 1, date(2025, 1, 1)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


def test_the_checklist_says_where_each_requirement_comes_from_and_how_sure_it_is(policy: Policy) -> None:
    for kind in FilingKind:
        filing = a_filing(kind=kind)
        view = ChecklistView.of(filing, filing.checklist(policy, at=AT), policy)
        assert view.items
        assert not view.complete
        for item in view.items:
            assert item.status is Status.ASSUMED
            assert item.document
            assert " · " in item.name
            assert " · " in item.label

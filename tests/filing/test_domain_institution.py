"""What an institution on record may do, and how filing says no."""

from datetime import date

import pytest

from services.filing.domain import refusals
from services.filing.domain.institution import Standing
from services.filing.domain.refusals import BadValidity, NotSuspended
from shared.errors import Refusal
from tests.builders import an_institution, an_item


def test_an_institution_may_evaluate_on_the_days_of_its_validity() -> None:
    institution = an_institution(scope=(an_item(),))
    before, after = date(2024, 3, 3), date(2027, 3, 4)
    assert institution.scope_on(before) == ()
    assert institution.scope_on(institution.valid_from) == (an_item(),)
    assert institution.scope_on(institution.valid_until) == (an_item(),)
    assert institution.scope_on(after) == ()


def test_a_suspended_institution_evaluates_nothing_until_it_is_resumed() -> None:
    institution = an_institution()
    assert institution.suspend(reason="逾期未整改")
    assert not institution.suspend(reason="再次")
    assert (institution.standing, institution.suspended_for) == (Standing.SUSPENDED, "逾期未整改")
    assert institution.scope_on(date(2024, 6, 1)) == ()
    institution.resume()
    assert institution.suspended_for == ""
    assert institution.scope_on(date(2024, 6, 1)) == institution.scope
    with pytest.raises(NotSuspended):
        institution.resume()


@pytest.mark.parametrize("until", [date(2024, 3, 4), date(2024, 3, 3)])
def test_a_validity_that_ends_before_it_began_is_refused(until: date) -> None:
    with pytest.raises(BadValidity):
        an_institution(valid_from=date(2024, 3, 4), valid_until=until)


REFUSALS = [
    it
    for it in vars(refusals).values()
    if isinstance(it, type) and it.__module__ == refusals.__name__ and issubclass(it, Refusal)
]


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes) >= 17
    assert all(code.startswith("NJT-FIL-") for code in codes)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_reads_in_chinese_and_english(refusal: type[Refusal]) -> None:
    chinese, _, english = refusal().title.partition(" · ")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert english.isascii()
    assert english

"""Parameters: values with units that hold from a day to a day."""

from datetime import date

import pytest

from shared.policy import Policy, Status, Unit, UnknownParameter

DAY = date(2024, 3, 4)


def test_a_term_says_its_days_unit_and_status(policy: Policy) -> None:
    accept = policy.parameter("filing.accept_days", DAY)
    assert (accept.value, accept.unit, accept.status) == (5, Unit.WORKING_DAYS, Status.ASSUMED)
    assert policy.days("filing.accept_days", DAY) == 5
    assert policy.days("filing.renew_window_days", DAY) == 90


def test_the_yearly_cap_changes_with_the_regime_of_2024(policy: Policy) -> None:
    assert policy.number("subsidy.year_cap", date(2023, 12, 31)) == 3
    assert policy.number("subsidy.year_cap", date(2024, 1, 1)) == 1
    assert policy.number("subsidy.year_cap_shortage_extra", date(2023, 12, 31)) == 0
    assert policy.number("subsidy.year_cap_shortage_extra", date(2024, 1, 1)) == 2


def test_the_claim_window_is_cited_with_its_clause(policy: Policy) -> None:
    window = policy.parameter("subsidy.claim_window_months", DAY)
    assert (window.value, window.status, window.clause) == (12, Status.CITED, "NJ2023-WINDOW")


def test_a_text_is_read_as_text(policy: Policy) -> None:
    template = policy.text("filing.number_template", DAY)
    number = template.format(year=2024, organ="320106", serial=7)
    assert number == "宁人社评备〔2024〕3201060007号"


@pytest.mark.parametrize("key", ["filing.accept_days", "filing.no_such_days"])
def test_a_parameter_without_a_value_on_the_day_is_not_found(policy: Policy, key: str) -> None:
    with pytest.raises(UnknownParameter, match=f"{key} has no value on 2020-01-01"):
        policy.parameter(key, date(2020, 1, 1))


def test_counting_days_by_what_does_not_count_days_is_a_mistake(policy: Policy) -> None:
    with pytest.raises(TypeError, match="counts years, not days"):
        policy.days("filing.validity_years", DAY)
    with pytest.raises(TypeError, match="is not a number"):
        policy.number("filing.plaque_title", DAY)

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


@pytest.mark.parametrize(
    ("key", "value", "unit"),
    [
        ("filing.mend_days", 20, Unit.WORKING_DAYS),
        ("filing.reassess_max", 1, Unit.COUNT),
        ("filing.objection_days", 10, Unit.WORKING_DAYS),
        ("filing.warn_days", 1, Unit.WORKING_DAYS),
        ("filing.escalate_days", 0, Unit.WORKING_DAYS),
        ("filing.report_days", 3, Unit.WORKING_DAYS),
        ("filing.campaign_review_days", 40, Unit.WORKING_DAYS),
        ("filing.site_limit", 50, Unit.COUNT),
        ("filing.post_levels_max", 20, Unit.COUNT),
        ("pledge.integrity_years", 1, Unit.YEARS),
        ("import.max_rows", 20_000, Unit.COUNT),
        ("material.max_bytes", 20 * 1024 * 1024, Unit.BYTES),
        ("public.verify_per_minute", 30, Unit.COUNT),
    ],
)
def test_a_number_no_document_states_is_assumed(policy: Policy, key: str, value: int, unit: Unit) -> None:
    found = policy.parameter(key, DAY)
    assert (found.value, found.unit, found.status) == (value, unit, Status.ASSUMED)
    assert " · " in found.note


def test_an_expert_steps_aside_for_the_relations_the_pack_lists(policy: Policy) -> None:
    relations = policy.text("expert.recusal", DAY).split("、")
    assert {"任职", "近亲属", "师徒"} <= set(relations)
    assert len(relations) == len(set(relations)) == 5


def test_who_has_an_integrity_record_may_not_pledge_which_is_cited_though_its_years_are_assumed(
    policy: Policy,
) -> None:
    years = policy.parameter("pledge.integrity_years", DAY)
    assert years.clause is not None
    assert policy.clause(years.clause).document == years.source
    assert "告知承诺" in policy.document(years.source).title


@pytest.mark.parametrize("key", ["filing.accept_days", "filing.no_such_days"])
def test_a_parameter_without_a_value_on_the_day_is_not_found(policy: Policy, key: str) -> None:
    with pytest.raises(UnknownParameter, match=f"{key} has no value on 2020-01-01"):
        policy.parameter(key, date(2020, 1, 1))


def test_counting_days_by_what_does_not_count_days_is_a_mistake(policy: Policy) -> None:
    with pytest.raises(TypeError, match="counts years, not days"):
        policy.days("filing.validity_years", DAY)
    with pytest.raises(TypeError, match="is not a number"):
        policy.number("filing.plaque_title", DAY)

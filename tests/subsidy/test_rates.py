"""What a certificate is worth: the tables of the notice and of the documents cited, to the fen."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from services.subsidy.domain.terms import Outcome, Result, Rule
from shared.contracts.scope import ScopeItem
from shared.policy import Policy, PolicyError, Status, load_policy
from shared.settings import PolicySettings
from tests.subsidy.deciding import (
    CLAIMED,
    A,
    certificate,
    decided,
    evaluator,
    item,
    lathe,
    of_result,
    robot,
)

Amend = Callable[..., Policy]


@pytest.fixture
def amended(tmp_path: Path) -> Amend:
    """The city's pack with passages replaced, each as (file, old, new)."""

    def amend(*changes: tuple[str, str, str]) -> Policy:
        folder = copytree(PolicySettings().folder, tmp_path / "pack", dirs_exist_ok=True)
        for file, old, new in changes:
            text = (folder / file).read_text(encoding="utf-8")
            assert old in text
            (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return load_policy(folder)

    return amend


@pytest.mark.parametrize(
    ("scope_item", "yuan", "uplift"),
    [
        (lathe(4), "1,500.00", None),
        (robot(3), "2,600.00", 30),
        (lathe(3), "2,000.00", None),
        (robot(4), "1,500.00", None),
        (robot(2), "4,550.00", 30),
        (robot(1), "5,590.00", 30),
        (lathe(5), "1,000.00", None),
    ],
)
def test_n1_7_the_table_of_the_notice(
    policy: Policy, scope_item: ScopeItem, yuan: str, uplift: int | None
) -> None:
    decision = decided(policy, certificate(scope_item))
    assert decision.outcome is Outcome.PAYABLE
    assert (decision.amount.yuan, decision.uplift) == (yuan, uplift)
    assert decision.reasons == ()
    assert decision.policy_version == policy.version_on(CLAIMED)


@pytest.mark.parametrize(
    ("code", "yuan"),
    [
        ("6-18-01-01", ["1,000.00", "1,500.00", "2,000.00", "3,500.00", "4,300.00"]),
        ("4-01-02-02", ["800.00", "1,200.00", "1,800.00", "2,500.00", "3,500.00"]),
        ("4-03-02-01", ["500.00", "1,000.00", "1,500.00", "2,000.00", "3,000.00"]),
    ],
)
def test_the_provinces_table_of_2023_by_class_and_level(policy: Policy, code: str, yuan: list[str]) -> None:
    items = [item(code, level) for level in (5, 4, 3, 2, 1)]
    paid = [decided(policy, certificate(each, evaluator=evaluator(scope=(each,)))) for each in items]
    assert [each.amount.yuan for each in paid] == yuan


@pytest.mark.parametrize(
    ("scope_item", "yuan"),
    [
        (lathe(5), "1,000.00"),
        (lathe(4), "1,500.00"),
        (lathe(3), "2,000.00"),
        (item("4-10-01-05", 5), "1,300.00"),
        (robot(4), "1,950.00"),
        (robot(3), "2,600.00"),
    ],
)
def test_nj2022_uplift_line_a_is_raised_at_all_three_of_its_levels(
    policy: Policy, scope_item: ScopeItem, yuan: str
) -> None:
    decision = decided(policy, certificate(scope_item, evaluator=evaluator(scope=(scope_item,))), line=A)
    assert (decision.outcome, decision.amount.yuan) == (Outcome.PAYABLE, yuan)
    raised = ("NJ2022-UPLIFT",) if decision.uplift else ()
    assert decision.basis == ("N1.4", "NJ2023-WINDOW", "NJ2023-INSURED", *raised)


@pytest.mark.parametrize("level", [2, 1])
def test_line_a_pays_levels_five_four_and_three_only(policy: Policy, level: int) -> None:
    assert of_result(decided(policy, certificate(robot(level)), line=A), Result.MISSED) == {Rule.RATE}


WUXI = (
    ("rates.toml", "percent = 30\nlevels = [3, 2, 1]", "percent = 20\nlevels = [3, 2, 1]"),
    (
        "rates.toml",
        "5 = 1000\n4 = 1500\n3 = 2000\n2 = 3500\n1 = 4300\n",
        (
            "5 = 1000\n4 = 1500\n3 = 2000\n2 = 3500\n1 = 4300\n"
            "[tables.uplifted_by_class.A]\n3 = 2400\n2 = 4200\n1 = 5200\n"
            "[tables.uplifted_by_class.B]\n3 = 2100\n2 = 3000\n1 = 4200\n"
            "[tables.uplifted_by_class.C]\n3 = 1800\n2 = 2400\n1 = 3600\n"
        ),
    ),
)


@pytest.mark.parametrize(
    ("code", "yuan"),
    [
        ("6-31-01-10", ["1,500.00", "2,400.00", "4,200.00", "5,200.00"]),
        ("4-04-05-05", ["1,200.00", "2,100.00", "3,000.00", "4,200.00"]),
        ("4-10-01-05", ["1,000.00", "1,800.00", "2,400.00", "3,600.00"]),
    ],
)
def test_a_printed_table_that_is_no_clean_formula_wins_over_the_formula(
    amended: Amend, code: str, yuan: list[str]
) -> None:
    wuxi = amended(*WUXI)
    items = [item(code, level) for level in (4, 3, 2, 1)]
    paid = [decided(wuxi, certificate(each, evaluator=evaluator(scope=(each,)))) for each in items]
    assert [each.amount.yuan for each in paid] == yuan
    assert "公布的上浮标准" in paid[-1].rules[-1].detail


def test_a_printed_raised_amount_needs_its_rate_and_is_no_lower(amended: Amend) -> None:
    file, rates, printed = WUXI[1]
    for wrong in (
        printed.replace("3 = 2400", "3 = 1999"),
        printed.replace("[tables.uplifted_by_class.A]\n3 = 2400", "[tables.uplifted_flat]\n3 = 2400"),
    ):
        with pytest.raises(PolicyError, match="raised amount needs its rate"):
            amended((file, rates, wrong))


def test_n1_7_a_formula_rounds_half_a_fen_up(amended: Amend) -> None:
    odd = amended(("rates.toml", "percent = 30\nlevels = [3, 2, 1]", "percent = 33\nlevels = [3, 2, 1]"))
    assert decided(odd, certificate(robot(3))).amount == 266_000
    rate = decided(odd, certificate(robot(3))).base
    assert type(rate)(50).uplifted(33) == 67, "66.5 fen"
    assert type(rate)(1).uplifted(33) == 1, "1.33 fen"


def test_n1_7_level_3_in_a_shortage_occupation_is_raised_from_2000_to_2600(policy: Policy) -> None:
    decision = decided(policy, certificate(robot(3)))
    assert (decision.base, decision.uplift, decision.amount) == (200_000, 30, 260_000)
    assert decision.basis == ("N1.4", "N1.6", "N1.7")


def test_n1_7_level_4_in_a_shortage_occupation_stays_at_the_standard(policy: Policy) -> None:
    decision = decided(policy, certificate(robot(4)))
    assert decision.shortage
    assert (decision.amount, decision.uplift) == (150_000, None)
    assert "N1.7" not in decision.basis


def test_n1_7_a_shortage_list_raises_nothing_before_it_is_published(policy: Policy) -> None:
    early = certificate(robot(3), issued_on=date(2024, 1, 5))
    before = decided(policy, early, on=date(2024, 1, 10))
    after = decided(policy, early, on=date(2024, 1, 20))
    assert (before.amount, before.shortage) == (200_000, False)
    assert (after.amount, after.shortage) == (260_000, True)


def test_n1_7_the_list_of_the_day_of_issue_counts_and_not_that_of_the_claim(policy: Policy) -> None:
    for code, yuan in (("6-18-02-04", "2,600.00"), ("6-25-02-05", "2,000.00")):
        of = item(code, 3)
        issued = certificate(of, issued_on=date(2023, 12, 20), evaluator=evaluator(scope=(of,)))
        assert decided(policy, issued, on=date(2024, 2, 1)).amount.yuan == yuan


def test_n1_7_a_decision_asked_again_knows_only_what_was_known_then(policy: Policy) -> None:
    early = certificate(robot(3), issued_on=date(2024, 1, 5))
    again = decided(policy, early, on=date(2024, 1, 20), known_on=date(2024, 1, 10))
    assert again.amount == 200_000


def test_where_the_policy_bridges_last_years_list_holds_until_the_new_one_is_out(amended: Amend) -> None:
    bridging = amended(
        (
            "parameters.toml",
            'key = "subsidy.shortage_bridge_months", value = 0',
            'key = "subsidy.shortage_bridge_months", value = 6',
        )
    )
    welder = item("6-18-02-04", 3)
    of = certificate(welder, issued_on=date(2024, 1, 5), evaluator=evaluator(scope=(welder,)))
    before, after = (decided(bridging, of, on=date(2024, 1, day)) for day in (10, 20))
    assert (before.amount, after.amount) == (260_000, 200_000), (
        "on the list of 2021, no longer on that of 2024"
    )
    assert "沿用" in before.rules[-1].detail


def test_n1_7_is_explained_whether_it_raises_or_not(policy: Policy) -> None:
    for scope_item, words in ((robot(3), "上浮 30%"), (robot(4), "低于高级工"), (lathe(3), "紧缺目录")):
        uplift = decided(policy, certificate(scope_item)).rules[-1]
        assert uplift.rule is Rule.UPLIFT
        assert words in uplift.detail
        assert (uplift.clause, uplift.source, uplift.status) == ("N1.7", "notice", Status.NOTICE)

"""双随机抽查: the same seed draws the same institutions, and some are likelier than others."""

import random
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.refusals import SampleTooSmall
from services.supervision.domain.sampling import Sample, draw, weight
from tests.supervision.fakes import an_institution

DAY = date(2026, 3, 2)
YUAN = 100


def some(count: int, *, paid_fen: int = 0) -> list[SupervisedInstitution]:
    return [an_institution(key=UUID(int=number), paid_fen=paid_fen) for number in range(1, count + 1)]


def drawn(institutions: list[SupervisedInstitution], *, percent: int = 10, seed: str = "2026") -> Sample:
    return draw(institutions, percent=percent, at_least=10, seed=seed, on=DAY)


def ids(sample: Sample) -> list[UUID]:
    return [each.institution.id for each in sample.drawn]


@pytest.mark.parametrize(("count", "chosen"), [(0, 0), (1, 1), (10, 1), (11, 2), (100, 10), (101, 11)])
def test_n3_3_a_share_is_drawn_and_a_fraction_counts_as_one_more(count: int, chosen: int) -> None:
    sample = drawn(some(count))
    assert len(set(ids(sample))) == len(sample.drawn) == chosen
    assert sample.population == count


def test_the_whole_register_can_be_drawn() -> None:
    assert set(ids(drawn(some(37), percent=100))) == {each.id for each in some(37)}


def test_n3_3_less_than_the_required_share_is_refused() -> None:
    with pytest.raises(SampleTooSmall) as refused:
        drawn(some(100), percent=9)
    assert refused.value.basis == ("N3.3",)
    assert refused.value.extra == {"at_least": 10}


@given(seed=st.text(min_size=1, max_size=20), shuffle=st.integers())
def test_a_seed_draws_the_same_in_whatever_order_they_come(seed: str, shuffle: int) -> None:
    shuffled = some(40)
    random.Random(shuffle).shuffle(shuffled)  # noqa: S311 — a shuffle of test data, nothing secret
    assert ids(drawn(shuffled, seed=seed)) == ids(drawn(some(40), seed=seed))


def test_another_seed_draws_others() -> None:
    assert len({tuple(ids(drawn(some(100), seed=str(seed)))) for seed in range(20)}) == 20


def test_one_more_institution_does_not_reorder_the_others() -> None:
    before, after = ids(drawn(some(40), percent=100)), ids(drawn(some(41), percent=100))
    assert [key for key in after if key in before] == before


@pytest.mark.parametrize(
    ("age_days", "paid_yuan", "weighs"),
    [(365, 0, 1), (364, 0, 3), (365, 99_999, 1), (365, 100_000, 2), (365, 400_000, 5), (0, 10_000_000, 7)],
)
def test_new_and_highly_paid_institutions_weigh_more(age_days: int, paid_yuan: int, weighs: int) -> None:
    institution = an_institution(valid_from=DAY - timedelta(days=age_days), paid_fen=paid_yuan * YUAN)
    assert weight(institution, on=DAY) == weighs


def test_chances_follow_the_weights() -> None:
    """Weights 5 and 1 for one place: 5/6 of 3 000 seeds, give or take three standard deviations."""
    plain = an_institution(key=UUID(int=1))
    rich = an_institution(key=UUID(int=2), paid_fen=400_000 * YUAN)
    wins = sum(ids(drawn([plain, rich], percent=50, seed=str(seed))) == [rich.id] for seed in range(3000))
    assert abs(wins - 2500) < 62

"""A story that is made up: every number in it is valid, the same seed tells the same, and a city can carry it out."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import islice

import pytest

from shared.contracts.province import (
    CertificatesIssued,
    FilingChange,
    InstitutionFiled,
    MessageCode,
    ProvinceEnvelope,
    Receipt,
)
from shared.contracts.queries import CertificateRevoked
from shared.values import CertificateNumber, CitizenId
from simulator.counterpart import Counterpart
from simulator.scenario import ScenarioError, play
from simulator.story import Story, read_story
from tests.simulator.city import ACCEPTED, City, technically_refused

DAY = date(2026, 3, 2)
FILED, ISSUED = MessageCode.INSTITUTION_FILED, MessageCode.CERTIFICATES_ISSUED


def story(asked: str = "institutions=60,certificates=620,seed=7") -> Story:
    return read_story(asked, today=DAY)


def filings(told: Story) -> list[InstitutionFiled]:
    found = [step.message() for step in told if step.send == FILED]
    return [each for each in found if isinstance(each, InstitutionFiled)]


def batches(told: Story) -> list[CertificatesIssued]:
    found = [step.message() for step in told if step.send == ISSUED]
    return [each for each in found if isinstance(each, CertificatesIssued)]


def test_it_has_as_many_steps_as_it_says_and_the_same_seed_tells_the_same() -> None:
    assert len(list(story())) == len(story())
    assert list(story()) == list(story())
    assert next(iter(story())) != next(iter(story("institutions=60,certificates=620,seed=8")))


def test_every_act_is_another() -> None:
    keys = [(step.send, step.business_key) for step in story()]
    assert len(set(keys)) == len(keys)


def test_institutions_are_filed_before_anything_happens_to_them() -> None:
    told = filings(story())
    first = told[:60]
    assert {each.change for each in first} == {FilingChange.FILED}
    for count in (
        {each.uscc for each in first},
        {each.provincial_number for each in first},
        {code for each in first for code in each.station_codes},
    ):
        assert len(count) == 60
    changes = Counter(each.change for each in told)
    assert changes == {
        FilingChange.FILED: 60,
        FilingChange.CHANGED: 6,
        FilingChange.SUSPENDED: 3,
        FilingChange.RESUMED: 3,
        FilingChange.REVOKED: 2,
    }


def test_what_was_changed_stays_so_in_what_comes_after() -> None:
    told = [each for each in filings(story()) if each.provincial_number.endswith("-000002")]
    assert [each.change for each in told] == ["filed", "changed", "suspended", "resumed", "revoked"]
    assert [each.name for each in told] == ["测试机构000002号", *["测试机构000002号（更名）"] * 4]
    assert {each.scope for each in told[1:]} == {told[1].scope}


def test_certificates_are_of_institutions_that_were_filed_and_of_nobody_twice() -> None:
    stations = {each.uscc: each.station_codes[0] for each in filings(story())}
    issued = [each for batch in batches(story()) for each in batch.certificates]
    assert (
        len(issued)
        == len({each.number for each in issued})
        == len({each.holder_id for each in issued})
        == 620
    )
    for each in issued:
        assert each.number.station_code == stations[each.uscc]
        assert (each.number.level, each.number.year) == (each.occupation.level, each.issued_on.year)
        assert CitizenId.parse(each.holder_id, on=each.evaluated_on)
        assert each.holder_name.startswith("测试员")


def test_a_batch_holds_a_thousand_certificates_at_most() -> None:
    told = story("institutions=2,certificates=5001,seed=1")
    assert [len(batch.certificates) for batch in batches(told)] == [1000, 1000, 501, 1000, 1000, 500]
    assert len(told) == len(list(told))


def test_certificates_that_are_revoked_were_issued() -> None:
    told = story("institutions=7,certificates=777,seed=1")
    issued = {each.number: each.uscc for batch in batches(told) for each in batch.certificates}
    revoked = [step.message() for step in told if step.send == MessageCode.CERTIFICATE_REVOKED]
    assert len(revoked) == 8
    for each in revoked:
        assert isinstance(each, CertificateRevoked)
        assert isinstance(each.number, CertificateNumber)
        assert issued[each.number] == each.uscc


def test_a_long_story_is_told_as_it_is_made() -> None:
    told = story("institutions=1000000,certificates=10000000,seed=1")
    assert [step.send for step in islice(told, 3)] == [FILED] * 3


@pytest.mark.parametrize(
    "wrong",
    ["institutions", "institutions=0", "institutions=-1", "people=3", "seed=x", "institutions=9999999"],
)
def test_a_story_that_cannot_be_told_is_refused(wrong: str) -> None:
    with pytest.raises(ScenarioError, match="is not written like that"):
        read_story(wrong, today=DAY)


def test_what_is_not_named_is_as_usual() -> None:
    assert read_story("seed=3", today=DAY) == Story(institutions=100, certificates=1000, seed=3, today=DAY)


async def test_so_many_steps_are_under_way_at_a_time_and_told_in_their_order(
    city: City, province: Counterpart
) -> None:
    under_way: list[int] = []

    def answer(envelope: ProvinceEnvelope) -> Sequence[Receipt]:
        under_way.append(len(province.sent) - len(ends))
        return [technically_refused("PAYLOAD")] if envelope.business_key == "乙" else ACCEPTED

    city.answer = answer
    first = next(iter(story()))
    steps = [first.model_copy(update={"business_key": key, "lane": key}) for key in "甲乙丙丁戊"]
    ends: list[tuple[str, bool]] = []
    async for step, receipt in play(province, steps, seconds=5, at_once=3):
        assert receipt is not None
        ends.append((step.business_key, receipt.ok))
    assert ends == [("甲", True), ("乙", False), ("丙", True), ("丁", True), ("戊", True)]
    assert max(under_way) == 3

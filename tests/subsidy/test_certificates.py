"""A batch of the province's certificates: kept sealed and whole, or refused whole."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.subsidy.domain.refusals import FaultyCertificates, UnknownCertificate
from services.subsidy.domain.vetting import Fault, Issued, check_batch
from services.subsidy.handlers.certificates import FilingNotHeardOf, read_certificate
from services.subsidy.holders import masked
from shared.errors import NotFound
from shared.messaging.failures import Gap
from shared.policy import Audience
from shared.privacy import Undecipherable
from shared.values import CertificateNumber
from tests.builders import a_uscc
from tests.subsidy.builders import (
    HOLDER,
    ISSUED,
    institution,
    issued,
    lathe,
    number,
    robot,
)
from tests.subsidy.claiming import Claimant
from tests.subsidy.works import SubsidyWorks

TODAY = date(2024, 6, 3)
GOOD = issued()


def faults_of(*certificates: Issued, known: set[str] | None = None) -> object:
    with pytest.raises(FaultyCertificates) as refused:
        check_batch(certificates, known=known or set(), today=TODAY)
    assert not any(each.holder_id in str(refused.value) for each in certificates)
    assert not any(each.number in str(refused.value) for each in certificates)
    return refused.value.extra["faults"]


@pytest.mark.parametrize(
    ("faulty", "fault"),
    [
        (replace(GOOD, number=number(3, serial=2)), Fault.LEVEL),
        (replace(GOOD, number=number("T", serial=2)), Fault.LEVEL),
        (replace(GOOD, number=number(4, year=2023, serial=2)), Fault.YEAR),
        (replace(GOOD, number=number(4, serial=2), placed=False), Fault.STATION),
        (replace(GOOD, number=number(4, serial=2), evaluated_on=date(2024, 3, 5)), Fault.ORDER),
        (replace(GOOD, number=number(4, serial=2), issued_on=date(2024, 6, 4)), Fault.FUTURE),
        (replace(GOOD, number=number(4, serial=2), holder_id="320103199005010010"), Fault.HOLDER),
        (replace(GOOD, number=number(4, serial=2), evaluated_on=date(1990, 4, 30)), Fault.HOLDER),
    ],
)
def test_one_faulty_certificate_refuses_the_batch_and_is_named_by_its_place(
    faulty: Issued, fault: Fault
) -> None:
    assert faults_of(GOOD, faulty) == {fault: [1]}


def test_a_number_that_appears_twice_or_is_on_record_refuses_the_batch() -> None:
    assert faults_of(GOOD, issued(), issued(robot(4), number=number(4, serial=3))) == {Fault.REPEATED: [0, 1]}
    assert faults_of(GOOD, known={GOOD.number}) == {Fault.KNOWN: [0]}


def test_every_fault_is_named_at_once() -> None:
    worst = replace(GOOD, number=number(3, year=2023, serial=2), evaluated_on=date(2024, 3, 5))
    assert faults_of(worst, GOOD) == {Fault.LEVEL: [0], Fault.YEAR: [0], Fault.ORDER: [0]}


@pytest.mark.parametrize("holder_id", [HOLDER, HOLDER.lower(), "E12345678", "H1234567800"])
def test_other_documents_than_the_citizens_card_have_no_check_digit(holder_id: str) -> None:
    check_batch([replace(GOOD, holder_id=holder_id)], known=set(), today=TODAY)


async def counted(employer: Claimant) -> int:
    """How many certificates its people have on record."""
    async with employer.works() as work:
        kept = await work.certificates.all_numbered(
            [CertificateNumber(f"{employer.station}244{serial:06d}") for serial in range(1, 10)]
        )
    return len(kept)


async def test_a_certificate_is_placed_with_the_institution_that_evaluated(works: SubsidyWorks) -> None:
    employer = await Claimant(works, organ="JNJKQ").on_record()
    (kept,) = await employer.keep(employer.issued(lathe(4)))
    assert (kept.organ, kept.institution_id, kept.item) == ("JNJKQ", employer.key, lathe(4))
    assert await counted(employer) == 1


async def test_of_two_institutions_of_one_body_the_numbers_letter_decides(works: SubsidyWorks) -> None:
    employer = Claimant(works)
    public = institution(id=uuid4(), uscc=employer.uscc, audience=Audience.PUBLIC)
    own = institution(id=uuid4(), uscc=employer.uscc)
    async with works() as work:
        work.institutions.add(public)
        work.institutions.add(own)
    first = employer.issued(lathe(4))
    second = employer.issued(lathe(4))
    social = second.model_copy(update={"number": CertificateNumber(f"S{second.number[1:]}")})
    kept = await employer.keep(first, social)
    assert [each.institution_id for each in kept] == [own.id, public.id]


async def test_holders_are_kept_sealed_and_shown_masked(employer: Claimant) -> None:
    (kept,) = await employer.keep(employer.issued(lathe(4), holder_id=HOLDER))
    for sealed in (kept.holder.name, kept.holder.id, kept.holder.index):
        assert "测试员甲".encode() not in sealed
        assert HOLDER.encode() not in sealed
    async with employer.works() as work:
        _, shown = await read_certificate(kept.number, work)
    assert shown.name == "测***"
    assert shown.id == f"{HOLDER[:3]}{'*' * 13}{HOLDER[-2:]}"


async def test_a_sealed_holder_cannot_be_moved_to_another_certificate_or_column(employer: Claimant) -> None:
    one, other = await employer.keep(employer.issued(lathe(4)), employer.issued(robot(4)))
    for moved in (other.holder, replace(one.holder, name=one.holder.id, id=one.holder.name)):
        with pytest.raises(Undecipherable):
            masked(employer.works.cipher, replace(one, holder=moved))


async def test_two_writings_of_a_number_are_one_person(employer: Claimant) -> None:
    one, same, other = await employer.keep(
        employer.issued(lathe(4), holder_id="E1234567x"),
        employer.issued(robot(4), holder_id=" E1234567X "),
        employer.issued(robot(3)),
    )
    assert one.holder.index == same.holder.index
    assert one.holder.index != other.holder.index


async def test_a_batch_waits_for_the_filing_of_its_institution(employer: Claimant) -> None:
    with pytest.raises(FilingNotHeardOf) as waiting:
        await employer.keep(employer.issued(lathe(4)), employer.issued(robot(4), uscc=a_uscc()))
    assert isinstance(waiting.value, NotFound)
    assert isinstance(waiting.value, Gap), "any other refusal would be final"
    assert await counted(employer) == 0


async def test_a_refused_batch_leaves_nothing_behind(employer: Claimant) -> None:
    with pytest.raises(FaultyCertificates):
        await employer.keep(
            employer.issued(lathe(4)), employer.issued(robot(4), evaluated_on=date(2024, 3, 5))
        )
    assert await counted(employer) == 0


async def test_a_certificate_comes_once(employer: Claimant) -> None:
    sent = employer.issued(lathe(4))
    await employer.keep(sent)
    with pytest.raises(FaultyCertificates) as refused:
        await employer.keep(sent)
    assert refused.value.extra["faults"] == {Fault.KNOWN: [0]}


async def test_a_certificate_nobody_issued_is_not_shown(employer: Claimant) -> None:
    with pytest.raises(UnknownCertificate):
        async with employer.works() as work:
            await read_certificate(number(4, serial=999_997), work)


def test_a_certificate_may_be_issued_on_the_day_of_its_evaluation() -> None:
    check_batch([replace(GOOD, evaluated_on=ISSUED)], known=set(), today=ISSUED)

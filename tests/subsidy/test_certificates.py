"""A batch of the province's certificates: kept sealed and whole, or refused whole."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.subsidy.domain.certificate import Fault, Issued, check_batch
from services.subsidy.domain.refusals import FaultyCertificates, UnknownCertificate
from services.subsidy.handlers import FilingNotHeardOf, keep_certificates, read_certificate
from shared.contracts.province import CertificatesIssued
from shared.errors import NotFound
from shared.messaging.failures import Gap
from shared.policy import Audience
from shared.privacy import Undecipherable
from tests.subsidy.builders import (
    HOLDER,
    ISSUED,
    OTHER_USCC,
    batch,
    certificate,
    institution,
    issued,
    lathe,
    number,
    robot,
)
from tests.subsidy.fakes import Desk

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


async def test_a_certificate_is_placed_with_the_institution_that_evaluated(desk: Desk) -> None:
    desk.institutions.add(institution(organ="JNJKQ"))
    (kept,) = await keep_certificates(batch(certificate(lathe(4))), desk.work())
    assert (kept.organ, kept.institution_id, kept.item) == ("JNJKQ", institution().id, lathe(4))
    assert desk.certificates.all == {kept.id: kept}


async def test_of_two_institutions_of_one_body_the_numbers_letter_decides(desk: Desk) -> None:
    public = institution(id=UUID(int=2), audience=Audience.PUBLIC)
    desk.institutions.add(public)
    desk.institutions.add(institution())
    sent = batch(certificate(lathe(4)), certificate(lathe(4), number=number(4, letter="S", serial=2)))
    own, social = await keep_certificates(sent, desk.work())
    assert (own.institution_id, social.institution_id) == (UUID(int=1), UUID(int=2))


async def test_holders_are_kept_sealed_and_shown_masked(desk: Desk) -> None:
    desk.institutions.add(institution())
    (kept,) = await keep_certificates(batch(certificate(lathe(4))), desk.work())
    for sealed in (kept.holder.name, kept.holder.id, kept.holder.index):
        assert "测试员甲".encode() not in sealed
        assert HOLDER.encode() not in sealed
    _, shown = await read_certificate(kept.number, desk.work())
    assert shown.name == "测***"
    assert shown.id == f"{HOLDER[:3]}{'*' * 13}{HOLDER[-2:]}"


async def test_a_sealed_holder_cannot_be_moved_to_another_certificate_or_column(desk: Desk) -> None:
    desk.institutions.add(institution())
    sent = batch(certificate(lathe(4)), certificate(robot(4), serial=2))
    one, other = await keep_certificates(sent, desk.work())
    for moved in (other.holder, replace(one.holder, name=one.holder.id, id=one.holder.name)):
        one.holder = moved
        with pytest.raises(Undecipherable):
            await read_certificate(one.number, desk.work())


async def test_two_writings_of_a_number_are_one_person(desk: Desk) -> None:
    desk.institutions.add(institution())
    sent = batch(
        certificate(lathe(4), holder_id="E1234567x"),
        certificate(robot(4), serial=2, holder_id=" E1234567X "),
        certificate(robot(3), serial=3),
    )
    one, same, other = await keep_certificates(sent, desk.work())
    assert one.holder.index == same.holder.index
    assert one.holder.index != other.holder.index


async def test_a_batch_waits_for_the_filing_of_its_institution(desk: Desk) -> None:
    desk.institutions.add(institution())
    sent = batch(certificate(lathe(4)), certificate(robot(4), serial=2, uscc=OTHER_USCC))
    with pytest.raises(FilingNotHeardOf) as waiting:
        await keep_certificates(sent, desk.work())
    assert isinstance(waiting.value, NotFound)
    assert isinstance(waiting.value, Gap), "any other refusal would be final"
    assert desk.certificates.all == {}


async def test_a_refused_batch_leaves_nothing_behind(desk: Desk) -> None:
    desk.institutions.add(institution())
    sent = batch(certificate(lathe(4)), certificate(robot(4), serial=2, evaluated_on=date(2024, 3, 5)))
    with pytest.raises(FaultyCertificates):
        await keep_certificates(sent, desk.work())
    assert desk.certificates.all == {}


async def test_a_certificate_comes_once(desk: Desk) -> None:
    desk.institutions.add(institution())
    sent: CertificatesIssued = batch(certificate(lathe(4)))
    await keep_certificates(sent, desk.work())
    with pytest.raises(FaultyCertificates) as refused:
        await keep_certificates(sent.model_copy(update={"batch": "2024-03-2"}), desk.work())
    assert refused.value.extra["faults"] == {Fault.KNOWN: [0]}


async def test_a_certificate_nobody_issued_is_not_shown(desk: Desk) -> None:
    with pytest.raises(UnknownCertificate):
        await read_certificate(number(4), desk.work())


def test_a_certificate_may_be_issued_on_the_day_of_its_evaluation() -> None:
    check_batch([replace(GOOD, evaluated_on=ISSUED)], known=set(), today=ISSUED)

"""Signals are raised where something arrived, once, and handed to supervision (N3.3)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.subsidy.domain.certificate import Mark
from services.subsidy.domain.fact import FactKind, Tie
from services.subsidy.domain.look import Look, LookKind
from services.subsidy.domain.signal import (
    Found,
    SignalEvidence,
    SignalFinding,
    SignalKind,
    SignalKnown,
    SignalState,
    Whose,
)
from services.subsidy.handlers.claims import open_claim
from services.subsidy.handlers.looking import looks_due
from services.subsidy.handlers.signals import settle
from shared.values import Uscc
from tests.shared.values.made_up_numbers import citizen_number
from tests.subsidy.builders import ISSUED, lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.detecting import EVALUATED
from tests.subsidy.looking import (
    announced,
    closed,
    held,
    look_through,
    signal_about,
    signals_about,
    told,
)
from tests.subsidy.works import SubsidyWorks

YES, NO = True, False
PENSIONER = SignalKind.PENSIONER


async def test_a_signal_is_raised_once_and_again_with_other_evidence_only(
    works: SubsidyWorks, employer: Claimant
) -> None:
    numbers = await employer.certified(lathe(4), lathe(4), lathe(4))
    await told(works, numbers[:1], FactKind.PENSION, YES)
    await look_through(works)
    signal = await signal_about(employer, PENSIONER)
    assert (signal.state, signal.revision, signal.organ) == (SignalState.OPEN, 1, employer.organ)
    assert [each.number for each in signal.evidence.certificates] == [numbers[0]]
    assert signal.evidence.day == EVALUATED
    await told(works, numbers[:1], FactKind.PENSION, YES)
    await look_through(works)
    assert announced(works, signal.id) == [1]
    await told(works, numbers[1:2], FactKind.PENSION, YES)
    await look_through(works)
    after = await signal_about(employer, PENSIONER)
    assert (after.id, after.revision, after.evidence.count, after.weight) == (signal.id, 2, 2, 2)
    assert announced(works, signal.id) == [1, 2]


async def test_what_is_found_no_more_lapses(works: SubsidyWorks, employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4))
    await told(works, numbers, FactKind.ENROLLED, YES)
    await look_through(works)
    works.at += timedelta(hours=1)
    await told(works, numbers, FactKind.ENROLLED, NO)
    await look_through(works)
    signal = await signal_about(employer, SignalKind.STUDENT)
    assert (signal.state, announced(works, signal.id)) == (SignalState.LAPSED, [1, None])


async def test_what_supervision_found_is_noted_and_more_of_it_opens_it_again(
    works: SubsidyWorks, employer: Claimant
) -> None:
    numbers = await employer.certified(lathe(4), lathe(4))
    await told(works, numbers[:1], FactKind.PENSION, YES)
    await look_through(works)
    await closed(works, await signal_about(employer, PENSIONER), "confirmed")
    after = await signal_about(employer, PENSIONER)
    assert (after.state, after.finding, after.confirmed) == (
        SignalState.CLOSED,
        SignalFinding.CONFIRMED,
        True,
    )
    await told(works, numbers, FactKind.PENSION, YES)
    await look_through(works)
    again = await signal_about(employer, PENSIONER)
    assert (again.state, again.revision, again.confirmed) == (SignalState.OPEN, 2, True)


async def test_serials_that_stay_missing_are_a_gap_that_lapses_when_they_come_in(
    works: SubsidyWorks, employer: Claimant
) -> None:
    first, second, third = (employer.issued(lathe(4)) for _ in range(3))
    await employer.keep(first, third)
    await look_through(works)
    signal = await signal_about(employer, SignalKind.SERIAL_GAP)
    assert signal.subject == f"{employer.station}/2024/4"
    assert (signal.evidence.gaps, signal.evidence.count) == (((2, 2),), 1)
    await employer.keep(second)
    await look_through(works)
    assert (await signal_about(employer, SignalKind.SERIAL_GAP)).state is SignalState.LAPSED


async def test_serials_that_may_still_be_on_their_way_are_looked_for_again_after_a_while(
    works: SubsidyWorks, employer: Claimant
) -> None:
    yesterday = works.at.date() - timedelta(days=1)
    employer.issued(lathe(4))
    await employer.keep(employer.issued(lathe(4), issued_on=yesterday))
    await look_through(works)
    assert await signals_about(employer, SignalKind.SERIAL_GAP) == []
    works.at += timedelta(days=31)
    await look_through(works)
    assert (await signal_about(employer, SignalKind.SERIAL_GAP)).evidence.gaps == ((1, 1),)


async def test_a_number_sent_again_for_another_person_is_a_duplicate(
    works: SubsidyWorks, employer: Claimant
) -> None:
    (number,) = await employer.certified(lathe(4))
    async with works() as work:
        certificate = await work.certificates.numbered(number)
        certificate.claimed_by_another()
    await employer.certified(lathe(4))
    await look_through(works)
    signal = await signal_about(employer, SignalKind.SERIAL_DUPLICATE)
    assert [(each.number, each.note) for each in signal.evidence.certificates] == [(number, "1")]


async def test_nearly_all_candidates_of_an_evaluation_passed(works: SubsidyWorks, employer: Claimant) -> None:
    works.at = works.at.replace(month=3, day=6)
    await held(employer, EVALUATED, candidates=31)
    await employer.certified(*[lathe(4)] * 31)
    await look_through(works)
    assert await signals_about(employer, SignalKind.PASS_RATE) == []
    works.at += timedelta(days=10)
    await look_through(works)
    signal = await signal_about(employer, SignalKind.PASS_RATE)
    assert (signal.evidence.count, signal.evidence.of, signal.evidence.day) == (31, 31, EVALUATED)


async def test_an_evaluation_that_was_held_after_the_certificates_were_issued(
    works: SubsidyWorks, employer: Claimant
) -> None:
    (number,) = await employer.certified(lathe(4))
    await look_through(works)
    assert await signals_about(employer, SignalKind.ISSUED_BEFORE_EVALUATED) == []
    await held(employer, date(2024, 1, 8), 5, item=robot(3))
    await held(employer, ISSUED + timedelta(days=3), 5)
    await look_through(works)
    signal = await signal_about(employer, SignalKind.ISSUED_BEFORE_EVALUATED)
    (sight,) = signal.evidence.certificates
    assert (sight.number, sight.day, sight.note) == (number, ISSUED + timedelta(days=3), "held")


async def test_one_person_with_many_certificates_under_age_and_beyond_the_scope_is_three_signals(
    works: SubsidyWorks, employer: Claimant
) -> None:
    child = citizen_number("320103", date(2008, 3, 1))
    items = (lathe(4), lathe(3), robot(4))
    sent = [employer.issued(each, holder_id=child) for each in items]
    kept = await employer.keep(*sent)
    async with works() as work:
        certificate = await work.certificates.numbered(kept[0].number)
        certificate.marks = (Mark.OUT_OF_SCOPE,)
    await look_through(works)
    found = {each.kind: each for each in await signals_about(employer) if each.evidence.certificates}
    assert found.keys() == {SignalKind.UNDER_AGE, SignalKind.MANY_CERTIFICATES, SignalKind.OUT_OF_SCOPE}
    many = found[SignalKind.MANY_CERTIFICATES].evidence
    assert (many.count, len(many.digest)) == (3, 16)
    shown = [str(vars(each)) for each in found.values()]
    assert not [each for each in shown if child in each or "20080301" in each or "2008" in each]


async def test_the_same_account_for_two_bodies_is_a_signal_to_both_until_one_has_another(
    works: SubsidyWorks,
) -> None:
    one = await Claimant(works).on_record(account=False)
    other = await Claimant(works, organ="320106").on_record(account=False)
    account = f"6222{int(uuid4()) % 10**15:015d}"
    await one.give_account(account)
    await look_through(works)
    assert await signals_about(one, SignalKind.SHARED_ACCOUNT) == []
    await other.give_account(account)
    await look_through(works)
    signals = [await signal_about(each, SignalKind.SHARED_ACCOUNT) for each in (one, other)]
    assert [(each.evidence.count, each.evidence.bodies) for each in signals] == [
        (2, (str(one.uscc),)),
        (2, (str(other.uscc),)),
    ]
    assert signals[0].evidence.digest == signals[1].evidence.digest
    assert account not in str([vars(each) for each in signals])
    await other.give_account(account + "1", seen=1)
    await look_through(works)
    after = [await signal_about(each, SignalKind.SHARED_ACCOUNT) for each in (one, other)]
    assert [each.state for each in after] == [SignalState.LAPSED, SignalState.LAPSED]


async def test_two_processes_that_find_the_same_at_once_raise_it_once(works: SubsidyWorks) -> None:
    subject = f"测试/{uuid4()}"
    found = Found(
        kind=SignalKind.PASS_RATE,
        subject=subject,
        whose=Whose(uuid4(), Uscc("91350100M000100Y43"), "320115"),
        evidence=SignalEvidence(count=1),
        weight=1,
    )

    async def find_it_twice_at_once() -> None:
        async with works() as slower:
            await settle(found.kind, subject, found, slower)
            async with works() as faster:
                await settle(found.kind, subject, found, faster)

    with pytest.raises(SignalKnown):
        await find_it_twice_at_once()
    async with works() as work:
        (kept,) = (await work.signals.about({(found.kind, subject)})).values()
    assert announced(works, kept.id) == [1]


async def test_what_waits_is_taken_once_when_it_is_due_and_nothing_else_is_looked_at(
    works: SubsidyWorks,
) -> None:
    await look_through(works)
    mine, later = Look(LookKind.PERSON, uuid4().hex), Look(LookKind.PERSON, uuid4().hex)
    async with works() as work:
        assert await looks_due(work) == []
        await work.looks.note([mine], due_at=work.at)
        await work.looks.note([mine], due_at=work.at)
        await work.looks.note([later], due_at=work.at + timedelta(days=1))
        assert len(await looks_due(work)) == 1
        assert await work.looks.take(at=work.at, most=5) == [mine]
        assert await work.looks.take(at=work.at, most=5) == []


@pytest.mark.parametrize("declared", ["dispatched_without_contract", "employee"])
async def test_n2_1_what_a_claimant_declares_is_looked_at(
    works: SubsidyWorks, employer: Claimant, declared: str
) -> None:
    (number,) = await employer.certified(lathe(4))
    await look_through(works)
    async with works() as work:
        await open_claim(employer.asks(number, employment=Tie(declared)), work)
    await look_through(works)
    found = await signals_about(employer, SignalKind.DISPATCHED_WITHOUT_CONTRACT)
    notes = [sight.note for each in found for sight in each.evidence.certificates]
    assert notes == (["declared"] if declared != "employee" else [])

"""A recovery from the proposal to the last fen: the notice, money in the accounts, what is given up."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recovery_faults import (
    NotFinal,
    NoWriteOffProposed,
    OverPaid,
    RecoveryOutOfTurn,
    ReferenceUsed,
)
from services.subsidy.domain.recovery_terms import RecoveryState
from services.subsidy.domain.refusals import NotTheHandlingOrgan, SamePerson
from services.subsidy.handlers.recoveries import (
    cancel_recovery,
    issue_notice,
)
from services.subsidy.handlers.repayments import (
    confirm_write_off,
    decline_write_off,
)
from shared.contracts.subsidy import (
    HowRecovered,
    RecoveryNoticed,
    RecoveryOpened,
    SubsidyRecovered,
)
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.recovering import Debtor


@pytest.fixture
async def debtor(payee: Claimant) -> Debtor:
    return await Debtor(payee).ready()


async def test_n1_6_money_asked_back_moves_through_the_accounts_until_it_has_come_back(
    debtor: Debtor,
) -> None:
    claim = await debtor.paid(lathe(4), robot(3))
    first, second = await debtor.items(claim)
    debtor.works.announced.clear()
    recovery = await debtor.opened(first, second)
    assert (recovery.state, recovery.due, recovery.basis) == (RecoveryState.PROPOSED, 410_000, ("N1.6",))
    assert await debtor.accounts(claim) == {Account.GRANTED: -410_000, Account.PAID: 410_000}
    noticed = await debtor.noticed(recovery)
    assert await debtor.accounts(claim) == {Account.GRANTED: -410_000, Account.DUE_BACK: 410_000}
    half = await debtor.repaid(noticed, 200_000)
    assert (half.state, half.remaining) == (RecoveryState.DUE, 210_000)
    assert await debtor.accounts(claim) == {
        Account.GRANTED: -410_000,
        Account.DUE_BACK: 210_000,
        Account.RECOVERED: 200_000,
    }
    done = await debtor.repaid(half, 210_000)
    assert (done.state, done.remaining, done.closed_by) == (RecoveryState.SETTLED, 0, "accountant-a")
    assert await debtor.accounts(claim) == {Account.GRANTED: -410_000, Account.RECOVERED: 410_000}
    assert {each.state for each in await debtor.items(claim)} == {ItemState.RECOVERED}
    assert (await debtor.claimant.now(claim)).state is ClaimState.PAID
    assert await debtor.differences() == {}
    opened, told, *sums = debtor.works.announced
    assert isinstance(opened, RecoveryOpened)
    assert (opened.amount_fen, [each.amount_fen for each in opened.items]) == (410_000, [150_000, 260_000])
    assert isinstance(told, RecoveryNoticed)
    assert told.due_on == noticed.issued.due_on
    came = [each for each in sums if isinstance(each, SubsidyRecovered)]
    assert [(each.how, each.amount_fen, each.remaining_fen, each.settled) for each in came] == [
        (HowRecovered.REPAID, 200_000, 210_000, False),
        (HowRecovered.REPAID, 210_000, 0, True),
    ]
    assert [[(each.amount_fen, each.whole) for each in one.items] for one in came] == [
        [(150_000, True), (50_000, False)],
        [(210_000, True)],
    ]


async def test_only_what_came_back_whole_may_be_granted_again(debtor: Debtor) -> None:
    claim = await debtor.paid(lathe(4), robot(3))
    first, second = await debtor.items(claim)
    recovery = await debtor.repaid(await debtor.noticed(await debtor.opened(first, second)), 200_000)
    numbers = (first.certificate_number, second.certificate_number)
    again = await debtor.claimant.claims(*numbers)
    assert [each.state for each in await debtor.items(again)] == [ItemState.PAYABLE, ItemState.REFUSED]
    await debtor.written_off(recovery)
    later = await debtor.claimant.claims(second.certificate_number)
    assert [each.state for each in await debtor.items(later)] == [ItemState.REFUSED]


async def test_the_notice_names_its_days_and_is_issued_once(debtor: Debtor) -> None:
    recovery = await debtor.opened(*await debtor.items(await debtor.paid(lathe(4))))
    noticed = await debtor.noticed(recovery)
    notice, calendar = noticed.issued, debtor.works.policy.calendar
    today = debtor.works.at.date()
    assert notice.due_on == calendar.add_working_days(today, 30)
    assert calendar.working_days_between(today, notice.statement_until) == 5
    assert notice.number.startswith(f"{debtor.claimant.organ}-B-ZH{today.year}-")
    with pytest.raises(RecoveryOutOfTurn):
        await debtor.noticed(noticed)
    async with debtor.works() as work:
        with pytest.raises(RecoveryOutOfTurn):
            await cancel_recovery(debtor.on(noticed), work, reason="太迟")
    elsewhere = replace(debtor.on(noticed), organ="320115")
    with pytest.raises(NotTheHandlingOrgan):
        async with debtor.works() as work:
            await issue_notice(elsewhere, work)


async def test_the_same_bank_reference_is_booked_once(debtor: Debtor) -> None:
    claim = await debtor.paid(lathe(4))
    other = await debtor.paid(robot(3))
    noticed = await debtor.noticed(await debtor.opened(*await debtor.items(claim)))
    second = await debtor.noticed(await debtor.opened(*await debtor.items(other)))
    once = await debtor.repaid(noticed, 50_000, reference=f"REF-{noticed.id}")
    again = await debtor.repaid(noticed, 50_000, reference=f"REF-{noticed.id}")
    assert (again.version, again.recovered) == (once.version, 50_000)
    for recovery, amount in ((again, 50_001), (second, 50_000)):
        with pytest.raises(ReferenceUsed):
            await debtor.repaid(recovery, amount, reference=f"REF-{noticed.id}")
    assert len((await debtor.whole(noticed)).entries) == 1


async def test_more_than_is_due_is_refused_and_nothing_booked(debtor: Debtor) -> None:
    claim = await debtor.paid(lathe(4))
    noticed = await debtor.noticed(await debtor.opened(*await debtor.items(claim)))
    with pytest.raises(OverPaid, match=r"应退余额 1,500\.00 元") as refused:
        await debtor.repaid(noticed, 150_001)
    assert refused.value.extra == {"remaining_fen": 150_000, "reserved_fen": 0}
    with pytest.raises(OverPaid):
        await debtor.repaid(noticed, 0)
    settled = await debtor.repaid(noticed, 150_000)
    with pytest.raises(RecoveryOutOfTurn):
        await debtor.repaid(settled, 1)


async def test_what_is_given_up_takes_two_persons_and_a_reason(debtor: Debtor) -> None:
    claim = await debtor.paid(lathe(4), robot(3))
    noticed = await debtor.noticed(await debtor.opened(*await debtor.items(claim)))
    with pytest.raises(NotFinal):
        await debtor.written_off(noticed)
    part = await debtor.repaid(noticed, 10_000)
    with pytest.raises(SamePerson):
        await debtor.written_off(part, by=("accountant-a", "accountant-a"))
    async with debtor.works() as work:
        left = await decline_write_off(debtor.on(await debtor.now(part), "c"), work, reason="尚可执行")
    assert (left.proposal, left.state) == (None, RecoveryState.DUE)
    debtor.works.announced.clear()
    gone = await debtor.written_off(left)
    assert (gone.state, gone.written_off, gone.remaining) == (RecoveryState.WRITTEN_OFF, 400_000, 0)
    assert (gone.closed_by, gone.closed_for) == ("b", "单位已注销")
    (event,) = debtor.works.announced
    assert isinstance(event, SubsidyRecovered)
    assert (event.how, event.amount_fen, event.settled) == (HowRecovered.WRITTEN_OFF, 400_000, False)
    assert await debtor.accounts(claim) == {
        Account.GRANTED: -410_000,
        Account.RECOVERED: 10_000,
        Account.WRITTEN_OFF: 400_000,
    }
    assert {each.state for each in await debtor.items(claim)} == {ItemState.PAID}
    assert await debtor.differences() == {}


async def test_what_came_back_cannot_be_changed_by_the_service_itself(debtor: Debtor) -> None:
    for statement in ("UPDATE recovery_entry SET amount_fen = 1", "DELETE FROM recovery_entry"):
        with pytest.raises(Exception, match="permission denied"):
            async with debtor.works.engine.connect() as connection, connection.begin():
                await connection.execute(text(statement))


async def test_without_a_proposal_nothing_is_written_off_or_declined(debtor: Debtor) -> None:
    final = await debtor.final(await debtor.opened(*await debtor.items(await debtor.paid(lathe(4)))))
    with pytest.raises(NoWriteOffProposed):
        async with debtor.works() as work:
            await confirm_write_off(debtor.on(final), work)
    with pytest.raises(NoWriteOffProposed):
        async with debtor.works() as work:
            await decline_write_off(debtor.on(final), work, reason="尚可执行")

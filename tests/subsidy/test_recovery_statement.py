"""陈述申辩 and instalments: what the debtor says and is answered, what it agrees on, and what falls overdue."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from services.subsidy.domain.item import ItemState
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_faults import (
    PlanDoesNotAddUp,
    RecoveryOutOfTurn,
    StatementClosed,
    StatementUnanswered,
)
from services.subsidy.domain.recovery_terms import RecoveryState
from services.subsidy.handlers.overdue import InstalmentWatch, mark_overdue
from services.subsidy.handlers.repayments import (
    AnswerStatement,
    StateCase,
    answer_statement,
    state_case,
)
from shared.contracts.subsidy import (
    InstalmentOverdue,
)
from shared.identity import NotYours
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.recovering import Debtor


@pytest.fixture
async def debtor(payee: Claimant) -> Debtor:
    return await Debtor(payee).ready()


async def stated(debtor: Debtor, recovery: Recovery, *, holder: str | None = None) -> Recovery:
    command = StateCase(
        recovery_id=recovery.id,
        seen=recovery.version,
        text="考生均参加了评价",
        holder=holder or debtor.claimant.uscc,
        by="employer",
    )
    async with debtor.works() as work:
        return await state_case(command, work)


async def answered(
    debtor: Debtor, recovery: Recovery, *, upheld: bool, items: Sequence[object] = ()
) -> Recovery:
    command = AnswerStatement(
        on=debtor.on(recovery, "officer-a"),
        upheld=upheld,
        text="已核实",
        item_ids=tuple(items),  # type: ignore[arg-type]  # ids, as the items have them
    )
    async with debtor.works() as work:
        return await answer_statement(command, work)


async def test_a_statement_upheld_in_part_lets_those_items_go(debtor: Debtor) -> None:
    claim = await debtor.paid(lathe(4), robot(3))
    first, second = await debtor.items(claim)
    noticed = await debtor.noticed(await debtor.opened(first, second))
    said = await stated(debtor, noticed)
    with pytest.raises(StatementUnanswered):
        await debtor.repaid(said, 1)
    debtor.works.at = debtor.works.at + timedelta(days=40)
    left = await answered(debtor, said, upheld=True, items=[first.id])
    assert (left.state, left.due, left.certificates) == (RecoveryState.DUE, 260_000, 1)
    assert left.issued.amount == 410_000
    (term,) = (await debtor.whole(left)).instalments
    today = debtor.works.at.date()
    assert (term.amount, term.due_on) == (260_000, debtor.works.policy.calendar.add_working_days(today, 30))
    assert await debtor.accounts(claim) == {
        Account.GRANTED: -410_000,
        Account.PAID: 150_000,
        Account.DUE_BACK: 260_000,
    }
    await debtor.repaid(left, 260_000)
    assert [each.state for each in await debtor.items(claim)] == [ItemState.PAID, ItemState.RECOVERED]
    assert await debtor.differences() == {}
    assert (await debtor.opened(first)).state is RecoveryState.PROPOSED


async def test_a_statement_upheld_withdraws_the_notice(debtor: Debtor) -> None:
    claim = await debtor.paid(lathe(4))
    noticed = await debtor.noticed(await debtor.opened(*await debtor.items(claim)))
    withdrawn = await answered(debtor, await stated(debtor, noticed), upheld=True)
    assert (withdrawn.state, withdrawn.due, withdrawn.closed_for) == (RecoveryState.CANCELLED, 0, "已核实")
    assert await debtor.accounts(claim) == {Account.GRANTED: -150_000, Account.PAID: 150_000}
    assert await debtor.differences() == {}


async def test_a_statement_dismissed_makes_the_notice_final(debtor: Debtor) -> None:
    noticed = await debtor.noticed(await debtor.opened(*await debtor.items(await debtor.paid(lathe(4)))))
    final = await answered(debtor, await stated(debtor, noticed), upheld=False)
    assert (final.state, final.due) == (RecoveryState.DUE, 150_000)
    with pytest.raises(RecoveryOutOfTurn):
        await answered(debtor, final, upheld=False)
    with pytest.raises(StatementClosed):
        await stated(debtor, final)


async def test_a_statement_is_made_by_the_debtor_once_and_in_time(debtor: Debtor) -> None:
    noticed = await debtor.noticed(await debtor.opened(*await debtor.items(await debtor.paid(lathe(4)))))
    with pytest.raises(NotYours):
        await stated(debtor, noticed, holder="91320106MA0000002W")
    debtor.works.at = noticed.issued.statement_until + timedelta(seconds=1)
    with pytest.raises(StatementClosed):
        await stated(debtor, noticed)
    await debtor.make_final()
    final = await debtor.now(noticed)
    assert final.state is RecoveryState.DUE
    await debtor.make_final()
    assert (await debtor.now(noticed)).version == final.version


async def test_instalments_add_up_to_the_fen_and_are_filled_from_the_first(debtor: Debtor) -> None:
    noticed = await debtor.noticed(await debtor.opened(*await debtor.items(await debtor.paid(lathe(4)))))
    july, august, september = date(2024, 7, 31), date(2024, 8, 30), date(2024, 9, 30)
    for parts in (
        [(july, 50_000), (august, 99_999)],
        [(july, 50_000), (august, 100_001)],
        [(august, 50_000), (july, 100_000)],
        [(july, 150_000), (august, 0)],
        [(date(2024, 6, 1), 150_000)],
        [(date(2029, 6, 1), 150_000)],
    ):
        with pytest.raises(PlanDoesNotAddUp):
            await debtor.agreed(noticed, *parts)
    agreed = await debtor.agreed(noticed, (july, 50_000), (august, 50_000), (september, 50_000))
    assert agreed.state is RecoveryState.DUE
    paid = await debtor.repaid(agreed, 70_000)
    plan = (await debtor.whole(paid)).instalments
    assert [(each.paid, each.dropped) for each in plan] == [
        (0, True),
        (50_000, False),
        (20_000, False),
        (0, False),
    ]
    again = await debtor.agreed(paid, (september, 80_000))
    plan = (await debtor.whole(again)).instalments
    assert sum(each.paid + each.unpaid for each in plan) == 150_000
    await debtor.repaid(again, 80_000)
    assert (await debtor.now(again)).state is RecoveryState.SETTLED


async def test_an_overdue_instalment_is_marked_and_told_once_until_it_is_paid(debtor: Debtor) -> None:
    noticed = await debtor.noticed(await debtor.opened(*await debtor.items(await debtor.paid(lathe(4)))))
    day = debtor.works.policy.calendar.add_working_days(debtor.works.at.date(), 3)
    agreed = await debtor.agreed(noticed, (day, 50_000), (day + timedelta(days=60), 100_000))
    debtor.works.announced.clear()
    told: list[tuple[str, int]] = []
    watch = InstalmentWatch(lambda kind, count: told.append((kind, count)))

    async def watched() -> None:
        async with debtor.works() as work:
            due = await watch.due(work)
        for each in due:
            async with debtor.works() as work:
                await mark_overdue(each.id, work)

    await watched()
    assert (await debtor.now(agreed)).overdue_since is None
    debtor.works.at = debtor.works.at + timedelta(days=30)
    await watched()
    late = await debtor.now(agreed)
    assert late.overdue_since == debtor.works.at
    await watched()
    (event,) = [each for each in debtor.works.announced if isinstance(each, InstalmentOverdue)]
    assert (event.recovery_id, event.due_on, event.unpaid_fen) == (agreed.id, day, 50_000)
    assert {kind for kind, _ in told} == {"recovery-instalment"}
    assert (await debtor.now(agreed)).version == late.version
    assert (await debtor.repaid(late, 50_000)).overdue_since is None

"""What a person was paid on its own claim comes back like a body's: by name masked, and the province alone is told."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.item import Item
from services.subsidy.domain.recoverable import Asked
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_terms import Cause, RecoveryState
from services.subsidy.handlers.recoveries import OpenRecovery, open_recovery
from services.subsidy.handlers.recovery_notices import read_notice
from services.subsidy.handlers.repayments import note_statement
from shared.contracts.province import SubsidyRecoveredReport
from shared.contracts.subsidy import ClaimFact, RecoveryFact
from shared.persistence.security import enter_everywhere
from shared.policy import MoneyLine
from shared.province.intents import payload_of
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.persons import Worker
from tests.subsidy.recovering import Debtor


@pytest.fixture
def worker(payee: Claimant) -> Worker:
    return Worker(payee)


@pytest.fixture
async def officers(worker: Worker) -> Debtor:
    """Those who recover; the institution itself owes nothing."""
    return await Debtor(worker.evaluator).ready()


async def paid(worker: Worker) -> tuple[Claim, Item]:
    claim = await worker.evaluator.approved(await worker.claimed(robot(3)))
    await worker.evaluator.settled(await worker.released())
    (item,) = await worker.evaluator.items(claim)
    return claim, item


async def opened(worker: Worker, item: Item) -> Recovery:
    command = OpenRecovery(
        cause=Cause.FRAUD,
        asked=(Asked(item_id=item.id),),
        reason="核查发现未参加评价",
        evidence=("核查记录 2024-002",),
        by="officer-a",
        organ=worker.evaluator.organ,
    )
    async with worker.works() as work:
        return await open_recovery(command, work)


async def test_a_person_repays_and_the_province_is_told_in_the_organs_lane(
    worker: Worker, officers: Debtor
) -> None:
    claim, item = await paid(worker)
    worker.works.announced.clear()
    recovery = await opened(worker, item)
    assert (recovery.debtor.uscc, recovery.debtor.holder_index) == (None, item.holder_index)
    noticed = await officers.noticed(recovery)
    async with worker.works() as work:
        said = await note_statement(officers.on(noticed), work, text="本人参加了评价", of="持证人")
    assert (said.statement is not None, said.statement and said.statement.received_by) == (
        True,
        "accountant-a",
    )
    async with worker.works() as work:
        notice = await read_notice(recovery.id, work, holder=None)
    assert (notice.debtor.name, notice.line.code) == ("测***", "A")
    assert worker.id not in notice.model_dump_json()
    assert [each for each in worker.works.announced if isinstance(each, RecoveryFact | ClaimFact)] == []
    assert (await officers.now(recovery)).state is RecoveryState.NOTICED
    assert claim.person is not None


async def test_the_persons_next_payment_is_lowered_and_told(worker: Worker, officers: Debtor) -> None:
    _, item = await paid(worker)
    recovery = await officers.final(await opened(worker, item))
    assert recovery.state is RecoveryState.DUE
    await officers.repaid(recovery, 160_000)
    worker.works.at += timedelta(days=1)
    (number,) = await worker.certified(lathe(4))
    await worker.insured()
    await worker.evaluator.approved(await worker.claims(number))
    batch = await worker.released()
    (order,) = await worker.evaluator.orders(batch)
    assert (order.line, order.amount, order.offset) == (MoneyLine.INSURANCE, 50_000, 100_000)
    await officers.settled(batch)
    assert (await officers.now(recovery)).state is RecoveryState.SETTLED
    asked = text(
        "SELECT lane, payload FROM exchange_intent WHERE code = 'SUBSIDY_RECOVERED' AND payload LIKE :key"
        " ORDER BY sequence"
    )
    async with worker.works.engine.connect() as connection, connection.begin():
        await enter_everywhere(connection)
        found = (await connection.execute(asked, {"key": f"%{recovery.id}%"})).all()
    told = [SubsidyRecoveredReport.model_validate(payload_of(row.payload)) for row in found]
    assert {row.lane for row in found} == {worker.evaluator.organ}
    assert [(each.how, each.amount_fen, each.remaining_fen) for each in told] == [
        ("repaid", 160_000, 100_000),
        ("offset", 100_000, 0),
    ]
    assert [each.whole for each in told[1].items] == [True]
    assert await officers.differences() == {}


async def test_an_institution_is_not_charged_for_what_a_person_owes(worker: Worker, officers: Debtor) -> None:
    _, item = await paid(worker)
    await officers.final(await opened(worker, item))
    employer = worker.evaluator
    await employer.approved(await employer.claimed(robot(3)))
    (order,) = await employer.orders(await employer.batch())
    assert (order.amount, order.offset) == (260_000, 0)

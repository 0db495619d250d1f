"""A day on which the province lost something, as operators meet it."""

from typing import Any

from shared.contracts.exchange import ActOnRecord, Reconcile, Reconciled
from shared.contracts.province import MessageCode
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, DONE
from tests.shared.service.desk import Desk

DAY = "2024-03-04"
OVER = {"day": DAY}


async def reported(desk: Desk, *numbers: int) -> None:
    """The city told of these and heard that they are done; it is the next day now."""
    for number in numbers:
        (intent,) = await desk.owe(report(f"备案{number}号"))
        await desk.send()
        await desk.answer(intent, ACCEPTED, DONE)
    desk.forward(days=1)


async def lost_there(desk: Desk, *numbers: int) -> list[dict[str, Any]]:
    """The province lost these: one reconciliation, and the differences it found."""
    await reported(desk, *numbers)
    begun = await desk.acted("/reconciliations", OVER)
    await answered(desk)
    concluded = await desk.seen(f"/reconciliations/{begun['id']}")
    assert (concluded["differing"], concluded["concluded_at"] is not None) == (len(numbers), True)
    found: list[dict[str, Any]] = (await desk.seen("/differences", day=DAY, state="open"))["items"]
    return found


async def answered(desk: Desk, *acts: ActOnRecord) -> None:
    """Let the province answer every question until there are no more: it has these acts, in the first bucket, no others."""
    while questions := [each for each in await desk.send() if each.code == MessageCode.RECONCILE]:
        for each in questions:
            question = Reconcile.model_validate(each.payload)
            told = Reconciled(
                **question.model_dump(exclude={"totals"}),
                totals=() if question.bucket or not acts else question.totals,
                acts=acts if question.bucket else None,
            )
            letter = desk.province.write(
                told,
                code=MessageCode.RECONCILED,
                lane="",
                sequence=0,
                in_reply_to=each.message_id,
                issued_at=desk.clock.now(),
            )
            await desk.take(letter)

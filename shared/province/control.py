"""Takes what is said about the exchange itself: outside the lanes, and answered by no receipt unless it is refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from shared.contracts.exchange import (
    Reconcile,
    Reconciled,
    ResendRequest,
    StatusAnswered,
    StatusQuery,
)
from shared.contracts.province import MessageCode, ProvinceEnvelope, Wire
from shared.persistence.unit_of_work import Transaction
from shared.province.following import Follower
from shared.province.intents import Dispatch, query_key
from shared.province.reading import NotAccepted, fields_at_fault
from shared.province.received import Received
from shared.province.reconciling import answers

W = TypeVar("W")

Act = Callable[[Any, ProvinceEnvelope, Transaction], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """What a message of some code says, and what is done about it."""

    model: type[Wire]
    act: Act


class Controls(Generic[W]):
    """The table of what is taken outside the lanes, receipts apart."""

    def __init__(self, follower: Follower[W]) -> None:
        self._taken: dict[str, _Taken] = {
            MessageCode.STATUS_QUERY: _Taken(model=StatusQuery, act=_tell_fates),
            MessageCode.STATUS_ANSWERED: _Taken(model=StatusAnswered, act=follower.take_fates),
            MessageCode.RESEND_REQUEST: _Taken(model=ResendRequest, act=_send_again),
            MessageCode.RECONCILE: _Taken(model=Reconcile, act=_tell_totals),
            MessageCode.RECONCILED: _Taken(model=Reconciled, act=_compare),
        }

    async def act(self, envelope: ProvinceEnvelope, transaction: Transaction) -> None:
        """Do what it asks, which a copy must not do again; raises NotAccepted."""
        taken = self._taken[envelope.code]
        await taken.act(_payload(taken.model, envelope), envelope, transaction)

    def __contains__(self, code: str) -> bool:
        return code in self._taken


def _payload(model: type[Wire], envelope: ProvinceEnvelope) -> Wire:
    try:
        return model.model_validate(envelope.payload)
    except ValidationError as broken:
        raise NotAccepted("PAYLOAD", f"字段有误 · fields at fault: {fields_at_fault(broken)}") from None


async def _tell_fates(query: StatusQuery, envelope: ProvinceEnvelope, transaction: Transaction) -> None:
    """Answer what became of messages that were, or were not, sent to us."""
    fates = await Received(transaction.connection).fates(query.messages)
    answer = StatusAnswered(query_id=query.query_id, messages=tuple(fates))
    transaction.intents.owe(
        Dispatch(
            code=MessageCode.STATUS_ANSWERED,
            business_key=query_key(query.query_id),
            lane="",
            payload=answer.model_dump(mode="json"),
            in_reply_to=envelope.message_id,
        )
    )


async def _send_again(request: ResendRequest, _: ProvinceEnvelope, transaction: Transaction) -> None:
    """Owe these numbers of a lane once more; raises NotAccepted when none of them was ever given out."""
    received = Received(transaction.connection)
    found = await received.owe_missing(request.lane, request.first, request.last, now=transaction.at)
    if not found:
        raise NotAccepted("UNKNOWN", "没有这些序号的报文 · No message has any of these numbers")


async def _tell_totals(question: Reconcile, envelope: ProvinceEnvelope, transaction: Transaction) -> None:
    await answers.answer(question, envelope, transaction)


async def _compare(answered: Reconciled, _: ProvinceEnvelope, transaction: Transaction) -> None:
    await answers.take(answered, transaction)

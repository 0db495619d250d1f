"""What an operator may do about a message of ours: send it again, mend it, or give up its number. Never twice.

A refused message was not taken: it keeps its id and its number, mended or not, or a VOID takes the number. A rejected
one is concluded: to take it up again is another message, with the next number of its lane, and only one does so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.contracts.exchange import Voided
from shared.contracts.province import MessageCode, canonical, payload_digest
from shared.errors import Conflict, NotFound
from shared.identity import NotYours
from shared.persistence.unit_of_work import Transaction
from shared.province.following import Follower
from shared.province.intents import Dispatch, IntentState, payload_of
from shared.province.payloads import checked
from shared.province.received import mended_times, original_key

_NUMBER_USED = "SEQUENCE"
_LONGEST_REASON = 500
_CAME_BACK = (IntentState.REFUSED, IntentState.REJECTED, IntentState.VOIDED)

_GET = text("""
    SELECT id, code, business_key, lane, sequence, in_reply_to, payload, digest, state, organ, reason_code, mends,
           query_at, due_at, mended
    FROM exchange_intent WHERE id = ANY (CAST(:ids AS uuid[])) AND sequence > 0 ORDER BY lane, sequence FOR UPDATE
""")
_CHANGE = text("""
    UPDATE exchange_intent SET state = :state, due_at = CAST(:due_at AS timestamptz),
                               query_at = CAST(:query_at AS timestamptz), queries = 0,
                               payload = :payload, digest = :digest, organ = :organ, reason_code = :reason_code
    WHERE id = :id
""")
_TAKEN_UP = text("UPDATE exchange_intent SET mended = true WHERE id = ANY (CAST(:ids AS uuid[]))")
_MENDED_BY = text("UPDATE exchange_intent SET patch = :patch WHERE id = ANY (CAST(:ids AS uuid[]))")


class UnknownIntent(NotFound):
    """没有这条报送 · No such message of ours."""

    code = "NJT-EXC-1009"


class NothingToRepair(Conflict):
    """该报送无需或不能如此处理 · This cannot be done to a message in this state."""

    code = "NJT-EXC-1010"


class MendedAlready(Conflict):
    """该报送已更正重报 · The message was mended before, and is not sent twice."""

    code = "NJT-EXC-1011"


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A numbered message of ours, as far as repairing it goes."""

    id: UUID
    code: str
    business_key: str
    lane: str
    sequence: int
    in_reply_to: UUID | None
    payload: str
    digest: bytes
    state: str
    organ: str
    reason_code: str | None
    mends: UUID | None
    query_at: datetime | None
    due_at: datetime | None
    mended: bool

    @property
    def first_key(self) -> str:
        """The business key of the act it began as, by which the service knows it."""
        return original_key(self.business_key) if self.mends else self.business_key


async def resend(
    transaction: Transaction,
    intent_ids: Sequence[UUID],
    *,
    reason: str,
    follower: Follower[Any] | None = None,
) -> None:
    """Send these again as they are, in the order of their lanes.

    What was refused is owed again under its id and number; what was rejected is told again as a new message; what
    waits for its result is asked after at once, for nothing is sent again that may have arrived. What is owed already
    stays so. The service hears of it from `follower`. Raises UnknownIntent, MendedAlready, or NothingToRepair for what
    is done or voided.
    """
    anew: list[UUID] = []
    intents = await _found(transaction, intent_ids)
    for intent in intents:
        match intent.state:
            case IntentState.OWED:
                continue
            case IntentState.REFUSED:
                await _change(transaction, intent, state=IntentState.OWED, due_at=transaction.at)
            case IntentState.DELIVERED | IntentState.ACCEPTED:
                await _change(transaction, intent, state=intent.state, query_at=transaction.at)
            case IntentState.REJECTED:
                _tell_anew(transaction, intent, payload_of(intent.payload), organ=intent.organ)
                anew.append(intent.id)
            case _:
                raise NothingToRepair(f"{intent.business_key}: {intent.state}")
    await transaction.connection.execute(_TAKEN_UP, {"ids": anew})
    await _tell_service(transaction, intents, follower)
    transaction.because(reason)


async def mend(
    transaction: Transaction,
    intent_id: UUID,
    payload: Mapping[str, Any],
    *,
    reason: str,
    follower: Follower[Any] | None = None,
) -> None:
    """Tell it right: in place when it was refused, as a new message when it was rejected or voided.

    Raises UnknownIntent, UnfitPayload, MendedAlready, NotYours, or NothingToRepair in any other state.
    """
    patch = payload_digest(dict(payload))
    await mend_each(transaction, {intent_id: payload}, reason=reason, patch=patch, follower=follower)


async def mend_each(
    transaction: Transaction,
    payloads: Mapping[UUID, Mapping[str, Any]],
    *,
    reason: str,
    patch: bytes,
    follower: Follower[Any] | None = None,
) -> None:
    """The same for several, in the order of their lanes; `patch` is kept with them to say what mended them."""
    anew: list[UUID] = []
    intents = await _found(transaction, list(payloads))
    for intent in intents:
        content = checked(intent.code, payloads[intent.id])
        organ = _organ(transaction, intent, content)
        if intent.state == IntentState.REFUSED:
            changed = {"due_at": transaction.at, "organ": organ, **_told(content)}
            await _change(transaction, intent, state=IntentState.OWED, **changed)
        elif intent.state in (IntentState.REJECTED, IntentState.VOIDED) and intent.code != MessageCode.VOID:
            _tell_anew(transaction, intent, content, organ=organ)
            anew.append(intent.id)
        else:
            raise NothingToRepair(f"{intent.business_key}: {intent.state}")
    await transaction.connection.execute(_TAKEN_UP, {"ids": anew})
    await transaction.connection.execute(_MENDED_BY, {"ids": list(payloads), "patch": patch})
    await _tell_service(transaction, intents, follower)
    transaction.because(reason)


async def _tell_service(
    transaction: Transaction, intents: Sequence[Intent], follower: Follower[Any] | None
) -> None:
    """What came back and is told again is under way once more, also for whoever owes it."""
    for intent in intents:
        if follower is not None and intent.state in _CAME_BACK:
            await follower.taken_up(intent.code, intent.first_key, transaction)


def _organ(transaction: Transaction, intent: Intent, content: Mapping[str, Any]) -> str:
    """The organ that the mended message is about; only who reaches both may move it. Raises NotYours."""
    organ = str(content.get("organ", intent.organ))
    if organ != intent.organ and not (transaction.scope.everything or organ in transaction.scope.organs):
        raise NotYours(organ)
    return organ


async def void(transaction: Transaction, intent_id: UUID, *, reason: str) -> None:
    """Give up a refused message: a VOID takes its number and the lane goes on.

    Where it was refused because the other side has used the number, there is nothing to void there. Raises
    UnknownIntent, or NothingToRepair for what was not refused.
    """
    (intent,) = await _found(transaction, [intent_id])
    if intent.state != IntentState.REFUSED:
        raise NothingToRepair(f"{intent.business_key}: {intent.state}")
    await _change(transaction, intent, state=IntentState.VOIDED)
    if intent.reason_code != _NUMBER_USED:
        told = Voided(message_id=intent.id, code=intent.code, reason=reason[:_LONGEST_REASON])
        transaction.intents.owe(
            Dispatch(
                code=MessageCode.VOID,
                business_key=f"void:{intent.id}",
                lane=intent.lane,
                payload=told.model_dump(mode="json"),
                organ=intent.organ,
                takes=intent.sequence,
            )
        )
    transaction.because(reason)


async def _found(transaction: Transaction, intent_ids: Sequence[UUID]) -> list[Intent]:
    """These, locked, lane by lane in their order; raises UnknownIntent."""
    rows = (await transaction.connection.execute(_GET, {"ids": list(intent_ids)})).mappings()
    intents = [Intent(**row) for row in rows]
    if missing := set(intent_ids) - {each.id for each in intents}:
        raise UnknownIntent(", ".join(sorted(str(each) for each in missing)))
    return intents


async def _change(transaction: Transaction, intent: Intent, *, state: str, **changes: Any) -> None:
    """Write a step of one message, and enter it in the ledger."""
    changed = {
        "state": state,
        "due_at": None,
        "query_at": None,
        "payload": intent.payload,
        "digest": intent.digest,
        "organ": intent.organ,
        "reason_code": intent.reason_code if state == IntentState.VOIDED else None,
        **changes,
    }
    await transaction.connection.execute(_CHANGE, {"id": intent.id, **changed})
    before = dict(vars(intent))
    transaction.ledger.changed("exchange_intent", intent.id, before=before, after=before | changed)
    transaction.intents.added += 1


def _told(payload: dict[str, Any]) -> dict[str, Any]:
    return {"payload": canonical(payload).decode(), "digest": payload_digest(payload)}


def _tell_anew(transaction: Transaction, intent: Intent, payload: dict[str, Any], *, organ: str) -> None:
    """Owe another message about the same act; `~2`, `~3` … say of its business key which one it is."""
    if intent.mended:
        raise MendedAlready(intent.business_key)
    times = mended_times(intent.business_key) if intent.mends else 1
    dispatch = Dispatch(
        code=MessageCode(intent.code),
        business_key=f"{intent.first_key}~{times + 1}",
        lane=intent.lane,
        payload=payload,
        in_reply_to=intent.in_reply_to,
        organ=organ,
        mends=intent.id,
    )
    transaction.intents.owe(dispatch)
    before = dict(vars(intent))
    transaction.ledger.changed("exchange_intent", intent.id, before=before, after=before | {"mended": True})

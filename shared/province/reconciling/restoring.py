"""What the repair of a difference does: tell again, take their word, answer again, ask again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.contracts.exchange import ResendRequest, Voided
from shared.contracts.province import MessageCode, Receipt, Stage, canonical, payload_digest
from shared.persistence.security import enter, enter_everywhere
from shared.persistence.unit_of_work import Transaction
from shared.province.following import Follower
from shared.province.intents import Dispatch
from shared.province.receipts import ACCEPTED
from shared.province.reconciling.comparing import Repair, place_of
from shared.province.reconciling.differences import Difference

_TOLD = text("""
    SELECT id, lane, sequence, state, organ FROM exchange_intent
    WHERE code = :code AND business_key = :business_key AND sequence > 0 FOR UPDATE
""")
_NEXT = text("UPDATE exchange_lane SET last = last + 1 WHERE lane = :lane RETURNING last")
_AGAIN = text("""
    UPDATE exchange_intent SET id = :new_id, sequence = :sequence, state = 'owed', attempts = 0, due_at = :at,
                               query_at = NULL, queries = 0, reason_code = NULL, reason = NULL
    WHERE id = :id
""")
# It is done and not due: it leaves only when somebody asks for its number.
_INSTEAD = text("""
    INSERT INTO exchange_intent (id, code, business_key, lane, sequence, payload, digest, state, attempts, at, organ,
                                 place)
    VALUES (:id, 'VOID', :business_key, :lane, :sequence, :payload, :digest, 'done', 0, :at, :organ, :place)
""")
_HEARD = text("""
    SELECT message_id, lane FROM exchange_received
    WHERE code = :code AND business_key = :business_key AND state = 'done'
""")
_DONE = Receipt(stage=Stage.BUSINESS, ok=True)
_LONGEST_REASON = 500


async def restore(found: Difference, transaction: Transaction, follower: Follower[Any]) -> bool:
    """Do what was proposed, whatever else of its lane the caller may see; False when there is nothing left to do."""
    await enter_everywhere(transaction.connection)
    done = await _RESTORE[found.repair](found, transaction, follower)
    await enter(transaction.connection, transaction.scope)
    return done


async def _tell_again(found: Difference, transaction: Transaction, _: Follower[Any]) -> bool:
    """What was told gets the next number of its lane and goes out as a new copy of the same act.

    Had the other side lost its place in the lane, too, it will miss the old number: a VOID stands there for then.
    """
    row = (await transaction.connection.execute(_TOLD, _act(found))).mappings().first()
    if row is None or row["state"] != "done":
        return False
    told = dict(row)
    number = (await transaction.connection.execute(_NEXT, {"lane": told["lane"]})).scalar_one()
    again = {"id": told["id"], "new_id": transaction.new_id(), "sequence": number, "at": transaction.at}
    await transaction.connection.execute(_AGAIN, again)
    await transaction.connection.execute(_INSTEAD, _instead(told, found, transaction))
    transaction.ledger.changed(
        "exchange_intent", told["id"], before=told, after={**told, **again, "state": "owed"}
    )
    transaction.intents.added += 1
    return True


def _instead(told: Mapping[str, Any], found: Difference, transaction: Transaction) -> dict[str, Any]:
    reason = (found.reason or "")[:_LONGEST_REASON]
    payload = Voided(message_id=told["id"], code=found.code, reason=reason).model_dump(mode="json")
    key = f"void:{told['id']}"
    return {
        "id": transaction.new_id(),
        "business_key": key,
        "lane": told["lane"],
        "sequence": told["sequence"],
        "payload": canonical(payload).decode(),
        "digest": payload_digest(payload),
        "at": transaction.at,
        "organ": told["organ"],
        "place": place_of(key),
    }


async def _take_their_word(found: Difference, transaction: Transaction, follower: Follower[Any]) -> bool:
    """Their record stands for the receipt that did not come."""
    told = (await transaction.connection.execute(_TOLD, _act(found))).mappings().first()
    return told is not None and await follower.follow(UUID(str(told["id"])), _DONE, transaction)


async def _answer_again(found: Difference, transaction: Transaction, _: Follower[Any]) -> bool:
    """Both receipts, once more."""
    heard = (await transaction.connection.execute(_HEARD, _act(found))).first()
    if heard is None:
        return False
    for receipt in (ACCEPTED, _DONE):
        transaction.intents.owe(
            Dispatch(
                code=MessageCode.RECEIPT,
                business_key=found.business_key,
                lane=heard.lane,
                payload=receipt.model_dump(mode="json"),
                in_reply_to=UUID(str(heard.message_id)),
            )
        )
    return True


async def _ask_again(found: Difference, transaction: Transaction, _: Follower[Any]) -> bool:
    missing = ResendRequest(lane=found.lane, first=found.sequence, last=found.sequence)
    transaction.intents.owe(
        Dispatch(
            code=MessageCode.RESEND_REQUEST,
            business_key=f"difference:{found.id}",
            lane=found.lane,
            payload=missing.model_dump(mode="json"),
        )
    )
    return True


async def _by_hand(_: Difference, __: Transaction, ___: Follower[Any]) -> bool:
    return True


def _act(found: Difference) -> dict[str, str]:
    return {"code": found.code, "business_key": found.business_key}


Restore = Callable[[Difference, Transaction, Follower[Any]], Awaitable[bool]]
_RESTORE: Mapping[Repair, Restore] = {
    Repair.TELL_AGAIN: _tell_again,
    Repair.TAKE_THEIR_WORD: _take_their_word,
    Repair.ANSWER_AGAIN: _answer_again,
    Repair.ASK_AGAIN: _ask_again,
    Repair.BY_HAND: _by_hand,
}
